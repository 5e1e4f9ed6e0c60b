package org.rebind.tracer.compile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.rebind.ArgumentException;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction;
import org.rebind.CompiledFunction1;
import org.rebind.CompiledFunction2;
import org.rebind.CompiledFunction3;
import org.rebind.CompiledFunction4;
import org.rebind.Compiler;
import org.rebind.Decorator;
import org.rebind.Rebind;
import org.rebind.Tensor;

/** Forms, first and later calls. */
class FirstCallsTest {
    record Params(Tensor w, Tensor b) {
    }

    private final Compiler compiler = Rebind.compiler();
    private final Tensor x = Tensor.of(new float[] {1, 2, 3});

    private static void counts(CompiledFunction<?> f, long hits, long misses, long fallbacks, int entries) {
        var s = f.stats();
        assertEquals(List.of(hits, misses, fallbacks, (long) entries),
                List.of(s.hits(), s.misses(), s.fallbacks(), (long) s.cacheSize()), f.name());
    }

    @Test
    void firstCallMissesLaterCallsHit() {
        var f = compiler.compile((Tensor t) -> t.mul(2).add(1));
        counts(f, 0, 0, 0, 0);
        assertEquals(0, f.stats().hitRate());
        assertArrayEquals(new float[] {3, 5, 7}, f.apply(x).toFloatArray());
        counts(f, 0, 1, 0, 1);
        assertTrue(f.stats().totalCompileTimeMs() > 0);
        assertEquals(0, f.stats().totalCachedExecTimeMs());
        assertArrayEquals(new float[] {3, 5, 7}, f.apply(x).toFloatArray());
        assertArrayEquals(new float[] {1, 1, 1}, f.call(Tensor.zeros(org.rebind.DType.FLOAT32, 3)).toFloatArray());
        counts(f, 2, 1, 0, 1);
        assertTrue(f.stats().totalCachedExecTimeMs() > 0);
        assertEquals(100.0 * 2 / 3, f.stats().hitRate(), 1e-9);
    }

    @Test
    void everyArityNeedsNoCast() {
        CompiledFunction1<Tensor, Tensor> f1 = compiler.compile((Tensor a) -> a.neg());
        CompiledFunction2<Params, Tensor, Tensor> f2 = compiler.compile((Params p, Tensor a) -> a.mul(p.w()).add(p.b()));
        CompiledFunction3<Tensor, Tensor, Integer, Tensor> f3 = compiler.compile(
                (Tensor a, Tensor b, Integer n) -> a.add(b).mul(n));
        CompiledFunction4<Tensor, Tensor, Tensor, Tensor, List<Tensor>> f4 = compiler.compile(
                (Tensor a, Tensor b, Tensor c, Tensor d) -> List.of(a.add(b), c.sub(d)));
        CompiledFunction<Tensor> f5 = compiler.compileVarargs((Object... all) -> ((Tensor) all[0]).add((Tensor) all[4]));
        CompiledFunction<Tensor> f0 = compiler.compileVarargs((Object... none) -> Tensor.ones(org.rebind.DType.FLOAT32, 2));
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(new float[] {-1, -2, -3}, f1.apply(x).toFloatArray());
            assertArrayEquals(new float[] {2, 5, 10}, f2.apply(new Params(x, Tensor.scalar(1f)), x).toFloatArray());
            assertArrayEquals(new float[] {6, 12, 18}, f3.apply(x, x, 3).toFloatArray());
            assertArrayEquals(new float[] {0, 0, 0}, f4.apply(x, x, x, x).get(1).toFloatArray());
            assertArrayEquals(new float[] {2, 4, 6}, f5.call(x, 1, null, "s", x).toFloatArray());
            assertArrayEquals(new float[] {1, 1}, f0.call().toFloatArray());
        }
        for (CompiledFunction<?> f : List.of(f1, f2, f3, f4, f5, f0)) {
            counts(f, 2, 1, 0, 1);
        }
        assertTrue(assertThrows(ArgumentException.class, () -> f2.call(x)).getMessage().contains("expected 2 arguments"));
    }

    /** In Java {@code call(null)} passes no array rather than an array of one null. */
    @Test
    void callOfNullIsOneNullArgument() {
        var one = compiler.compile((Tensor a) -> a == null ? x : a);
        assertArrayEquals(new float[] {1, 2, 3}, one.call((Object[]) null).toFloatArray());
        var two = compiler.compile((Tensor a, Tensor b) -> a.add(b));
        for (org.junit.jupiter.api.function.Executable call : List.<org.junit.jupiter.api.function.Executable>of(
                () -> two.call((Object[]) null), () -> two.explain((Object[]) null))) {
            assertTrue(assertThrows(ArgumentException.class, call).getMessage().contains("expected 2 arguments, got 1"));
        }
    }

    @Test
    void theDecoratorCompilesWithItsOptions() {
        Decorator decorator = compiler.decorate(CompileOptions.builder().maxCacheSize(3).name("mine").build());
        var f = decorator.compile((Tensor t) -> t.add(t));
        assertEquals("mine", f.name());
        assertEquals(3, f.options().maxCacheSize());
        assertArrayEquals(new float[] {2, 4, 6}, f.apply(x).toFloatArray());
    }

    @Test
    void aNameIsMadeFromClassAndLine() {
        assertTrue(compiler.compile((Tensor t) -> t.neg()).name().matches("FirstCallsTest:\\d+"));
        assertEquals("Tensor::exp", compiler.compile(Tensor::exp).name());
    }

    @Test
    void dynamicBatchCompilesOnce() {
        var f = compiler.compile((Tensor a) -> a.mul(a).sum(0),
                CompileOptions.builder().dynamicDims(Map.of(0, Map.of(0, "batch"))).build());
        for (int n : new int[] {2, 0, 1, 7, 2}) {
            float[] values = new float[n];
            java.util.Arrays.fill(values, 2);
            assertEquals(4.0 * n, f.apply(Tensor.of(values)).item());
        }
        counts(f, 4, 1, 0, 1);
    }
}
