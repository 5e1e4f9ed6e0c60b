package org.rebind.tracer.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.rebind.CompilationStats;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction1;
import org.rebind.CompiledFunction2;
import org.rebind.DType;
import org.rebind.Rebind;
import org.rebind.RebindException;
import org.rebind.Tensor;
import org.rebind.tracer.internal.backends.Backends;
import org.rebind.tracer.internal.dispatch.Functions;
import org.rebind.tracer.internal.interpret.InterpreterBackend;

/** Many threads, one function. */
class ConcurrencyTest {
    private final CountingBackend backend = new CountingBackend();

    private static void inThreads(int n, Runnable body) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < n; i++) {
            Thread t = new Thread(body);
            t.setUncaughtExceptionHandler((thread, e) -> failures.add(e));
            threads.add(t);
        }
        threads.forEach(Thread::start);
        for (Thread t : threads) {
            t.join();
        }
        if (!failures.isEmpty()) {
            throw new AssertionError(failures.size() + " threads failed", failures.peek());
        }
    }

    @Test
    void oneCompilationHoweverManyThreadsMissTogether() throws InterruptedException {
        AtomicInteger traces = new AtomicInteger();
        CompiledFunction1<Tensor, Tensor> f = backend.functions().compile((Tensor x) -> {
            Rebind.onTrace(traces::incrementAndGet);
            return x.add(1);
        }, CompileOptions.DEFAULT);
        backend.onCompile = () -> sleep(100);
        CountDownLatch together = new CountDownLatch(8);
        inThreads(8, () -> {
            together.countDown();
            awaitLatch(together);
            assertEquals(2.0, f.apply(Tensor.scalar(1f)).item());
        });
        assertEquals(1, traces.get());
        assertEquals(1, backend.compiled.get());
        assertEquals(1, f.stats().misses());
        assertEquals(7, f.stats().hits());
    }

    @Test
    void otherSignaturesRunWhileOneCompiles() throws InterruptedException {
        CompiledFunction1<Tensor, Tensor> f = backend.functions().compile((Tensor x) -> x.add(1), CompileOptions.DEFAULT);
        f.apply(Tensor.ones(DType.FLOAT32, 2));
        CountDownLatch compiling = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        backend.onCompile = () -> {
            compiling.countDown();
            awaitLatch(go);
        };
        Thread slow = new Thread(() -> f.apply(Tensor.ones(DType.FLOAT32, 3)));
        slow.start();
        compiling.await();
        for (int i = 0; i < 100; i++) {
            f.apply(Tensor.ones(DType.FLOAT32, 2)); // would hang if anything were locked
        }
        f.stats();
        f.entries();
        go.countDown();
        slow.join();
        assertEquals(100, f.stats().hits());
    }

    @Test
    void aWaitingThreadCanBeInterrupted() throws InterruptedException {
        CompiledFunction1<Tensor, Tensor> f = backend.functions().compile((Tensor x) -> x.add(1),
                CompileOptions.builder().name("slow").build());
        CountDownLatch compiling = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        backend.onCompile = () -> {
            compiling.countDown();
            awaitLatch(go);
        };
        Thread first = new Thread(() -> f.apply(Tensor.scalar(1f)));
        first.start();
        compiling.await();
        Throwable[] thrown = new Throwable[1];
        boolean[] flag = new boolean[1];
        Thread waiting = new Thread(() -> {
            try {
                f.apply(Tensor.scalar(1f));
            } catch (RebindException e) {
                thrown[0] = e;
                flag[0] = Thread.currentThread().isInterrupted();
            }
        });
        waiting.start();
        Await.until("it waits", () -> waiting.getState() == Thread.State.WAITING);
        waiting.interrupt();
        waiting.join();
        assertInstanceOf(InterruptedException.class, thrown[0].getCause());
        assertTrue(thrown[0].getMessage().contains("slow: interrupted while waiting for thread " + first.getName()));
        assertTrue(flag[0], "the interrupt is kept");
        go.countDown();
        first.join();
        assertEquals(2.0, f.apply(Tensor.scalar(1f)).item());
        assertEquals(List.of(1L, 1L), List.of(f.stats().misses(), f.stats().hits()));
    }

    @Test
    void whenTheCompilingThreadFailsAnotherTries() throws InterruptedException {
        AtomicInteger tries = new AtomicInteger();
        Runnable failOnce = () -> {
            sleep(50);
            if (tries.incrementAndGet() == 1) {
                throw new IllegalStateException("first");
            }
        };
        CompiledFunction1<Tensor, Tensor> f = backend.functions().compile((Tensor x) -> {
            Rebind.onTrace(failOnce);
            return x.add(1);
        }, CompileOptions.DEFAULT);
        AtomicInteger failures = new AtomicInteger();
        CountDownLatch together = new CountDownLatch(4);
        inThreads(4, () -> {
            together.countDown();
            awaitLatch(together);
            try {
                f.apply(Tensor.scalar(1f));
            } catch (IllegalStateException e) {
                failures.incrementAndGet();
            }
        });
        assertEquals(1, failures.get());
        assertEquals(List.of(1L, 2L), List.of(f.stats().misses(), f.stats().hits()));
    }

    @Test
    void twoThreadsAThousandSignaturesAndEvictions() throws InterruptedException {
        int perThread = 4000;
        CompiledFunction2<Tensor, Integer, Tensor> f = backend.functions().compile((Tensor x, Integer n) -> x.add(n),
                CompileOptions.builder().maxCacheSize(4).build());
        AtomicLong calls = new AtomicLong();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger seeds = new AtomicInteger();
        inThreads(2, () -> {
            Random random = new Random(seeds.incrementAndGet());
            for (int i = 0; i < perThread; i++) {
                int n = i < 1000 ? i : random.nextInt(random.nextBoolean() ? 3 : 1000);
                assertEquals(1.0 + n, f.apply(Tensor.scalar(1f), n).item());
                calls.incrementAndGet();
                most.accumulateAndGet(f.stats().cacheSize(), Math::max);
                if (i % 1500 == 1499) {
                    f.clearCache();
                }
            }
        });
        CompilationStats s = f.stats();
        assertEquals(calls.get(), s.hits() + s.misses() + s.fallbacks());
        assertTrue(s.hits() > 0 && s.misses() >= 1000, s.toString());
        assertTrue(most.get() <= 4, "entries: " + most);
        assertTrue(f.entries().size() <= 4);
        f.clearCache();
        Await.until("all executables close, " + backend.open + " are open", () -> backend.open.get() == 0);
        assertEquals(0, backend.closedWhileRunning.get());
    }

    @Test
    void hitsNeverBlockNorPark() throws InterruptedException {
        CompiledFunction1<Tensor, Tensor> f = backend.functions().compile((Tensor x) -> x, CompileOptions.DEFAULT);
        List<Tensor> inputs = List.of(Tensor.ones(DType.FLOAT32, 2), Tensor.ones(DType.FLOAT32, 3));
        inputs.forEach(f::apply);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        AtomicLong blocked = new AtomicLong();
        inThreads(4, () -> {
            for (int i = 0; i < 2000; i++) { // loads classes
                f.apply(inputs.get(i % 2));
            }
            ThreadInfo before = threads.getThreadInfo(Thread.currentThread().getId());
            for (int i = 0; i < 100_000; i++) {
                f.apply(inputs.get(i / 100 % 2)); // both the last entry and the table
            }
            ThreadInfo after = threads.getThreadInfo(Thread.currentThread().getId());
            blocked.addAndGet(after.getBlockedCount() - before.getBlockedCount() + after.getWaitedCount()
                    - before.getWaitedCount());
        });
        assertEquals(0, blocked.get());
        assertEquals(4L * 102_000, f.stats().hits());
    }

    @Test
    void entriesAreListedInOrderWhileTheirOrderChanges() throws InterruptedException {
        CompiledFunction2<Tensor, Integer, Tensor> f = backend.functions().compile((Tensor x, Integer k) -> x,
                CompileOptions.DEFAULT);
        Tensor x = Tensor.scalar(1f);
        for (int k = 0; k < 64; k++) {
            f.apply(x, k);
        }
        AtomicInteger running = new AtomicInteger(3);
        inThreads(3, () -> {
            Random random = new Random(Thread.currentThread().getId());
            boolean lists = running.getAndDecrement() == 1;
            for (int i = 0; i < (lists ? 300 : 20_000); i++) {
                if (lists) {
                    assertEquals(64, f.entries().size());
                } else {
                    f.apply(x, random.nextInt(64));
                }
            }
        });
        assertEquals(40_000, f.stats().hits());
        assertEquals(40_000, f.entries().stream().mapToLong(e -> e.hits()).sum());
        for (int k = 0; k < 64; k++) {
            f.apply(x, 63 - k);
        }
        assertTrue(f.entries().get(63).signature().contains("0)") && f.entries().get(0).signature().contains("63)"),
                () -> f.entries().toString());
    }

    @Test
    void backendIdentityIsNotInTheSignature() {
        Backends backends = new Backends(new InterpreterBackend());
        Functions functions = new Functions(() -> backends);
        AtomicInteger traces = new AtomicInteger();
        CompiledFunction1<Tensor, Tensor> f = functions.compile((Tensor x) -> {
            Rebind.onTrace(traces::incrementAndGet);
            return x.add(1);
        }, CompileOptions.DEFAULT);
        f.apply(Tensor.scalar(1f));
        assertEquals("interpreter", f.entries().get(0).backend());
        backends.add(backend, 1);
        Await.until("the entry moves", () -> f.entries().get(0).backend().equals("counting"));
        assertEquals(2.0, f.apply(Tensor.scalar(1f)).item());
        backends.remove(backend);
        assertEquals(2.0, f.apply(Tensor.scalar(1f)).item());
        assertEquals(List.of(1L, 2L, 1L), List.of((long) traces.get(), f.stats().hits(), f.stats().misses()));
    }

    @Test
    void fallbacksAreCountedFromManyThreads() throws InterruptedException {
        CompiledFunction1<Tensor, Tensor> f = backend.functions().compile(
                (Tensor x) -> x.sum().itemDouble() > 0 ? x.add(1) : x.neg(), CompileOptions.DEFAULT);
        inThreads(4, () -> {
            for (int i = 0; i < 300; i++) {
                assertEquals(2.0, f.apply(Tensor.scalar(1f)).item());
            }
        });
        CompilationStats s = f.stats();
        assertEquals(List.of(0L, 0L, 1200L), List.of(s.hits(), s.misses(), s.fallbacks()));
    }

    private static void sleep(int ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
