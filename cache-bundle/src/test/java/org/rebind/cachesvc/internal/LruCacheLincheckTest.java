package org.rebind.cachesvc.internal;

import org.jetbrains.kotlinx.lincheck.LinChecker;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.annotations.Param;
import org.jetbrains.kotlinx.lincheck.paramgen.IntGen;
import org.jetbrains.kotlinx.lincheck.strategy.stress.StressOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.rebind.cache.Cache;
import org.rebind.cache.CacheLimits;
import org.rebind.cache.Lease;

/**
 * Lincheck's search for an interleaving whose answers no order of the operations explains. The cache is large enough
 * that nothing is evicted: recency is only approximate under contention, and on purpose.
 */
@Tag("slow")
public class LruCacheLincheckTest {
    private final Cache<Integer, Value> cache = new LruCacheService().create("lincheck", CacheLimits.entries(8));

    /** @return whether this call filled */
    @Operation
    public boolean acquire(@Param(gen = IntGen.class, conf = "1:3") int key) throws Exception {
        boolean[] filled = new boolean[1];
        try (Lease<Value> l = cache.acquire(key, k -> {
            filled[0] = true;
            return new Value(k);
        })) {
            check(l, key);
        }
        return filled[0];
    }

    @Operation
    public boolean find(@Param(gen = IntGen.class, conf = "1:3") int key) {
        try (Lease<Value> l = cache.find(key)) {
            if (l != null) {
                check(l, key);
            }
            return l != null;
        }
    }

    @Operation
    public boolean remove(@Param(gen = IntGen.class, conf = "1:3") int key) {
        return cache.remove(key);
    }

    private static void check(Lease<Value> l, int key) {
        if (l.value().key != key || l.value().isClosed()) {
            throw new AssertionError("leased value of key " + key + " is wrong or closed");
        }
    }

    /** What the answers must look like in some order. */
    public static final class Specification {
        private final java.util.HashSet<Integer> keys = new java.util.HashSet<>();

        public boolean acquire(int key) {
            return keys.add(key);
        }

        public boolean find(int key) {
            return keys.contains(key);
        }

        public boolean remove(int key) {
            return keys.remove(key);
        }
    }

    @Test
    void answersAreThoseOfSomeOrder() {
        boolean more = Boolean.getBoolean("rebind.test.long");
        LinChecker.check(LruCacheLincheckTest.class, new StressOptions()
                .sequentialSpecification(Specification.class).threads(3).actorsPerThread(3).actorsBefore(1)
                .actorsAfter(1).iterations(more ? 100 : 10).invocationsPerIteration(more ? 5000 : 200));
    }
}
