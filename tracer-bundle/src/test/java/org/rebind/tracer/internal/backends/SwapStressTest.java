package org.rebind.tracer.internal.backends;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rebind.backend.Backend;
import org.rebind.backend.ExecutableOptions;
import org.rebind.cache.CacheService;
import org.rebind.pretend.PretendBackend;
import org.rebind.tracer.internal.interpret.InterpreterBackend;
import org.rebind.tracer.internal.tensor.ConcreteTensor;

/**
 * Threads call functions while backends, each from its own class loader, arrive, depart, break and recover in random
 * order. Every result is checked; at the end nothing is open, no thread is left over and every class loader is
 * collected.
 */
@Tag("slow")
@Timeout(300)
class SwapStressTest {
    private static final long SEED = Long.getLong("rebind.test.seed", System.nanoTime());
    private static final long MILLIS = Boolean.getBoolean("rebind.test.long") ? 60_000 : 6_000;
    private static final int THREADS = 8;
    private static final int FUNCTIONS = 20;
    private static final List<String> FAILURES = List.of("fail.compile", "fail.execute", "fail.lost", "fail.count",
            "fail.dtype", "fail.memory", "fail.error");

    /** A result to be read after all devices have left, and its values. */
    private record Kept(ConcreteTensor result, float[] expected) {
    }

    private final Map<String, AtomicLong> ledger = new ConcurrentHashMap<>();
    private final List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
    private final List<Backend> here = new ArrayList<>();
    private final AtomicLong calls = new AtomicLong();
    private final Queue<Kept> kept = new ConcurrentLinkedQueue<>();
    private volatile boolean stop;

    @Test
    void nothingFailsNothingIsLostNothingLeaks() throws Exception {
        Settings s = new Settings(List.of(), List.of(), List.of(), 20, 200, 2, 30_000, 20_000, 64);
        Backends backends = new Backends(new InterpreterBackend(), s);
        backends.use(ServiceLoader.load(CacheService.class).findFirst().orElseThrow());
        List<BoundGraph> functions = new ArrayList<>();
        for (int i = 0; i < FUNCTIONS; i++) {
            functions.add(backends.bind(Graphs.doubled(i), ExecutableOptions.DEFAULT,
                    i % 5 == 0 ? Optional.of("p1") : Optional.empty()));
        }
        int threadsBefore = Thread.activeCount();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<Void>> running = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            running.add(threads.submit(caller(functions, new Random(SEED + t))));
        }
        int events = storm(backends, new Random(SEED));
        stop = true;
        for (Future<Void> f : running) {
            f.get(60, TimeUnit.SECONDS);
        }
        threads.shutdown();
        assertTrue(threads.awaitTermination(60, TimeUnit.SECONDS));
        while (!here.isEmpty()) {
            depart(backends, here.remove(0));
        }
        System.out.println("swap stress, seed " + SEED + ": " + calls + " calls, " + events + " events, "
                + loaders.size() + " arrivals, " + ledger.get("executes") + " executed on pretend devices");
        verify(functions, threadsBefore);
        backends.close();
    }

    private Callable<Void> caller(List<BoundGraph> functions, Random random) {
        return () -> {
            ConcreteTensor carried = Graphs.random(random, 8); // results are fed to other calls, wherever they live
            float[] values = carried.toFloatArray();
            while (!stop) {
                int n = random.nextInt(FUNCTIONS);
                ConcreteTensor y = Graphs.run(functions.get(n), new ConcreteTensor[] {carried}, new long[0])[0];
                float[] want = new float[8];
                for (int i = 0; i < 8; i++) {
                    want[i] = Graphs.expected(n, values[i]);
                }
                calls.incrementAndGet();
                if (random.nextInt(4) == 0) {
                    compare(want, y.toFloatArray(), "function " + n);
                }
                if (random.nextInt(500) == 0) {
                    kept.add(new Kept(y, want));
                }
                boolean fresh = random.nextInt(10) == 0;
                carried = fresh ? Graphs.random(random, 8) : y;
                values = fresh ? carried.toFloatArray() : want;
            }
            return null;
        };
    }

    private static void compare(float[] want, float[] got, String what) {
        for (int i = 0; i < want.length; i++) {
            assertEquals(want[i], got[i], 1e-5, "seed " + SEED + ", " + what);
        }
    }

    private int storm(Backends backends, Random random) throws Exception {
        long end = System.nanoTime() + MILLIS * 1_000_000L;
        int events = 0;
        while (System.nanoTime() < end) {
            int what = random.nextInt(10);
            if (here.size() < 3 && what < 4) {
                here.add(arrive(backends, "p" + random.nextInt(3), random.nextInt(5)));
            } else if (!here.isEmpty() && what < 7) {
                depart(backends, here.remove(random.nextInt(here.size())));
            } else if (what == 7) {
                ledger.computeIfAbsent("slow.compile", k -> new AtomicLong()).set(random.nextInt(10));
            } else {
                ledger.computeIfAbsent(FAILURES.get(random.nextInt(FAILURES.size())), k -> new AtomicLong())
                        .set(random.nextInt(4));
            }
            events++;
            Thread.sleep(random.nextInt(20));
        }
        return events;
    }

    private Backend arrive(Backends backends, String name, int ranking) throws Exception {
        ClassLoader loader = new Isolated();
        loaders.add(new WeakReference<>(loader));
        Constructor<?> c = loader.loadClass(PretendBackend.class.getName()).getConstructor(String.class, int.class,
                Map.class);
        Backend b = (Backend) c.newInstance(name, ranking, ledger);
        assertTrue(b.getClass() != (Class<?>) PretendBackend.class);
        backends.add(b, ranking);
        return b;
    }

    /** The close checks that nothing of it is open, and that nothing of it is touched afterwards. */
    private void depart(Backends backends, Backend b) {
        backends.remove(b);
        b.close();
    }

    private void verify(List<BoundGraph> functions, int threadsBefore) throws Exception {
        assertEquals(0, ledger.getOrDefault("breaches", new AtomicLong()).get(), "seed " + SEED + " " + ledger);
        ledger.forEach((k, v) -> {
            if (k.endsWith(".executables") || k.endsWith(".buffers") || k.equals("bytes")) {
                assertEquals(0, v.get(), "seed " + SEED + ", open: " + k + " in " + ledger);
            }
        });
        for (Kept k : kept) {
            compare(k.expected, k.result.toFloatArray(), "a kept result");
        }
        functions.forEach(f -> assertEquals("interpreter", f.backendName()));
        assertTrue(ledger.get("executes").get() > 100, "the pretend devices were hardly used: " + ledger);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (loaders.stream().anyMatch(l -> l.get() != null)) {
            assertTrue(System.nanoTime() < deadline, () -> "seed " + SEED + ": class loaders not collected: "
                    + loaders.stream().filter(l -> l.get() != null).count() + " of " + loaders.size());
            System.gc();
            Thread.sleep(50);
        }
        assertTrue(Thread.activeCount() <= threadsBefore, "threads: " + threadsBefore + " before, "
                + Thread.activeCount() + " after");
    }

    /** Loads the pretend backend anew, as a bundle would; the API comes from the parent. */
    private static final class Isolated extends URLClassLoader {
        Isolated() {
            super(new URL[] {location(PretendBackend.class), location(InterpreterBackend.class)},
                    SwapStressTest.class.getClassLoader());
        }

        private static URL location(Class<?> c) {
            return c.getProtectionDomain().getCodeSource().getLocation();
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("org.rebind.pretend.") && !name.startsWith("org.rebind.tracer.internal.interpret.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> c = findLoadedClass(name);
                return c != null ? c : findClass(name);
            }
        }
    }
}
