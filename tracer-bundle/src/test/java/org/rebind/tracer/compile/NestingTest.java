package org.rebind.tracer.compile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.rebind.ArgumentException;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction;
import org.rebind.CompiledFunction1;
import org.rebind.CompiledFunction2;
import org.rebind.Compiler;
import org.rebind.DType;
import org.rebind.Rebind;
import org.rebind.RebindException;
import org.rebind.SideEffectException;
import org.rebind.Tensor;
import org.rebind.cache.CacheService;
import org.rebind.tracer.internal.backends.Backends;
import org.rebind.tracer.internal.dispatch.Functions;
import org.rebind.tracer.internal.interpret.InterpreterBackend;

/** Nested functions, recursion, exceptions, declared effects, life and death of functions. */
class NestingTest {
    private final Compiler compiler = Rebind.compiler();
    private final Tensor x = Tensor.of(new float[] {1, 2, 3});
    private CompiledFunction2<Tensor, Integer, Tensor> recursive;

    @Test
    void nestedFunctionsInlineIntoTheOuterTrace() {
        CompiledFunction1<Tensor, Tensor> inner = compiler.compile((Tensor t) -> t.mul(2));
        CompiledFunction1<Tensor, Tensor> outer = compiler.compile((Tensor t) -> inner.apply(t.add(1)).add(inner.apply(x)));
        for (int i = 0; i < 2; i++) {
            assertArrayEquals(new float[] {6, 10, 14}, outer.apply(x).toFloatArray());
        }
        assertEquals(0, inner.stats().misses() + inner.stats().hits() + inner.stats().fallbacks());
        String graph = outer.explain(x).graph();
        assertTrue(graph.contains("mul"), graph);
    }

    @Test
    void aNestedFunctionWithDynamicDimsKeepsTheOuterSymbols() {
        var inner = compiler.compile((Tensor t) -> t.sum(0), CompileOptions.builder().dynamicDim(0, 0, "k").build());
        var outer = compiler.compile((Tensor t) -> inner.apply(t.mul(2)),
                CompileOptions.builder().fullgraph(true).dynamicDim(0, 0, "n").build());
        for (int n : new int[] {3, 0, 1, 9}) {
            assertEquals(2.0 * n, outer.apply(Tensor.ones(DType.FLOAT32, n)).item());
        }
        assertEquals(1, outer.stats().misses());
    }

    @Test
    void aNestedFunctionWithDynamicDimsKeepsItsConditions() {
        CompiledFunction2<Tensor, Tensor, Tensor> inner = compiler.compile((Tensor a, Tensor b) -> a.add(b),
                CompileOptions.builder().dynamicDim(0, 0, "k").dynamicDim(1, 0, "k").build());
        CompiledFunction2<Tensor, Tensor, Tensor> outer = compiler.compile((Tensor a, Tensor b) -> inner.apply(a, b),
                CompileOptions.builder().dynamicDim(0, 0, "n").dynamicDim(1, 0, "m").build());
        Tensor two = Tensor.ones(DType.FLOAT32, 2);
        Tensor one = Tensor.ones(DType.FLOAT32, 1);
        assertEquals(two.mul(2), outer.apply(two, two));
        String message = assertThrows(ArgumentException.class, () -> outer.apply(two, one)).getMessage();
        assertTrue(message.contains("\"k\"") && message.contains("arg 0 `a`") && message.contains("arg 1 `b`"), message);
        assertTrue(outer.entries().get(0).guards().get(0).startsWith("n == m"), outer.entries().toString());
    }

    @Test
    void explainingTheVerySignatureThatIsBeingTracedIsAnError() {
        List<CompiledFunction1<Tensor, Tensor>> self = new ArrayList<>();
        self.add(compiler.compile((Tensor t) -> {
            Rebind.onTrace(() -> self.get(0).explain(x));
            return t.mul(2);
        }));
        String message = assertTimeoutPreemptively(Duration.ofSeconds(20),
                () -> assertThrows(RebindException.class, () -> self.get(0).apply(x))).getMessage();
        assertTrue(message.contains("outside of the function"), message);
    }

    @Test
    void aNestedEffectMakesTheOuterFunctionEager() {
        List<String> log = new ArrayList<>();
        CompiledFunction1<Tensor, Tensor> inner = compiler.compile((Tensor t) -> {
            log.add("inner");
            return t.mul(2);
        });
        List<CompiledFunction1<Tensor, Tensor>> hidden = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            hidden.add(inner); // too many for the scan to follow
        }
        var outer = compiler.compile((Tensor t) -> hidden.get(7).apply(t).add(1));
        for (int i = 1; i < 4; i++) {
            assertArrayEquals(new float[] {3, 5, 7}, outer.apply(x).toFloatArray());
            assertEquals(i, log.size());
        }
        assertEquals(3, outer.stats().fallbacks());
        var strict = compiler.compile((Tensor t) -> hidden.get(7).apply(t).add(1),
                CompileOptions.builder().fullgraph(true).build());
        assertEquals(SideEffectException.Kind.MUTATION,
                assertThrows(SideEffectException.class, () -> strict.apply(x)).kind());
        assertEquals(3, log.size());
    }

    @Test
    void recursionWithAStaticDepth() {
        recursive = compiler.compile((Tensor t, Integer n) -> n == 0 ? t : recursive.apply(t.mul(2), n - 1));
        assertArrayEquals(new float[] {8, 16, 24}, recursive.apply(x, 3).toFloatArray());
        assertArrayEquals(new float[] {8, 16, 24}, recursive.apply(x, 3).toFloatArray());
        assertArrayEquals(new float[] {1, 2, 3}, recursive.apply(x, 0).toFloatArray());
        assertEquals(2, recursive.stats().misses());
        assertEquals(1, recursive.stats().hits());
    }

    static final class Unusual extends Exception {
        private static final long serialVersionUID = 1L;
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> void throwAs(Exception e) throws E {
        throw (E) e;
    }

    @Test
    void exceptionsOfUserCodePassUnchangedAndLeaveNoEntry() {
        Unusual checked = new Unusual();
        Error error = new AssertionError("mine");
        List<Throwable> all = List.of(new IllegalStateException("mine"), checked, error, new OutOfMemoryError("mine"));
        for (Throwable thrown : all) {
            for (boolean fullgraph : new boolean[] {false, true}) {
                var f = compiler.compile((Tensor t) -> {
                    if (thrown instanceof Error e) {
                        throw e;
                    }
                    NestingTest.<RuntimeException>throwAs((Exception) thrown);
                    return t;
                }, CompileOptions.builder().fullgraph(fullgraph).build());
                for (int i = 0; i < 2; i++) {
                    assertSame(thrown, assertThrows(Throwable.class, () -> f.apply(x)));
                }
                assertEquals(0, f.stats().cacheSize());
                assertEquals(0, f.stats().misses() + f.stats().hits() + f.stats().fallbacks());
            }
        }
    }

    @Test
    void anExceptionOfOneSignatureDoesNotHurtOthers() {
        CompiledFunction2<Tensor, Integer, Tensor> f = compiler.compile((Tensor t, Integer n) -> {
            if (n < 0) {
                throw new IllegalArgumentException("negative");
            }
            return t.mul(n);
        });
        assertArrayEquals(new float[] {2, 4, 6}, f.apply(x, 2).toFloatArray());
        assertThrows(IllegalArgumentException.class, () -> f.apply(x, -1));
        assertArrayEquals(new float[] {2, 4, 6}, f.apply(x, 2).toFloatArray());
        assertEquals(List.of(1L, 1L), List.of(f.stats().hits(), f.stats().misses()));
    }

    @Test
    void errorsOfTensorOperationsNameTheUsersLine() {
        var f = compiler.compile((Tensor t) -> t.add(Tensor.ones(DType.FLOAT32, 2)));
        String message = assertThrows(RebindException.class, () -> f.apply(x)).getMessage();
        assertTrue(message.matches("(?s).*NestingTest.java:\\d+.*"), message);
    }

    @Test
    void aTensorThatLeaksFromItsTraceIsAnError() {
        Tensor[] leaked = new Tensor[1];
        var f = compiler.compile((Tensor t) -> {
            Rebind.onTrace(() -> leaked[0] = t);
            return t.add(1);
        });
        f.apply(x);
        assertTrue(assertThrows(RebindException.class, () -> f.apply(leaked[0])).getMessage().contains("outside of it"));
        assertThrows(RebindException.class, () -> leaked[0].add(1));
    }

    @Test
    void onExecuteRunsOnEachExecutionInOrderWithRealValues() {
        List<String> log = new ArrayList<>();
        var f = compiler.compile((Tensor t) -> {
            Tensor y = t.mul(2);
            Rebind.onExecute(v -> log.add("first " + v.get(0).sum().item()), y);
            Rebind.onExecute(v -> log.add("second " + v.get(0).size(0) + " " + v.get(1).item()), t, t.sum());
            return y.add(1);
        }, CompileOptions.builder().fullgraph(true).dynamicDim(0, 0, "n").build());
        f.apply(x);
        f.apply(Tensor.of(new float[] {5}));
        assertEquals(List.of("first 12.0", "second 3 6.0", "first 10.0", "second 1 5.0"), log);
        assertEquals(1, f.stats().hits());
        var failing = compiler.compile((Tensor t) -> {
            Rebind.onExecute(v -> {
                throw new IllegalStateException("from the effect");
            }, t);
            return t;
        });
        assertEquals("from the effect", assertThrows(IllegalStateException.class, () -> failing.apply(x)).getMessage());
        assertEquals("from the effect", assertThrows(IllegalStateException.class, () -> failing.apply(x)).getMessage());
    }

    @Test
    void declaredEffectsKeepTheirOrderInAFallback() {
        List<String> log = new ArrayList<>();
        var f = compiler.compile((Tensor t) -> {
            Rebind.onExecute(v -> log.add("value " + v.get(0).item()), t.sum());
            return t.sum().itemDouble() > 0 ? t : t.neg();
        });
        f.apply(x);
        f.apply(x);
        assertEquals(List.of("value 6.0", "value 6.0"), log);
        assertEquals(2, f.stats().fallbacks());
    }

    @Test
    void onTraceRunsOncePerTraceAndNotOnHits() {
        List<String> log = new ArrayList<>();
        var f = compiler.compile((Tensor t) -> {
            Rebind.onTrace(() -> log.add("traced " + t.shape()));
            return t.add(1);
        }, CompileOptions.builder().fullgraph(true).build());
        f.apply(x);
        f.apply(x);
        f.apply(x.reshape(3, 1));
        assertEquals(List.of("traced [3]", "traced [3, 1]"), log);
    }

    @Test
    void argumentsThatTheFunctionChangesUnseenAreNoticed() {
        // a captured set of implementations hides the write from the scan
        List<java.util.function.Consumer<List<Tensor>>> hidden = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            hidden.add(l -> l.add(l.get(0)));
        }
        var f = compiler.compile((List<Tensor> l) -> {
            hidden.get(3).accept(l);
            return l.get(l.size() - 1).mul(2);
        });
        List<Tensor> argument = new ArrayList<>(List.of(x));
        assertArrayEquals(new float[] {2, 4, 6}, f.apply(argument).toFloatArray());
        assertEquals(2, argument.size(), "once");
        assertEquals(1, f.stats().fallbacks());
        var strict = compiler.compile((List<Tensor> l) -> {
            hidden.get(3).accept(l);
            return l.get(l.size() - 1).mul(2);
        }, CompileOptions.builder().fullgraph(true).build());
        assertEquals(SideEffectException.Kind.ARGUMENT_MUTATION,
                assertThrows(SideEffectException.class, () -> strict.apply(argument)).kind());
        assertEquals(2, argument.size(), "not at all");
    }

    @Test
    void functionsAreListedWhileTheyAreReachable() {
        CompiledFunction<?> f = compiler.compile((Tensor t) -> t, CompileOptions.builder().name("listed").build());
        assertTrue(compiler.functions().contains(f));
        assertEquals("compiled function listed", f.toString());
    }

    @Test
    void functionsBecomeCollectableWithTheirEntries() {
        CountingBackend backend = new CountingBackend();
        Functions functions = backend.functions();
        WeakReference<CompiledFunction<?>> gone = useAndForget(functions);
        Await.until("the function is collected and its executable closed", () -> {
            System.gc();
            return gone.get() == null && backend.open.get() == 0;
        });
        assertTrue(functions.functions().isEmpty());
    }

    private WeakReference<CompiledFunction<?>> useAndForget(Functions functions) {
        var f = functions.compile((Tensor t) -> t.add(1), CompileOptions.DEFAULT);
        f.apply(x);
        f.apply(x);
        return new WeakReference<>(f);
    }

    @Test
    void freshLambdasInALoopShareOneExecutable() {
        CountingBackend backend = new CountingBackend();
        Backends backends = new Backends(new InterpreterBackend());
        backends.use(ServiceLoader.load(CacheService.class).findFirst().orElseThrow());
        backends.add(backend, 1);
        Functions functions = new Functions(() -> backends);
        int most = 0;
        for (int i = 0; i < 1000; i++) {
            Tensor captured = Tensor.scalar((float) i);
            var f = functions.compile((Tensor t) -> t.mul(captured).tanh(), CompileOptions.DEFAULT);
            assertEquals((float) Math.tanh(0.5 * i), ((Number) f.apply(Tensor.scalar(.5f)).item()).floatValue(), 1e-6);
            most = Math.max(most, backend.open.get());
        }
        assertEquals(1, backend.compiled.get(), "one graph, one compilation");
        assertEquals(1, most);
        Await.until("forgotten functions are collected", () -> {
            System.gc();
            return functions.functions().isEmpty();
        });
    }
}
