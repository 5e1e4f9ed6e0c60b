package org.rebind.tracer.internal.dispatch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.rebind.CompilationStats;

/**
 * The counters of one function, striped over threads. A call takes whichever stripe is free for the few stores of its
 * update (an even sequence number is free), so calls hardly ever meet. A snapshot is consistent: all its numbers were
 * the true ones at one moment.
 */
final class Counters {
    private static final VarHandle SEQUENCE;
    private static final int OPTIMISTIC_TRIES = 64;

    static {
        try {
            SEQUENCE = MethodHandles.lookup().findVarHandle(Share.class, "sequence", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * Keeps what changes away from the object before, which may be the array of stripes that every call reads: a superclass's
     * fields come first, but for an int, which HotSpot puts before its longs.
     */
    private static class Before {
        @SuppressWarnings("unused")
        long b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15;
    }

    private static class Share extends Before {
        volatile long sequence; // odd while it is being changed
        long hits;
        long misses;
        long fallbacks;
        long compileNanos;
        long executeNanos;
    }

    /** One thread's share, padded against false sharing. */
    private static final class Stripe extends Share {
        @SuppressWarnings("unused")
        long a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15;
    }

    private final Stripe[] stripes;

    Counters() {
        stripes = new Stripe[Uses.STRIPES];
        for (int i = 0; i < stripes.length; i++) {
            stripes[i] = new Stripe();
        }
    }

    /** @param stripe of the thread, {@link Uses#stripe} */
    void hit(int stripe, long nanos) {
        Stripe s = acquire(stripe);
        s.hits++;
        s.executeNanos += nanos;
        release(s);
    }

    void miss(long nanos) {
        Stripe s = acquire(Uses.stripe());
        s.misses++;
        s.compileNanos += nanos;
        release(s);
    }

    void fallback() {
        Stripe s = acquire(Uses.stripe());
        s.fallbacks++;
        release(s);
    }

    private Stripe acquire(int start) {
        for (int i = 0;; i++) {
            Stripe s = stripes[start + i & stripes.length - 1];
            long free = s.sequence;
            if ((free & 1) == 0 && SEQUENCE.compareAndSet(s, free, free + 1)) {
                return s;
            }
            if (i >= stripes.length) {
                Thread.onSpinWait(); // a snapshot holds them all, for less than a microsecond
            }
        }
    }

    private static void release(Stripe s) {
        SEQUENCE.setRelease(s, (long) SEQUENCE.get(s) + 1);
    }

    /** @param cacheSize live entries */
    CompilationStats snapshot(int cacheSize) {
        long[] before = new long[stripes.length];
        for (int i = 0; i < OPTIMISTIC_TRIES; i++) {
            if (sequences(before)) {
                CompilationStats sum = sum(cacheSize);
                VarHandle.loadLoadFence();
                if (unchanged(before)) {
                    return sum;
                }
            }
        }
        for (Stripe s : stripes) {
            hold(s);
        }
        CompilationStats sum = sum(cacheSize);
        for (Stripe s : stripes) {
            release(s);
        }
        return sum;
    }

    private static void hold(Stripe s) {
        long free = s.sequence;
        while ((free & 1) != 0 || !SEQUENCE.compareAndSet(s, free, free + 1)) {
            Thread.onSpinWait();
            free = s.sequence;
        }
    }

    private boolean sequences(long[] into) {
        for (int i = 0; i < into.length; i++) {
            into[i] = stripes[i].sequence;
            if ((into[i] & 1) != 0) {
                return false;
            }
        }
        return true;
    }

    private boolean unchanged(long[] before) {
        for (int i = 0; i < before.length; i++) {
            if (stripes[i].sequence != before[i]) {
                return false;
            }
        }
        return true;
    }

    private CompilationStats sum(int cacheSize) {
        long hits = 0;
        long misses = 0;
        long fallbacks = 0;
        long compile = 0;
        long execute = 0;
        for (Stripe s : stripes) {
            hits += s.hits;
            misses += s.misses;
            fallbacks += s.fallbacks;
            compile += s.compileNanos;
            execute += s.executeNanos;
        }
        return new CompilationStats(hits, misses, fallbacks, compile / 1e6, execute / 1e6, cacheSize);
    }
}
