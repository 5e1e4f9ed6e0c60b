package org.rebind.tracer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.Rebind;
import org.rebind.RebindException;
import org.rebind.SideEffectException;
import org.rebind.Tensor;
import org.rebind.TensorType;
import org.rebind.graph.Graph;
import org.rebind.tck.RandomGraphs;
import org.rebind.tck.RandomProgram;
import org.rebind.tracer.internal.backends.Backends;
import org.rebind.tracer.internal.eager.BackendEager;
import org.rebind.tracer.internal.eager.Eager;
import org.rebind.tracer.internal.interpret.InterpreterBackend;
import org.rebind.tracer.internal.tensor.ConcreteTensor;
import org.rebind.tracer.internal.trace.Trace;
import org.rebind.tracer.internal.trace.TraceAbort;
import org.rebind.tracer.internal.trace.TraceResult;
import org.rebind.tracer.internal.trace.Tracing;

/** What a trace holds: captured tensors, created ones, value reads, leaks, declared effects. */
class TraceTest {
    private static final Tensor X = Tensor.of(new float[] {1, 2, 3});

    private static TraceResult withArguments(Function<List<Tensor>, List<Tensor>> fn, Tensor x) {
        return Tracing.trace(fn, List.of(new Graph.Param("x", x.type())), List.of(x.shape().sizes()),
                new ConcreteTensor[] {(ConcreteTensor) x});
    }

    @Test
    void capturedTensorsAreParametersOnce() {
        Tensor w = Tensor.of(new float[] {4, 5, 6});
        Traced t = Traced.of(a -> List.of(a.get(0).mul(w).add(w), w), X);
        assertEquals(List.of(w), t.result.captured());
        assertSame(w, t.result.captured().get(0));
        assertEquals(2, t.graph().params().size());
        assertEquals(List.of(X.mul(w).add(w), w), t.run(X));
    }

    @Test
    void createdTensorsAreTraced() {
        Traced t = Traced.of(a -> List.of(a.get(0).add(Tensor.arange(0, 3, 1, DType.FLOAT32))
                .mul(Tensor.of(new float[] {2, 2, 2})).add(Tensor.hannWindow(3, true))), X);
        assertTrue(t.result.captured().isEmpty(), t.graph()::toString);
        Traced other = Traced.of(a -> List.of(a.get(0).add(Tensor.of(new float[] {7, 8, 9}))), X);
        assertEquals(1, other.result.captured().size());
        assertEquals(Tensor.of(new float[] {8, 10, 12}), other.run(X).get(0));
    }

    @Test
    void resultsMayBeParametersRepeatedOrNone() {
        assertEquals(List.of(X, X, X), Traced.of(a -> List.of(a.get(0), a.get(0), X), X).run(X));
        assertEquals(List.of(), Traced.of(a -> List.of(), X).run(X));
        assertThrows(RebindException.class, () -> Traced.of(a -> java.util.Arrays.asList((Tensor) null), X));
    }

    @Test
    void leakedTensorsSayWhere() {
        List<Tensor> stored = new ArrayList<>();
        Traced.of(a -> {
            stored.add(a.get(0));
            return List.of(a.get(0).neg());
        }, X);
        for (Consumer<Tensor> use : List.<Consumer<Tensor>>of(Tensor::neg, t -> X.add(t), Tensor::toFloatArray,
                t -> t.equals(X), t -> t.reshape(1, 3), t -> Tensor.where(X.gt(0), t, X))) {
            RebindException e = assertThrows(RebindException.class, () -> use.accept(stored.get(0)));
            assertTrue(e.getMessage().contains("outside") && e.getMessage().contains("TraceTest.java:"), e.getMessage());
        }
        assertThrows(RebindException.class, () -> Traced.of(a -> List.of(a.get(0).add(stored.get(0))), X));
        assertEquals("float32[3]", stored.get(0).toString().replace("traced ", ""));
    }

    @Test
    void anotherThreadIsOutside() {
        Traced.of(a -> {
            RebindException e = CompletableFuture.supplyAsync(() ->
                    assertThrows(RebindException.class, () -> a.get(0).exp())).join();
            assertTrue(e.getMessage().contains("another thread"), e.getMessage());
            return a;
        }, X);
    }

    @Test
    void tracesNestAndEnd() {
        assertNull(Trace.current());
        Traced.of(a -> {
            Trace outer = Trace.current();
            assertThrows(RebindException.class, () -> Traced.of(b -> List.of(b.get(0).add(a.get(0))), X));
            assertSame(outer, Trace.current());
            return a;
        }, X);
        assertThrows(IllegalStateException.class, () -> Traced.of(a -> {
            throw new IllegalStateException("user");
        }, X));
        assertNull(Trace.current());
    }

    @Test
    void readsEndTheTrace() {
        for (Consumer<Tensor> read : List.<Consumer<Tensor>>of(Tensor::item, Tensor::toFloatArray, Tensor::hashCode,
                t -> t.equals(X), Tensor::itemDouble, t -> t.copyTo(java.nio.ByteBuffer.allocate(99)))) {
            TraceAbort abort = assertThrows(TraceAbort.class, () -> Traced.of(a -> {
                read.accept(a.get(0));
                return a;
            }, X));
            assertEquals(SideEffectException.Kind.VALUE_READ, abort.kind());
            assertTrue(abort.where().startsWith("TraceTest.java:"), abort.where());
            assertTrue(abort.asException().getMessage().contains("Tensor.where"));
        }
        Traced.of(a -> {
            assertFalse(a.get(0).equals("x"));
            assertFalse(a.get(0).equals(Tensor.scalar(1)));
            assertTrue(a.get(0).equals(a.get(0)));
            assertEquals("traced float32[3]", a.get(0).toString());
            return a;
        }, X);
    }

    @Test
    void swallowedAbortsAreNoticed() {
        assertThrows(TraceAbort.class, () -> Traced.of(a -> {
            try {
                a.get(0).item();
            } catch (TraceAbort swallowed) {
                assertNotNull(swallowed.what());
            }
            return a;
        }, X));
        assertThrows(TraceAbort.class, () -> Traced.of(a -> {
            try {
                a.get(0).item();
            } catch (TraceAbort wrapped) {
                throw new IllegalStateException(wrapped);
            }
            return a;
        }, X));
    }

    @Test
    void readsAreAnsweredWhenTheArgumentsAreThere() {
        Tensor w = Tensor.of(new float[] {10, 20, 30});
        TraceResult r = withArguments(a -> {
            Tensor y = a.get(0).mul(w);
            assertEquals(140.0, y.sum().itemDouble());
            return List.of(y.sum().item().equals(140.0) ? y.neg() : y, a.get(0));
        }, X);
        assertEquals(SideEffectException.Kind.VALUE_READ, r.firstRead().kind());
        assertTrue(r.firstRead().what().startsWith("itemDouble"), r.firstRead().what());
        assertNull(withArguments(a -> a, X).firstRead());
    }

    @Test
    void declaredEffects() {
        List<String> log = new ArrayList<>();
        Function<List<Tensor>, List<Tensor>> fn = a -> {
            Rebind.onTrace(() -> log.add("traced " + a.get(0).shape()));
            Tensor y = a.get(0).mul(2);
            Rebind.onExecute(v -> log.add("first " + v.get(0).item()), y.sum());
            Rebind.onExecute(v -> log.add("second " + v), a.get(0).max(), y.max());
            return List.of(y);
        };
        Traced t = Traced.of(fn, X);
        assertEquals(List.of("traced [3]"), log);
        Tracing.retrace(fn, List.of(new Graph.Param("x", TensorType.of(DType.FLOAT32, 3))), List.of(new long[] {3}));
        assertEquals(1, log.size());
        assertEquals(1, t.result.resultCount());
        List<Tensor> results = t.run(X);
        t.result.effects().forEach(e -> e.callback().accept(e.results().stream().map(results::get).toList()));
        assertEquals("first 12.0", log.get(1));
        assertEquals("second [tensor(3., dtype=float32), tensor(6., dtype=float32)]", log.get(2));
        log.clear();
        fn.apply(List.of(X));
        assertEquals(List.of("traced [3]", "first 12.0", "second [tensor(3., dtype=float32), tensor(6., dtype=float32)]"),
                log);
    }

    /** As a fallback runs: op by op on a backend, like the whole graph. */
    @Test
    void graphsRunOpByOp() {
        Eager before = Eager.current();
        long seed = Long.getLong("rebind.test.seed", System.nanoTime());
        try (Backends backends = new Backends(new InterpreterBackend());
                BackendEager eager = new BackendEager(() -> backends, 8)) {
            for (int i = 0; i < 300; i++) {
                RandomProgram p = RandomGraphs.generate(seed + i);
                for (long[] symbols : p.sizes()) {
                    var numbers = p.graph().symbolMap(symbols);
                    List<ConcreteTensor> inputs = new ArrayList<>();
                    for (int k = 0; k < p.graph().params().size(); k++) {
                        TensorType t = p.graph().params().get(k).type();
                        inputs.add(ConcreteTensor.of(new TensorType(t.dtype(), t.shape().evaluate(numbers::get)),
                                p.inputs(symbols).get(k)));
                    }
                    ConcreteTensor[] in = inputs.toArray(ConcreteTensor[]::new);
                    assertEquals(List.of(Eager.interpreted().run(p.graph(), in, symbols)),
                            List.of(eager.run(p.graph(), in, symbols)), "seed " + (seed + i) + "\n" + p.graph());
                }
            }
        }
        assertSame(before, Eager.current());
    }
}
