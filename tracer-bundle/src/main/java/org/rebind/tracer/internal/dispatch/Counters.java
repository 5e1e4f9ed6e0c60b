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
            SEQUENCE = MethodHandles.lookup().findVarHandle(Stripe.class, "sequence", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** One thread's share, padded against false sharing. */
    private static final class Stripe {
        volatile int sequence; // odd while it is being changed
        long hits;
        long misses;
        long fallbacks;
        long compileNanos;
        long executeNanos;
        @SuppressWarnings("unused")
        long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9;
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
            int free = s.sequence;
            if ((free & 1) == 0 && SEQUENCE.compareAndSet(s, free, free + 1)) {
                return s;
            }
            if (i >= stripes.length) {
                Thread.onSpinWait(); // a snapshot holds them all, for less than a microsecond
            }
        }
    }

    private static void release(Stripe s) {
        SEQUENCE.setRelease(s, (int) SEQUENCE.get(s) + 1);
    }

    /** @param cacheSize live entries */
    CompilationStats snapshot(int cacheSize) {
        int[] before = new int[stripes.length];
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
        int free = s.sequence;
        while ((free & 1) != 0 || !SEQUENCE.compareAndSet(s, free, free + 1)) {
            Thread.onSpinWait();
            free = s.sequence;
        }
    }

    private boolean sequences(int[] into) {
        for (int i = 0; i < into.length; i++) {
            into[i] = stripes[i].sequence;
            if ((into[i] & 1) != 0) {
                return false;
            }
        }
        return true;
    }

    private boolean unchanged(int[] before) {
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
