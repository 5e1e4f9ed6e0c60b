package org.rebind.tracer.internal.tensor;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

/**
 * The calls that are using something now: counted in stripes, so that a call costs two uncontended increments and no
 * lock, and able to tell when every call that began before some moment has ended.
 *
 * <p>How: there are two sides of counters, and new calls count on the current one. To wait, flip the side, wait until
 * the old one is 0, and do that once more. The second flip is for a caller that read the side before the first flip
 * and counted after it. (The scheme of sleepable RCU: McKenney, "Sleepable Read-Copy Update", 2006.) New calls never
 * hold the wait up, as they count on the other side.
 */
public final class InFlight {
    private static final System.Logger LOG = System.getLogger(InFlight.class.getName());
    private static final int STRIPES = 16;
    private static final int PAD = 32; // ints in two cache lines, which processors fetch in pairs
    private static final long STEP_NANOS = 50_000;

    private final AtomicIntegerArray counts = new AtomicIntegerArray((2 * STRIPES + 1) * PAD);
    private volatile int side;

    private final Object lock = new Object();
    private List<Runnable> next = new ArrayList<>(); // wait for the next round
    private List<Runnable> current = List.of(); // wait for this round
    private volatile int flips; // of this round; 0 between rounds; written with the lock held
    private long roundStart;
    private int running; // actions taken out that have not returned

    /** Where a stripe counts: not at 0, since every access reads the array's length, which lies right before that. */
    private static int place(int side, int stripe) {
        return (side * STRIPES + stripe + 1) * PAD;
    }

    /** Begins a call. @return what {@link #exit} wants */
    public int enter() {
        int stripe = place(side, (int) Thread.currentThread().getId() & STRIPES - 1);
        counts.getAndIncrement(stripe);
        return stripe;
    }

    public void exit(int token) {
        counts.getAndDecrement(token);
    }

    /** Whether no call is in flight; only a glimpse. */
    public boolean isIdle() {
        return isDrained(0) && isDrained(1);
    }

    private boolean isDrained(int which) {
        for (int i = 0; i < STRIPES; i++) {
            if (counts.get(place(which, i)) != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Runs the action when every call in flight now has ended: here if none is, else in a later {@link #advance}.
     * What the action destroys must be out of reach of new calls already.
     */
    public void afterCalls(Runnable action) {
        synchronized (lock) {
            next.add(action);
        }
        advance();
    }

    /** {@link #advance} if some actions wait; costs next to nothing otherwise. */
    public void advanceIfWaiting() {
        if (flips > 0) {
            advance();
        }
    }

    /** Runs the actions whose calls have ended. @return whether some still wait */
    public boolean advance() {
        List<Runnable> due = new ArrayList<>();
        boolean waiting;
        synchronized (lock) {
            while (beginRound() && isDrained(side ^ 1)) {
                if (flips == 1) {
                    side ^= 1;
                    flips = 2;
                    roundStart = System.nanoTime();
                } else {
                    due.addAll(current);
                    current = List.of();
                    flips = 0;
                }
            }
            waiting = flips > 0;
            running += due.size();
        }
        for (Runnable action : due) {
            try {
                action.run();
            } catch (RuntimeException | Error e) { // it belongs to another call than the one that runs it
                LOG.log(Level.WARNING, "giving back what a call has used failed: {0}", e.toString());
            } finally {
                synchronized (lock) {
                    running--;
                }
            }
        }
        return waiting;
    }

    /** Lock held. */
    private boolean beginRound() {
        if (flips == 0 && !next.isEmpty()) {
            current = next;
            next = new ArrayList<>();
            roundStart = System.nanoTime();
            side ^= 1;
            flips = 1;
        }
        return flips > 0;
    }

    /** How long some call in flight has been running at least; 0 if nothing waits. */
    public long waitingNanos() {
        synchronized (lock) {
            return flips == 0 ? 0 : System.nanoTime() - roundStart;
        }
    }

    /** Waits until every call in flight now has ended and all actions so far have run. @return false if out of time */
    public boolean awaitCalls(long nanos) {
        long deadline = System.nanoTime() + nanos;
        boolean[] ended = new boolean[1]; // under the lock, or set before running went down under it
        boolean interrupted = false;
        synchronized (lock) {
            next.add(() -> ended[0] = true);
        }
        boolean done;
        while (true) {
            advance();
            synchronized (lock) {
                done = ended[0] && running == 0;
            }
            if (done || System.nanoTime() - deadline >= 0) {
                break;
            }
            LockSupport.parkNanos(STEP_NANOS);
            interrupted |= Thread.interrupted(); // a departure is not given up half way
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return done;
    }
}
