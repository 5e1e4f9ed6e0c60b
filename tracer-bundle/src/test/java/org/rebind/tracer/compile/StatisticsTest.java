package org.rebind.tracer.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.rebind.CompilationStats;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction1;
import org.rebind.CompiledFunction2;
import org.rebind.Compiler;
import org.rebind.DType;
import org.rebind.EntryStats;
import org.rebind.Explanation;
import org.rebind.MissReason;
import org.rebind.Rebind;
import org.rebind.SideEffectException;
import org.rebind.Tensor;
import org.rebind.pytree.Pytrees;

/** Counters, miss reasons, warnings, explanations. */
class StatisticsTest {
    private final Compiler compiler = Rebind.compiler();

    private static Tensor ones(long... shape) {
        return Tensor.ones(DType.FLOAT32, shape);
    }

    /** Collects what is logged while it is open. */
    private static final class Captured extends Handler implements AutoCloseable {
        final List<String> messages = new ArrayList<>();
        private final Logger logger = Logger.getLogger("org.rebind.compile");

        Captured() {
            logger.addHandler(this);
        }

        @Override
        public synchronized void publish(LogRecord r) {
            messages.add(java.text.MessageFormat.format(r.getMessage(), r.getParameters()));
        }

        @Override
        public void flush() {
            // nothing is buffered
        }

        @Override
        public void close() {
            logger.removeHandler(this);
        }
    }

    @Test
    void entriesHaveTheirOwnFigures() {
        var f = compiler.compile((Tensor x) -> x.add(1));
        f.apply(ones(2));
        f.apply(ones(3));
        f.apply(ones(3));
        f.apply(ones(3));
        List<EntryStats> e = f.entries();
        assertEquals(List.of(0L, 2L), e.stream().map(EntryStats::hits).toList());
        assertTrue(e.get(1).execTimeMs() > 0 && e.get(0).execTimeMs() == 0);
        assertTrue(e.stream().allMatch(s -> s.compileTimeMs() > 0 && !s.backend().isEmpty()));
        CompilationStats s = f.stats();
        assertEquals(s.totalCompileTimeMs(), e.get(0).compileTimeMs() + e.get(1).compileTimeMs(), 1e-6);
        assertEquals(s.totalCachedExecTimeMs(), e.get(1).execTimeMs(), 1e-6);
    }

    @Test
    void everyMissKnowsWhy() {
        CompiledFunction2<Tensor, Object, Tensor> f = compiler.compile((Tensor x, Object o) -> x.add(1));
        f.apply(ones(2, 4), 1);
        f.apply(ones(5, 4), 1);
        f.apply(ones(5, 4), 2);
        f.apply(ones(5, 4).cast(DType.FLOAT64), 2);
        f.apply(ones(5), "s");
        List<MissReason> m = f.misses();
        assertEquals(5, m.size());
        assertEquals("first call", m.get(4).toString());
        assertEquals(Optional.empty(), m.get(4).nearest());
        assertEquals("arg 0 `x`: shape [2, 4] -> [5, 4]; mark dim 0 dynamic?", m.get(3).toString());
        assertEquals("(x: float32[2, 4], o: 1)", m.get(3).nearest().orElseThrow());
        assertEquals("arg 1 `o`: static value 1 -> 2; pass it as a 0-d Tensor", m.get(2).toString());
        assertEquals("arg 0 `x`: dtype float32 -> float64; cast to one dtype before the call", m.get(1).toString());
        assertEquals("arg 0 `x`: shape [5, 4] -> [5] (and 1 more)", m.get(0).difference());
    }

    static final class Scaled {
        final Tensor content;
        final double by;

        Scaled(Tensor content, double by) {
            this.content = content;
            this.by = by;
        }
    }

    @Test
    void aMissByAnAuxiliaryValueOrTheClassOfAKeySaysSo() {
        Pytrees.register(Scaled.class, s -> new Pytrees.Parts(List.of(".content"), List.of(s.content), s.by),
                (by, c) -> new Scaled((Tensor) c.get(0), (Double) by));
        var f = compiler.compile((Scaled s) -> s.content.mul(s.by));
        f.apply(new Scaled(ones(2), 1));
        f.apply(new Scaled(ones(2), 3));
        assertEquals("arg 0 `s`: auxiliary value 1.0 -> 3.0; pass few different values", f.misses().get(0).toString());
        CompiledFunction1<Map<?, Tensor>, Tensor> g = compiler.compile((Map<?, Tensor> m) -> m.values().iterator().next());
        g.apply(Map.of(1, ones(2)));
        g.apply(Map.of(1L, ones(2)));
        assertEquals("arg 0 `m`: auxiliary value [Integer 1] -> [Long 1]", g.misses().get(0).difference());
    }

    @Test
    void theNearestEntryIsCompared() {
        CompiledFunction2<Tensor, Tensor, Tensor> f = compiler.compile((Tensor x, Tensor y) -> x.add(y));
        f.apply(ones(2, 3), ones(2, 3));
        f.apply(ones(4), ones(4));
        f.apply(ones(2, 3), ones(3));
        assertEquals("(x: float32[2, 3], y: float32[2, 3])", f.misses().get(0).nearest().orElseThrow());
        assertEquals("arg 1 `y`: shape [2, 3] -> [3]", f.misses().get(0).difference());
    }

    @Test
    void onlyTheLastMissesAreKept() {
        CompiledFunction2<Tensor, Integer, Tensor> f = compiler.compile((Tensor x, Integer i) -> x.add(i));
        for (int i = 0; i < 40; i++) {
            f.apply(ones(1), i);
        }
        assertEquals(32, f.misses().size());
        assertTrue(f.misses().get(0).difference().endsWith("-> 39"));
    }

    @Test
    void aLeafThatAloneCompilesAgainAndAgainIsWarnedAboutOnce() {
        CompiledFunction2<Tensor, Integer, Tensor> f = compiler.compile((Tensor x, Integer step) -> x.add(step),
                CompileOptions.builder().name("train").build());
        try (Captured log = new Captured()) {
            for (int i = 0; i < 9; i++) {
                f.apply(ones(1), i);
            }
            assertEquals(List.of(), log.messages);
            for (int i = 9; i < 30; i++) {
                f.apply(ones(1), i);
            }
            assertEquals(List.of("train: arg 1 `step` alone has caused 9 compilations, the last one by static value 8 -> 9;"
                    + " pass it as a 0-d Tensor"), log.messages);
        }
    }

    @Test
    void fallbacksAreLoggedOncePerReason() {
        var f = compiler.compile((Tensor x) -> x.sum().itemDouble() > 0 ? x : x.neg(),
                CompileOptions.builder().name("branchy").build());
        try (Captured log = new Captured()) {
            for (int i = 0; i < 5; i++) {
                f.apply(ones(2));
                f.apply(ones(2).neg());
            }
            assertEquals(1, log.messages.size(), log.messages.toString());
            assertTrue(log.messages.get(0).matches("branchy runs eagerly: itemDouble\\(\\) reads .*StatisticsTest.java:\\d+\\).*"),
                    log.messages.get(0));
        }
        assertEquals(10, f.stats().fallbacks());
        assertEquals(0, f.stats().totalCompileTimeMs());
        assertEquals(0, f.stats().totalCachedExecTimeMs());
    }

    @Test
    void snapshotsAreConsistentWhileCallsRun() throws InterruptedException {
        CompiledFunction1<Tensor, Tensor> f = compiler.compile((Tensor x) -> x);
        AtomicBoolean stop = new AtomicBoolean();
        List<Thread> threads = new ArrayList<>();
        long[] calls = new long[2];
        for (int t = 0; t < 2; t++) {
            int me = t;
            threads.add(new Thread(() -> {
                for (int n = 1; !stop.get(); n++) {
                    f.apply(ones(1 + n % 50_000 / 1000));
                    calls[me]++;
                }
            }));
        }
        threads.forEach(Thread::start);
        CompilationStats before = f.stats();
        for (int i = 0; i < 20_000; i++) {
            CompilationStats s = f.stats();
            assertTrue(s.hits() >= before.hits() && s.misses() >= before.misses(), before + " then " + s);
            assertTrue(s.hits() == 0 || s.misses() > 0, "a hit without a miss: " + s);
            assertTrue(s.totalCachedExecTimeMs() >= before.totalCachedExecTimeMs());
            before = s;
        }
        stop.set(true);
        for (Thread t : threads) {
            t.join();
        }
        assertEquals(calls[0] + calls[1], f.stats().hits() + f.stats().misses());
    }

    @Test
    void explainTellsEverythingAndDoesNotExecute() {
        var f = compiler.compile((Tensor x) -> x.mul(2).add(1).tanh(), CompileOptions.builder().name("f").build());
        Explanation e = f.explain(ones(4));
        assertEquals(1, f.stats().misses());
        assertEquals("f", e.function());
        assertEquals("(x: float32[4])", e.signature());
        assertEquals("first call", e.miss().toString());
        assertTrue(e.graph().contains("tanh"), e.graph());
        assertEquals(List.of("trace", "simplify", "compile"), e.times().stream().map(Explanation.StageTime::stage).toList());
        assertTrue(!e.backend().isEmpty() && !e.choice().isEmpty() && !e.kernels().isEmpty());
        assertTrue(e.toString().contains("backend    " + e.backend()), e.toString());
        f.apply(ones(4));
        assertEquals(1, f.stats().hits());
        assertEquals(e.graph(), f.explain(ones(4)).graph());
        assertEquals(1, f.explanations().size());
        assertEquals(1, f.stats().misses());
    }

    @Test
    void explainSaysWhyACallRunsEagerlyAndHasNoEffect() {
        List<String> log = new ArrayList<>();
        var f = compiler.compile((Tensor x) -> {
            log.add("called");
            return x;
        });
        assertTrue(f.explain(ones(1)).fallback().contains("it calls List.add on an object it did not make"));
        assertTrue(f.explain(ones(1)).toString().contains("runs eagerly"));
        var g = compiler.compile((Tensor x) -> x.sum().itemDouble() > 0 ? x : x.neg());
        assertTrue(g.explain(ones(1)).fallback().contains("itemDouble() reads"));
        assertEquals(List.of(), log);
        assertEquals(0, f.stats().fallbacks() + g.stats().fallbacks() + f.stats().misses() + g.stats().misses());
        assertEquals(1.0, g.apply(ones(1)).item());
        assertThrows(org.rebind.SideEffectException.class, () -> compiler.compile((Tensor x) -> x.sum().itemDouble() > 0 ? x
                : x.neg(), CompileOptions.builder().fullgraph(true).build()).explain(ones(1)));
    }

    @Test
    void explainWithFullgraphEndsAsTheCallDoes() {
        List<String> log = new ArrayList<>();
        var f = compiler.compile((Tensor x) -> {
            log.add("called");
            return x;
        }, CompileOptions.builder().fullgraph(true).build());
        assertThrows(SideEffectException.class, () -> f.explain(ones(1)));
        int[] by = {1};
        var g = compiler.compile((Tensor x) -> x.mul(by[0]), CompileOptions.builder().fullgraph(true).build());
        g.apply(ones(1));
        by[0] = 2;
        assertThrows(SideEffectException.class, () -> g.apply(ones(1)));
        assertThrows(SideEffectException.class, () -> g.explain(ones(1)));
        assertEquals(List.of(), log);
    }
}
