package org.rebind.benchmarks.program;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.rebind.CompiledFunction1;
import org.rebind.Compiler;
import org.rebind.DType;
import org.rebind.Function1;
import org.rebind.Rebind;
import org.rebind.Tensor;

/**
 * Kernels in one JVM, whose compiler makes some of its choices from what all of them did: each is called for a while, one after the
 * other from the given number on, then they are measured in turn. With a name, that one alone. Prints
 * {@code name microseconds}, one line a window.
 */
public final class SeveralKernels {
    private static final int ROWS = 1024;
    private static final int COLUMNS = 1024;
    private static final long WARM = 700_000_000L;
    /** Of one alone, whose JVM would compile while it is measured. */
    private static final long WARM_ALONE = 2_000_000_000L;
    private static final long WINDOW = 50_000_000L;
    private static final int ROUNDS = 7;
    private static final Map<String, Kernel> KERNELS = new LinkedHashMap<>();

    static {
        add("power", DType.FLOAT32, x -> x.abs().pow(2.5), x -> Math.pow(Math.abs(x), 2.5));
        add("choice", DType.FLOAT32, x -> Tensor.where(x.gt(0.3f), x.neg().exp(), x.tanh()), x -> x > 0.3f ? Math.exp(-x) : Math.tanh(x));
        add("sine of int64", DType.INT64, x -> x.cast(DType.FLOAT32).sin(), Math::sin);
        add("tanh of float64", DType.FLOAT64, x -> x.tanh(), Math::tanh);
        add("integer arithmetic", DType.INT32, x -> x.add(x).mul(3).sub(1), x -> 6 * x - 1);
        add("quotient", DType.INT32, x -> x.floorDiv(7).cast(DType.FLOAT32).cos(), x -> Math.cos(Math.floor(x / 7)));
        add("flipped", DType.FLOAT32, x -> x.flip(1).tanh(), Math::tanh);
        add("tanh of power", DType.FLOAT32, x -> x.abs().pow(1.5).tanh(), x -> Math.tanh(Math.pow(Math.abs(x), 1.5)));
    }

    private SeveralKernels() {
    }

    /** A function of each element of a tensor of {@code type}, and what it computes of one. */
    private record Kernel(String name, DType type, Function1<Tensor, Tensor> function, DoubleUnaryOperator reference) {
    }

    /** A compiled one with its argument. */
    private record Ready(String name, CompiledFunction1<Tensor, Tensor> function, Tensor argument) {
        void call() {
            function.apply(argument).release();
        }
    }

    private static void add(String name, DType type, Function1<Tensor, Tensor> function, DoubleUnaryOperator reference) {
        KERNELS.put(name, new Kernel(name, type, function, reference));
    }

    /** In order. */
    public static List<String> names() {
        return List.copyOf(KERNELS.keySet());
    }

    public static void main(String[] args) {
        boolean alone = KERNELS.containsKey(args[0]);
        List<String> order = alone ? List.of(args[0]) : from(Integer.parseInt(args[0]));
        Compiler compiler = Rebind.compiler();
        List<Ready> all = new ArrayList<>();
        for (String name : order) {
            Ready ready = ready(compiler, KERNELS.get(name));
            all.add(ready);
            for (long start = System.nanoTime(); System.nanoTime() - start < (alone ? WARM_ALONE : WARM);) {
                ready.call();
            }
        }
        for (int round = 0; round < ROUNDS; round++) {
            for (Ready ready : all) {
                long start = System.nanoTime();
                long now = start;
                int calls = 0;
                for (; now - start < WINDOW || calls < 3; now = System.nanoTime()) {
                    ready.call();
                    calls++;
                }
                System.out.printf(Locale.ROOT, "%s %.3f%n", ready.name, (now - start) / 1e3 / calls);
            }
        }
        System.exit(0);
    }

    private static List<String> from(int first) {
        List<String> names = new ArrayList<>(names());
        Collections.rotate(names, -first);
        return names;
    }

    private static Ready ready(Compiler compiler, Kernel kernel) {
        double[] x = new double[ROWS * COLUMNS];
        for (int i = 0; i < x.length; i++) {
            int k = i - i % COLUMNS + Math.min(i % COLUMNS, COLUMNS - 1 - i % COLUMNS); // the same if flipped
            x[i] = kernel.type.isFloating() ? (float) Math.sin(k) * 3 : k % 1000 - 500;
        }
        Tensor argument = Tensor.of(x, ROWS, COLUMNS).cast(kernel.type);
        CompiledFunction1<Tensor, Tensor> function = compiler.compile(kernel.function);
        double[] got = function.apply(argument).cast(DType.FLOAT64).toDoubleArray();
        if (function.stats().fallbacks() > 0 || got.length != x.length) {
            throw new IllegalStateException(kernel.name + ": " + got.length + " elements, " + function.stats());
        }
        for (int i = 0; i < x.length; i++) {
            double want = kernel.reference.applyAsDouble(x[i]);
            if (!(Math.abs(got[i] - want) <= 1e-5 * (1 + Math.abs(want)))) {
                throw new IllegalStateException(kernel.name + ": element " + i + " is " + got[i] + ", expected " + want);
            }
        }
        return new Ready(kernel.name, function, argument);
    }
}
