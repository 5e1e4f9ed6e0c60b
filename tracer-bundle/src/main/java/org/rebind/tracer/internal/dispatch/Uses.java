package org.rebind.tracer.internal.dispatch;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * When and how often an entry was used: a cache line for each of a few stripes of threads, so that threads that use the same
 * entries do not wait for each other's writes. Thread-safe.
 */
final class Uses {
    /** A power of two. */
    static final int STRIPES = Integer.highestOneBit(Math.min(16, Runtime.getRuntime().availableProcessors() * 4));
    /** Longs of a stripe: two cache lines, as the array may start anywhere and processors fetch lines in pairs. */
    private static final int LINE = 16;
    private static final int HITS = 1; // after the time of the last use
    private static final int NANOS = 2;
    private static final long ORIGIN = System.nanoTime();

    private final AtomicLongArray cells = new AtomicLongArray((STRIPES + 1) * LINE);

    /** The stripe of the calling thread; threads made one after the other have different ones. */
    @SuppressWarnings("deprecation") // threadId() is not in Java 17
    static int stripe() {
        return (int) Thread.currentThread().getId() & STRIPES - 1;
    }

    /** Nanoseconds since this class was loaded, at {@code System.nanoTime() == nanoTime}; at least 1. */
    static long time(long nanoTime) {
        return nanoTime - ORIGIN + 1;
    }

    /** Where a stripe begins: not at 0, since every access reads the array's length, which lies right before that. */
    private static int cell(int stripe) {
        return (stripe + 1) * LINE;
    }

    void hit(int stripe, long nanos) {
        cells.getAndIncrement(cell(stripe) + HITS);
        cells.getAndAdd(cell(stripe) + NANOS, nanos);
    }

    void mark(int stripe, long time) {
        cells.lazySet(cell(stripe), time);
    }

    /** When threads of this stripe last used it; 0 for never. */
    long marked(int stripe) {
        return cells.get(cell(stripe));
    }

    long lastUsed() {
        long last = 0;
        for (int i = 0; i < STRIPES; i++) {
            last = Math.max(last, marked(i));
        }
        return last;
    }

    long hits() {
        return sum(HITS);
    }

    long nanos() {
        return sum(NANOS);
    }

    private long sum(int what) {
        long sum = 0;
        for (int i = 0; i < STRIPES; i++) {
            sum += cells.get(cell(i) + what);
        }
        return sum;
    }
}
