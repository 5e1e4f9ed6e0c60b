package org.rebind.tracer.internal.dispatch;

import java.util.List;
import java.util.Optional;
import org.jetbrains.kotlinx.lincheck.LinChecker;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.annotations.Param;
import org.jetbrains.kotlinx.lincheck.paramgen.IntGen;
import org.jetbrains.kotlinx.lincheck.strategy.stress.StressOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.rebind.CompilationStats;
import org.rebind.MissReason;
import org.rebind.SideEffectException;
import org.rebind.pytree.TreeDef;
import org.rebind.tracer.internal.effects.Finding;

/** The state of a function under random interleavings: each outcome must be one of some order of the operations. */
@Tag("slow") // ./test runs it on the newest JDK only
public class LinearizabilityTest {
    /** Counters and their snapshot. */
    public static class CountersState {
        private final Counters counters = new Counters();

        @Operation
        public void hit() {
            counters.hit(Uses.stripe(), 1_000_000);
        }

        @Operation
        public void miss() {
            counters.miss(1_000_000);
        }

        @Operation
        public void fallback() {
            counters.fallback();
        }

        @Operation
        public String snapshot() {
            CompilationStats s = counters.snapshot(0);
            return s.hits() + " " + s.misses() + " " + s.fallbacks() + " " + s.totalCompileTimeMs() + " "
                    + s.totalCachedExecTimeMs();
        }
    }

    /** The table of entries: additions, lookups, dropping all. Far from its bound, since eviction order is approximate. */
    @Param(name = "key", gen = IntGen.class, conf = "1:3")
    public static class EntriesState {
        private final Entries entries = new Entries(100);

        @Operation(params = "key")
        public void add(int key) {
            if (entries.find(key, new Object[] {key}) == null) {
                entries.add(entry(key), entries.generation());
            }
        }

        @Operation(params = "key")
        public boolean find(int key) {
            Entries.Found f = entries.find(key, new Object[] {key});
            if (f != null) {
                entries.used(f.entry(), Uses.stripe(), Uses.time(System.nanoTime()));
            }
            return f != null;
        }

        @Operation
        public void clear() {
            entries.clear();
        }

        /** What a fast path may use after all is quiet must be in the table. */
        @Operation
        public boolean isEmpty() {
            return entries.size() == 0;
        }

        private static Entry entry(int key) {
            Signature s = new Signature(List.of(new TreeDef.Static(key)), List.of(), List.of());
            return new Entry(s, key, new MissReason("", Optional.empty(), "", ""), null,
                    new Finding(SideEffectException.Kind.OTHER, "it is a test", "here", "none"), false);
        }
    }

    private static StressOptions options() {
        return new StressOptions().iterations(5).invocationsPerIteration(200).threads(2).actorsPerThread(4)
                .actorsBefore(1).actorsAfter(2).minimizeFailedScenario(true);
    }

    @Test
    void countersAreLinearizable() {
        LinChecker.check(CountersState.class, options());
    }

    @Test
    void entriesAreLinearizable() {
        LinChecker.check(EntriesState.class, options());
    }
}
