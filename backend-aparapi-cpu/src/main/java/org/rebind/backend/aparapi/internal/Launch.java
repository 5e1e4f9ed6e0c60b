package org.rebind.backend.aparapi.internal;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** One parallel call: the caller and its helpers take chunk after chunk until none is left. */
final class Launch {
    /**
     * How long a thread looks out before it sleeps, in ns, at least: what waking it costs on the mean. Usually that is 20 to 80 us, but where
     * another thread has its processor the scheduler lets it wait for milliseconds, and call after call goes without it.
     */
    private static final long LOOKOUT = 200_000;
    /** The part of a launch it may look out for, as threads that took equal shares do not end together, and how long at most. */
    private static final int LOOKOUT_PART = 16;
    private static final long LOOKOUT_MOST = 1_000_000;
    private static final int PAUSES = 8;

    private final Chunked work;
    private final int extent;
    private final int chunk;
    private final BooleanSupplier contended;
    private final long start = System.nanoTime();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger helping = new AtomicInteger();
    private volatile Throwable failure;
    private volatile Thread waiter;

    /** @param contended whether other threads need the processor, so that none may be wasted on waiting */
    Launch(Chunked work, int extent, int chunk, BooleanSupplier contended) {
        this.work = work;
        this.extent = extent;
        this.chunk = chunk;
        this.contended = contended;
    }

    /** Does all the work with the help of up to {@code wanted} helpers that are free. @return threads that worked */
    int run(Worker[] helpers, int wanted) {
        Worker[] asked = new Worker[wanted];
        int count = ask(helpers, asked);
        work();
        int workers = 1 + count;
        for (int i = 0; i < count; i++) {
            if (asked[i].withdraw(this)) {
                helping.decrementAndGet();
                workers--;
            }
        }
        await();
        rethrow();
        return workers;
    }

    /** How long to look out after so much work, both in ns. */
    static long lookout(long worked) {
        return Math.max(LOOKOUT, Math.min(worked / LOOKOUT_PART, LOOKOUT_MOST));
    }

    /** Since it was made, in ns. */
    long elapsed() {
        return System.nanoTime() - start;
    }

    /** Asks helpers, first those that are awake, then those that sleep. @return how many have it */
    private int ask(Worker[] helpers, Worker[] asked) {
        int count = 0;
        for (int i = 0; i < 2 * helpers.length && count < asked.length; i++) {
            Worker h = helpers[i < helpers.length ? i : i - helpers.length];
            if (h.isAsleep() == i >= helpers.length) {
                helping.incrementAndGet();
                if (h.offer(this)) {
                    asked[count++] = h;
                } else {
                    helping.decrementAndGet();
                }
            }
        }
        return count;
    }

    /** Takes chunks until none is left. */
    void work() {
        try {
            long lo = (long) next.getAndIncrement() * chunk;
            while (lo < extent && failure == null) {
                work.run((int) lo, (int) Math.min(lo + chunk, extent));
                lo = (long) next.getAndIncrement() * chunk;
            }
        } catch (Throwable e) { // carried to the calling thread, after all have left
            failure = e;
        }
    }

    /** A helper has done its last chunk. */
    void leave() {
        if (helping.decrementAndGet() == 0) {
            Thread t = waiter;
            if (t != null) {
                LockSupport.unpark(t);
            }
        }
    }

    /** Waits until all helpers have left: a few chunks at most. */
    private void await() {
        long end = elapsed();
        long lookout = lookout(end);
        while (helping.get() > 0 && !contended.getAsBoolean() && elapsed() - end < lookout) {
            for (int i = 0; i < PAUSES && helping.get() > 0; i++) {
                Thread.onSpinWait();
            }
        }
        if (helping.get() == 0) {
            return;
        }
        waiter = Thread.currentThread();
        boolean interrupted = false;
        while (helping.get() > 0) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted(); // or it would not sleep again
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void rethrow() {
        Throwable e = failure;
        if (e instanceof Error error) {
            throw error;
        } else if (e instanceof RuntimeException runtime) {
            throw runtime;
        }
    }
}
