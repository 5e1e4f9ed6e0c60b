package org.rebind.cachesvc.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rebind.cache.Cache;
import org.rebind.cache.CacheLimits;
import org.rebind.cache.Lease;

/** The cache against a LinkedHashMap in access order: one thread, random operations, everything compared after each. */
class LruCacheModelTest {
    private static final long SEED = Long.getLong("rebind.test.seed", 42);
    private static final int RUNS = Boolean.getBoolean("rebind.test.long") ? 2000 : 200;

    /** What the cache should hold: keys, least recently used first, with open values. */
    private static final class Model {
        final int maxEntries;
        final long maxBytes;
        final Map<Integer, Value> live = new LinkedHashMap<>(16, 0.75f, true);

        Model(int maxEntries, long maxBytes) {
            this.maxEntries = maxEntries;
            this.maxBytes = maxBytes;
        }

        long bytes() {
            return live.keySet().stream().mapToLong(k -> k).sum();
        }

        void put(int key, Value v) {
            if (key > maxBytes) {
                return;
            }
            while (live.size() >= maxEntries || bytes() + key > maxBytes) {
                live.remove(live.keySet().iterator().next());
            }
            live.put(key, v);
        }
    }

    @Test
    void behavesAsTheModel() throws Exception {
        for (int run = 0; run < RUNS; run++) {
            new Run(SEED + run).go();
        }
    }

    private static final class Run {
        final long seed;
        final Random random;
        final Model model;
        final Cache<Integer, Value> cache;
        final List<Value> made = new ArrayList<>();
        final Map<Lease<Value>, Value> held = new LinkedHashMap<>();

        Run(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            this.model = new Model(1 + random.nextInt(6), random.nextBoolean() ? Long.MAX_VALUE : 1 + random.nextInt(30));
            this.cache = new LruCacheService().create("model",
                    new CacheLimits<>(model.maxEntries, model.maxBytes, v -> v.key));
        }

        void go() throws Exception {
            for (int step = 0; step < 300; step++) {
                step(random.nextInt(12));
                verify("seed " + seed + ", step " + step);
            }
        }

        void step(int what) throws Exception {
            int key = random.nextInt(12);
            if (what < 6) {
                Value expected = model.live.get(key);
                Lease<Value> lease = cache.acquire(key, k -> {
                    Value v = new Value(k);
                    made.add(v);
                    return v;
                });
                assertEquals(expected != null, lease.value() == expected, "seed " + seed);
                if (expected == null) {
                    model.put(key, lease.value());
                }
                keepOrClose(lease);
            } else if (what < 9) {
                Value expected = model.live.get(key);
                Lease<Value> lease = cache.find(key);
                assertEquals(expected, lease == null ? null : lease.value(), "seed " + seed);
                if (lease != null) {
                    keepOrClose(lease);
                }
            } else if (what == 9) {
                assertEquals(model.live.remove(key) != null, cache.remove(key), "seed " + seed);
            } else if (what == 10) {
                List<Integer> gone = model.live.keySet().stream().filter(k -> k % 3 == 0).toList();
                model.live.keySet().removeAll(gone);
                assertEquals(gone.size(), cache.removeIf(k -> k % 3 == 0), "seed " + seed);
            } else if (!held.isEmpty()) {
                Lease<Value> first = held.keySet().iterator().next();
                held.remove(first);
                first.close();
            }
        }

        void keepOrClose(Lease<Value> lease) {
            if (random.nextInt(4) == 0) {
                held.put(lease, lease.value());
            } else {
                lease.close();
            }
        }

        void verify(String where) {
            assertEquals(List.copyOf(model.live.keySet()), List.copyOf(cache.keys()), where);
            assertEquals(model.live.size(), cache.size(), where);
            assertEquals(model.bytes(), cache.statistics().bytes(), where);
            for (Value v : made) {
                boolean open = model.live.containsValue(v) || held.containsValue(v);
                assertEquals(open ? 0 : 1, v.closes.get(), where + ", value of key " + v.key);
            }
        }
    }
}
