package org.rebind.cachesvc.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rebind.cache.Cache;
import org.rebind.cache.CacheLimits;
import org.rebind.cache.Lease;

/** Many threads at once: a leased value is never closed, every value closes exactly once, bounds hold. */
@Timeout(120)
class LruCacheStressTest {
    private static final long SEED = Long.getLong("rebind.test.seed", 7);
    private static final int STEPS = Boolean.getBoolean("rebind.test.long") ? 1_000_000 : 60_000;
    private static final int THREADS = 8;

    @Test
    void leasesNeverSeeAClosedValue() throws Exception {
        Cache<Integer, Value> cache = new LruCacheService().create("stress", new CacheLimits<>(5, 60, v -> v.key));
        Queue<Value> made = new ConcurrentLinkedQueue<>();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Callable<Void>> work = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            Random random = new Random(SEED + t);
            work.add(() -> {
                for (int i = 0; i < STEPS; i++) {
                    step(cache, made, random);
                }
                return null;
            });
        }
        for (Future<Void> f : threads.invokeAll(work)) {
            f.get();
        }
        threads.shutdown();
        var s = cache.statistics();
        assertEquals(made.size(), s.fills());
        assertEquals(s.size(), s.fills() - s.closed());
        cache.clear();
        for (Value v : made) {
            assertEquals(1, v.closes.get(), () -> "seed " + SEED + ": closes of a value of key " + v.key);
        }
        assertEquals(0, cache.statistics().bytes());
    }

    private static void step(Cache<Integer, Value> cache, Queue<Value> made, Random random) throws Exception {
        int key = random.nextInt(16);
        int what = random.nextInt(1000);
        if (what == 0) {
            cache.clear();
        } else if (what < 20) {
            cache.remove(key);
        } else if (what < 30) {
            cache.removeIf(k -> k % 4 == key % 4);
        } else {
            Lease<Value> lease = what < 200 ? cache.find(key) : acquire(cache, made, key, what < 220);
            if (lease != null) {
                Value v = lease.value();
                assertEquals(key, v.key);
                if (what % 16 == 0) {
                    Thread.yield();
                }
                assertTrue(!v.isClosed(), () -> "seed " + SEED + ": leased value of key " + key + " is closed");
                lease.close();
            }
        }
        assertTrue(cache.size() <= 5, "size exceeds its bound");
    }

    private static Lease<Value> acquire(Cache<Integer, Value> cache, Queue<Value> made, int key, boolean fail)
            throws Exception {
        try {
            return cache.acquire(key, k -> {
                if (fail) {
                    throw new IllegalArgumentException("planned");
                }
                Value v = new Value(k);
                made.add(v);
                return v;
            });
        } catch (IllegalArgumentException planned) {
            return null;
        }
    }
}
