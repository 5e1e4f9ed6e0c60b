package org.rebind.backend.aparapi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every item is done exactly once whatever the sizes, callers never wait for each other, failures reach the caller. */
@Timeout(180)
class DispatcherTest {
    private final Dispatcher dispatcher = new Dispatcher(4);

    @BeforeEach
    void start() throws InterruptedException {
        dispatcher.awaitStart();
    }

    @AfterEach
    void stop() {
        dispatcher.close();
    }

    /** A class path without aparapi-bindings: a warning, and calls do all by themselves. */
    @Test
    void withoutAparapiNoThreadDiesOfIt() throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!entry.contains("aparapi-bindings")) {
                urls.add(new File(entry).toURI().toURL());
            }
        }
        Set<Throwable> uncaught = ConcurrentHashMap.newKeySet();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> uncaught.add(e));
        try (URLClassLoader bare = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Set<Thread> others = Thread.getAllStackTraces().keySet();
            Constructor<?> made = bare.loadClass(Dispatcher.class.getName()).getDeclaredConstructor(int.class);
            made.setAccessible(true);
            made.newInstance(2);
            for (Thread t : Thread.getAllStackTraces().keySet()) {
                if (!others.contains(t) && t.getName().equals("rebind-cpu-launch")) {
                    t.join(60_000);
                }
            }
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        assertEquals(Set.of(), uncaught);
    }

    @Test
    void everyItemOnce() {
        for (int extent : new int[] {1, 2, 3, 7, 10, 13, 64, 1000, 4099}) {
            for (int chunk : new int[] {1, 3, 10, 1000, 5000}) {
                AtomicIntegerArray done = new AtomicIntegerArray(extent);
                dispatcher.run((lo, hi) -> {
                    assertTrue(lo < hi && hi <= extent, lo + " to " + hi);
                    for (int i = lo; i < hi; i++) {
                        done.incrementAndGet(i);
                    }
                }, extent, chunk);
                for (int i = 0; i < extent; i++) {
                    assertEquals(1, done.get(i), "item " + i + " of " + extent + " in chunks of " + chunk);
                }
            }
        }
    }

    @Test
    void runsOnSeveralThreads() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        CountDownLatch two = new CountDownLatch(2);
        dispatcher.run((lo, hi) -> {
            threads.add(Thread.currentThread());
            two.countDown();
            try {
                two.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, 8, 1);
        assertTrue(threads.size() >= 2, "ran on " + threads);
    }

    @Test
    void failuresReachTheCallerAndTheNextLaunchWorks() {
        for (int i = 0; i < 5; i++) {
            IllegalStateException e = assertThrows(IllegalStateException.class, () -> dispatcher.run((lo, hi) -> {
                if (lo == 3) {
                    throw new IllegalStateException("chunk " + lo);
                }
            }, 10, 1));
            assertEquals("chunk 3", e.getMessage());
        }
        everyItemOnce();
    }

    @Test
    void callersDoNotWaitForEachOther() throws Exception {
        CountDownLatch all = new CountDownLatch(6); // more callers than launchers: each must be inside a chunk at once
        ExecutorService users = Executors.newFixedThreadPool(6);
        try {
            List<Future<?>> futures = new ArrayList<>();
            for (int u = 0; u < 6; u++) {
                Callable<Void> user = () -> {
                    Set<Thread> first = ConcurrentHashMap.newKeySet();
                    dispatcher.run((lo, hi) -> {
                        if (first.add(Thread.currentThread()) && first.size() == 1) {
                            all.countDown();
                        }
                        try {
                            assertTrue(all.await(30, TimeUnit.SECONDS), "a caller waits for another");
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    }, 8, 1);
                    return null;
                };
                futures.add(users.submit(user));
            }
            for (Future<?> f : futures) {
                f.get(40, TimeUnit.SECONDS);
            }
        } finally {
            users.shutdownNow();
        }
    }

    @Test
    void closedItStillWorksOnTheCallersThread() {
        dispatcher.close();
        everyItemOnce();
    }

    @Test
    void noOpenClDriverIsLoadedByAparapi() throws IOException {
        Path maps = Path.of("/proc/self/maps");
        Assumptions.assumeTrue(Files.isReadable(maps), "only Linux lists the libraries of a process");
        assertFalse(Files.readString(maps).contains("libaparapi"), "Aparapi's native library is loaded: its OpenCL drivers "
                + "replace the JVM's SIGSEGV handler");
        String s = maps.toString().length() == 0 ? "x" : null;
        assertThrows(NullPointerException.class, () -> s.length());
    }
}
