package org.rebind.benchmarks.program;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.rebind.CompiledFunction1;
import org.rebind.Compiler;
import org.rebind.Rebind;
import org.rebind.Tensor;

/**
 * How long a new function is called until it is and stays within 10% of its full speed, in a JVM that has compiled others before. Its
 * calls alternate with those of one that is at full speed, so that what the machine does to both is not counted. Time
 * counts from the end of the first call, the other function's calls included, in windows of 5 ms. Prints
 * {@code settled milliseconds}, {@code first milliseconds}, {@code full microseconds}, once a function, and for one of them
 * {@code call milliseconds microseconds}.
 */
public final class FreshKernel {
    private static final int ELEMENTS = 1 << 16;
    private static final long RUN = 1_500_000_000L;
    private static final double WINDOW = 5;
    private static final int FUNCTIONS = 9;

    private FreshKernel() {
    }

    public static void main(String[] args) {
        float[] data = new float[ELEMENTS];
        for (int i = 0; i < data.length; i++) {
            data[i] = i / (float) ELEMENTS;
        }
        Tensor x = Tensor.of(data);
        Compiler compiler = Rebind.compiler();
        CompiledFunction1<Tensor, Tensor> old = function(compiler, 0.875f);
        long start = System.nanoTime();
        while (System.nanoTime() - start < 2 * RUN) {
            old.apply(x);
        }
        for (int f = 0; f < FUNCTIONS; f++) {
            run(compiler, old, x, 1 + f / 16f, f >= 2, f == FUNCTIONS / 2);
        }
        System.exit(0);
    }

    private static CompiledFunction1<Tensor, Tensor> function(Compiler compiler, float constant) {
        return compiler.compile((Tensor t) -> t.mul(constant).add(0.5f).tanh().mul(t.neg().exp()).add(constant));
    }

    private static void run(Compiler compiler, CompiledFunction1<Tensor, Tensor> old, Tensor x, float constant, boolean counts,
            boolean timeline) {
        long before = System.nanoTime();
        CompiledFunction1<Tensor, Tensor> f = function(compiler, constant);
        f.apply(x);
        long start = System.nanoTime();
        double[] at = new double[200_000];
        double[] took = new double[at.length];
        double[] beside = new double[at.length];
        int n = 0;
        for (long now = start; now - start < RUN && n < at.length; n++) {
            f.apply(x);
            long end = System.nanoTime();
            at[n] = (end - start) / 1e6;
            took[n] = (end - now) / 1e3;
            old.apply(x);
            now = System.nanoTime();
            beside[n] = (now - end) / 1e3;
        }
        if (counts) {
            double full = median(took, n * 2 / 3, n);
            System.out.printf(Locale.ROOT, "first %.3f%nfull %.3f%nsettled %.3f%n", (start - before) / 1e6, full,
                    settled(at, took, beside, n, full / median(beside, n * 2 / 3, n)));
        }
        for (int i = 0; timeline && i < n; i += 1 + i / 50) {
            System.out.printf(Locale.ROOT, "call %.3f %.3f%n", at[i], took[i]);
        }
    }

    /**
     * The time from which on 19 of 20 windows, up to the first second, have a median within 10% of full speed: a single slow
     * one is the machine's.
     *
     * @param full a call's time by that of the other function, at full speed
     */
    private static double settled(double[] at, double[] took, double[] beside, int n, double full) {
        List<Double> slow = new ArrayList<>();
        List<Double> ends = new ArrayList<>();
        int from = 0;
        while (from < n && at[from] < 1000) {
            int to = from;
            while (to < n && at[to] < at[from] + WINDOW) {
                to++;
            }
            to = Math.max(to, from + 1);
            ends.add(at[to - 1]);
            if (median(took, from, to) > 1.1 * full * median(beside, from, to)) {
                slow.add(at[to - 1]);
            }
            from = to;
        }
        for (double end : ends) {
            if (20 * slow.stream().filter(s -> s > end).count() <= ends.stream().filter(e -> e > end).count()) {
                return end;
            }
        }
        return 1000;
    }

    private static double median(double[] x, int from, int to) {
        double[] sorted = Arrays.copyOfRange(x, from, to);
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
