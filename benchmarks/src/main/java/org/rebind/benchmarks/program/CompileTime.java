package org.rebind.benchmarks.program;

import java.util.Locale;
import org.rebind.CompiledFunction1;
import org.rebind.Compiler;
import org.rebind.Rebind;
import org.rebind.Tensor;

/**
 * Time from the first call of a new function to its result, tracing and compiling included, by the number of operations. Every
 * function differs from all before in a constant, so that no cache helps. Prints {@code operations milliseconds}, once a function.
 */
public final class CompileTime {
    private static final int[] SIZES = {10, 50, 200, 500};
    private static final int WARM = 25;
    private static final int MEASURED = 15;

    private CompileTime() {
    }

    public static void main(String[] args) {
        Compiler compiler = Rebind.compiler();
        Tensor x = Tensor.of(new float[] {0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f, 0.7f, 0.8f});
        System.out.printf(Locale.ROOT, "first 50 %.3f%n", once(compiler, x, 50, 0.5f));
        for (int size : SIZES) {
            for (int i = 0; i < WARM + MEASURED; i++) {
                double millis = once(compiler, x, size, 1 + i / 64f + size);
                if (i >= WARM) {
                    System.out.printf(Locale.ROOT, "warm %d %.3f%n", size, millis);
                }
            }
        }
        System.exit(0);
    }

    private static double once(Compiler compiler, Tensor x, int operations, float constant) {
        long start = System.nanoTime();
        CompiledFunction1<Tensor, Tensor> f = compiler.compile((Tensor t) -> chain(t, operations, constant));
        Tensor result = f.apply(x);
        double millis = (System.nanoTime() - start) / 1e6;
        float got = result.toFloatArray()[0];
        float want = chain(x, operations, constant).toFloatArray()[0];
        if (f.stats().misses() != 1 || !(Math.abs(got - want) <= 1e-4f)) {
            throw new IllegalStateException(operations + " operations: got " + got + ", expected " + want + ", " + f.stats());
        }
        return millis;
    }

    /** Multiplications, additions and every fifth a hyperbolic tangent, which keeps values small. */
    private static Tensor chain(Tensor x, int operations, float constant) {
        Tensor y = x;
        for (int i = 0; i < operations; i++) {
            y = switch (i % 5) {
                case 0 -> y.mul(constant);
                case 4 -> y.tanh();
                default -> y.add(i % 5 * 0.1f);
            };
        }
        return y;
    }
}
