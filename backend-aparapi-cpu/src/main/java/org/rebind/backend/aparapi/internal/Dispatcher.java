package org.rebind.backend.aparapi.internal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.rebind.bindings.aparapi.Launcher;

/**
 * Spreads chunks over the calling thread and the threads of one Aparapi launch that lasts as long as this object: a launch a call
 * would wake every worker and then the caller, which costs more than many a step. A call that finds all threads busy
 * does its work on its own: callers never wait for each other. Thread-safe.
 */
final class Dispatcher implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("org.rebind.backend.aparapi");
    /** System property: threads a call may use; the processors if absent. */
    static final String THREADS = "rebind.cpu.threads";

    /** In ns; several calls of a loop. */
    private static final long LATELY = 1_000_000;

    private final int threads;
    private final Worker[] helpers;
    private final AtomicInteger busy = new AtomicInteger();
    private final CountDownLatch started;
    /** When a caller last wanted more threads than there were, and whether that is so lately that none may be wasted on waiting. */
    private volatile long wanting = System.nanoTime() - LATELY;
    private final BooleanSupplier isContended = () -> System.nanoTime() - wanting < LATELY;

    /**
     * The launch is made in the background: Aparapi takes a quarter of a second to start.
     *
     * @param threads a call may use, with its own; Aparapi runs no more beside it at once than there are processors
     */
    Dispatcher(int threads) {
        this.helpers = new Worker[Math.min(threads - 1, Runtime.getRuntime().availableProcessors())];
        this.threads = helpers.length + 1;
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = new Worker(isContended);
        }
        started = new CountDownLatch(helpers.length);
        if (helpers.length > 0) {
            Thread start = new Thread(this::launch, "rebind-cpu-launch");
            start.setDaemon(true);
            start.start();
        }
    }

    private void launch() {
        try (Launcher launcher = new Launcher(helpers.length)) {
            launcher.launch(helpers.length, worker -> helpers[worker].serve(started));
        } catch (LinkageError | RuntimeException e) { // no bindings, for instance: callers do all by themselves
            LOG.log(System.Logger.Level.WARNING, "calls use no thread but their own, Aparapi does not start: " + e);
        }
    }

    /** Waits until parallel launches are possible, for tests and benchmarks. */
    void awaitStart() throws InterruptedException {
        started.await();
    }

    static Dispatcher configured() {
        int processors = Runtime.getRuntime().availableProcessors();
        String wanted = System.getProperty(THREADS, "");
        if (!wanted.isEmpty() && !wanted.matches("[1-9][0-9]{0,3}")) {
            LOG.log(System.Logger.Level.WARNING, THREADS + ": expected a number from 1 to 9999, got " + wanted + "; calls use "
                    + processors);
            return new Dispatcher(processors);
        }
        return new Dispatcher(wanted.isEmpty() ? processors : Integer.parseInt(wanted));
    }

    int threads() {
        return threads;
    }

    /**
     * Does all items, in parallel where threads are free.
     *
     * @param chunk items of one piece; fewer pieces than threads use fewer threads
     * @return threads that worked
     */
    int run(Chunked work, int extent, int chunk) {
        int chunks = (int) (((long) extent + chunk - 1) / chunk);
        int wanted = Math.min(threads, chunks);
        int workers = claim(wanted);
        if (workers < wanted) {
            long now = System.nanoTime();
            if (now - wanting > LATELY / 4) { // written seldom, as all callers read it
                wanting = now;
            }
        }
        try {
            if (workers == 1) {
                work.run(0, extent);
                return 1;
            }
            return new Launch(work, extent, chunk, isContended).run(helpers, workers - 1);
        } finally {
            busy.addAndGet(-workers);
        }
    }

    /** Threads for one call: what others left, and always its own. */
    private int claim(int wanted) {
        while (true) {
            int before = busy.get();
            int workers = Math.max(1, Math.min(wanted, threads - before));
            if (busy.compareAndSet(before, before + workers)) {
                return workers;
            }
        }
    }

    /** Ends all threads; launches still running end first, later calls run on their own threads. */
    @Override
    public void close() {
        for (Worker h : helpers) {
            h.close();
        }
    }
}
