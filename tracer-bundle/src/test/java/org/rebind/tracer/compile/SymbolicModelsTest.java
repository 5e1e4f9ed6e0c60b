package org.rebind.tracer.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction1;
import org.rebind.CompiledFunction2;
import org.rebind.CompiledFunction3;
import org.rebind.Compiler;
import org.rebind.Dim;
import org.rebind.Function1;
import org.rebind.Function2;
import org.rebind.Rebind;
import org.rebind.Tensor;

/** One compilation serves batch sizes 0 to 4099, with the results that fixed shapes give. */
class SymbolicModelsTest {
    private static final int[] SIZES = {2, 0, 1, 7, 64, 4099};

    private final Compiler compiler = Rebind.compiler();
    private final Random random = new Random(5);

    private Tensor random(long... shape) {
        int n = 1;
        for (long s : shape) {
            n *= (int) s;
        }
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return Tensor.of(values, shape);
    }

    private static void assertClose(Tensor expected, Tensor actual, String what) {
        assertEquals(expected.type(), actual.type(), what);
        float[] e = expected.toFloatArray();
        float[] a = actual.toFloatArray();
        for (int i = 0; i < e.length; i++) {
            assertTrue(Float.compare(e[i], a[i]) == 0 || Math.abs(e[i] - a[i]) <= 1e-5 * (1 + Math.abs(e[i])),
                    what + " [" + i + "]: " + e[i] + " and " + a[i]);
        }
    }

    private static CompileOptions dynamic() {
        return CompileOptions.builder().fullgraph(true).dynamicDim(0, 0, "n").build();
    }

    private void check(Function1<Tensor, Tensor> fn, int... otherDims) {
        CompiledFunction1<Tensor, Tensor> symbolic = compiler.compile(fn, dynamic());
        for (int n : SIZES) {
            long[] shape = new long[otherDims.length + 1];
            shape[0] = n;
            for (int i = 0; i < otherDims.length; i++) {
                shape[i + 1] = otherDims[i];
            }
            Tensor x = random(shape);
            assertClose(compiler.compile(fn).apply(x), symbolic.apply(x), "n = " + n);
        }
        assertEquals(1, symbolic.stats().misses(), () -> symbolic.misses().toString());
        assertEquals(SIZES.length - 1, symbolic.stats().hits());
        assertEquals(List.of(), symbolic.entries().get(0).guards());
    }

    @Test
    void multilayerPerceptron() {
        Tensor w1 = random(8, 16);
        Tensor b1 = random(16);
        Tensor w2 = random(16, 4);
        Tensor b2 = random(4);
        check(x -> x.matmul(w1).add(b1).relu().matmul(w2).add(b2).logSoftmax(-1), 8);
    }

    @Test
    void softmax() {
        check(x -> x.softmax(-1), 5);
        check(x -> x.softmax(0), 3);
    }

    @Test
    void layerNorm() {
        Tensor gain = random(6);
        Tensor bias = random(6);
        check(x -> x.layerNorm(gain, bias, 1e-5), 6);
    }

    @Test
    void meanOverASymbolicDim() {
        check(x -> x.mean(0), 3);
        check(x -> x.sub(x.mean(true, 0)).square().mean(), 3);
        check(x -> x.var(0), 2);
    }

    @Test
    void attentionWithSymbolicSequenceLength() {
        CompileOptions options = CompileOptions.builder().fullgraph(true).dynamicDim(0, 1, "seq").dynamicDim(1, 1, "seq")
                .dynamicDim(2, 1, "seq").build();
        CompiledFunction3<Tensor, Tensor, Tensor, Tensor> symbolic = compiler.compile(SymbolicModelsTest::attention, options);
        for (int n : SIZES) {
            Tensor q = random(1, n, 4);
            Tensor k = random(1, n, 4);
            Tensor v = random(1, n, 4);
            CompiledFunction3<Tensor, Tensor, Tensor, Tensor> fixed = compiler.compile(SymbolicModelsTest::attention);
            assertClose(fixed.apply(q, k, v), symbolic.apply(q, k, v), "seq = " + n);
        }
        assertEquals(1, symbolic.stats().misses());
    }

    private static Tensor attention(Tensor q, Tensor k, Tensor v) {
        return q.matmul(k.swapAxes(-1, -2)).div(2).softmax(-1).matmul(v);
    }

    @Test
    void attentionOverTheFullRangeOfSizes() {
        CompiledFunction2<Tensor, Tensor, Tensor> symbolic = compiler.compile(
                (Tensor q, Tensor k) -> q.matmul(k.transpose()).softmax(-1).matmul(k),
                CompileOptions.builder().fullgraph(true).dynamicDim(0, 0, "queries").dynamicDim(1, 0, "seq").build());
        for (int n : SIZES) {
            Tensor q = random(3, 4);
            Tensor k = random(n, 4);
            CompiledFunction2<Tensor, Tensor, Tensor> fixed = compiler.compile(
                    (Tensor a, Tensor b) -> a.matmul(b.transpose()).softmax(-1).matmul(b));
            assertClose(fixed.apply(q, k), symbolic.apply(q, k), "seq = " + n);
        }
        assertEquals(1, symbolic.stats().misses());
    }

    @Test
    void concatenateOfTwoSymbols() {
        Function2<Tensor, Tensor, Tensor> fn = (a, b) -> Tensor.concatenate(0, a, b, a).mul(2);
        CompiledFunction2<Tensor, Tensor, Tensor> symbolic = compiler.compile(fn,
                CompileOptions.builder().fullgraph(true).dynamicDim(0, 0, "n").dynamicDim(1, 0, "m").build());
        for (int n : SIZES) {
            for (int m : SIZES) {
                Tensor a = random(n, 2);
                Tensor b = random(m, 2);
                assertClose(compiler.compile(fn).apply(a, b), symbolic.apply(a, b), n + " and " + m);
            }
        }
        assertEquals(1, symbolic.stats().misses());
        assertEquals(SIZES.length * SIZES.length - 1, symbolic.stats().hits());
    }

    @Test
    void padAndSliceWithSymbolicSizes() {
        check(x -> x.pad(List.of(x.dim(0), Dim.of(0)), List.of(Dim.of(1), x.dim(0)), 3), 2);
        check(x -> x.pad(new long[][] {{1, 2}, {0, 0}}, 0).slice(0, Dim.of(1), x.dim(0).plus(2)), 2);
        check(x -> Tensor.concatenate(0, x, x.flip(0)).slice(0, x.dim(0), x.dim(0).times(2)), 2);
    }

    @Test
    void positionsFromArange() {
        check(x -> x.add(Tensor.arange(x.dim(0), x.dtype()).expandDims(1).mul(0.01)), 3);
        check(x -> x.cumsum(0), 2);
    }
}
