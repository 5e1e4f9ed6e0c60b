package org.rebind.tracer.internal.backends;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.rebind.backend.ExecutableOptions;
import org.rebind.cache.CacheService;
import org.rebind.graph.Graph;
import org.rebind.pretend.PretendBackend;
import org.rebind.tracer.internal.interpret.InterpreterBackend;
import org.rebind.tracer.internal.tensor.ConcreteTensor;

/** A runtime and pretend backends for it; after each test nothing may be open and no breach counted. */
abstract class SwapBed {
    static final long[] NONE = {};
    static final float[] X = {0, 0.5f, -1, 2, 3, -4, 5, 0.25f};

    final Map<String, AtomicLong> ledger = new ConcurrentHashMap<>();
    final ExecutorService threads = Executors.newCachedThreadPool();
    Backends backends = backends(settings(1_000, 60_000, 5_000));

    static Settings settings(long quarantine, long hang, long departure) {
        return new Settings(List.of(), List.of(), List.of(), quarantine, 120_000, 2, hang, departure, 100);
    }

    static Backends backends(Settings s) {
        Backends b = new Backends(new InterpreterBackend(), s);
        b.use(java.util.ServiceLoader.load(CacheService.class).findFirst().orElseThrow());
        return b;
    }

    void use(Settings s) {
        backends.close();
        backends = backends(s);
    }

    @AfterEach
    void nothingIsLeftOpen() {
        backends.close();
        threads.shutdownNow();
        ledger.forEach((k, v) -> {
            if (k.endsWith(".executables") || k.endsWith(".buffers") || k.equals("breaches")) {
                assertEquals(0, v.get(), k + " in " + ledger);
            }
        });
    }

    PretendBackend arrive(String name, int ranking) {
        PretendBackend b = new PretendBackend(name, ranking, ledger);
        backends.add(b, ranking);
        return b;
    }

    void depart(PretendBackend b) {
        backends.remove(b);
        b.close();
    }

    void plan(String key, long value) {
        ledger.computeIfAbsent(key, k -> new AtomicLong()).set(value);
    }

    long count(String key) {
        AtomicLong n = ledger.get(key);
        return n == null ? 0 : n.get();
    }

    BoundGraph bind(Graph g) {
        return backends.bind(g, ExecutableOptions.DEFAULT, Optional.empty());
    }

    static ConcreteTensor check(BoundGraph f) {
        ConcreteTensor y = Graphs.run(f, new ConcreteTensor[] {Graphs.tensor(X.clone())}, NONE)[0];
        float[] expected = new float[X.length];
        for (int i = 0; i < X.length; i++) {
            expected[i] = Graphs.expected(0, X[i]);
        }
        assertArrayEquals(expected, y.toFloatArray(), 1e-6f);
        return y;
    }

    static void eventually(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, what);
            Thread.sleep(2);
        }
    }

    String health(String name) {
        return backends.status().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow().health();
    }

    static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
