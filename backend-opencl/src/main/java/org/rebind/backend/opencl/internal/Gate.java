package org.rebind.backend.opencl.internal;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.rebind.backend.BackendException;

/**
 * Counts the calls inside native code, so that closing waits for them and later ones are refused instead of touching
 * freed handles. Lock-free but for the closing thread, which polls.
 */
final class Gate {
    private static final long CLOSED = Long.MIN_VALUE;
    private final AtomicLong inside = new AtomicLong();
    private final String what;

    /** @param what is closed, for the message of refused calls */
    Gate(String what) {
        this.what = what;
    }

    /** @throws BackendException of kind DEVICE_LOST after {@link #close} */
    void enter() {
        if (inside.incrementAndGet() < 0) {
            inside.decrementAndGet();
            throw new BackendException(BackendException.Kind.DEVICE_LOST, what + " has been closed");
        }
    }

    /** Like {@link #enter}, but says no instead of throwing. */
    boolean tryEnter() {
        if (inside.incrementAndGet() < 0) {
            inside.decrementAndGet();
            return false;
        }
        return true;
    }

    void exit() {
        inside.decrementAndGet();
    }

    /** Refuses later calls and waits for those inside. @return false if it was closed before */
    boolean close() {
        long before = inside.getAndUpdate(n -> n < 0 ? n : n + CLOSED);
        while (before >= 0 && inside.get() != CLOSED) {
            LockSupport.parkNanos(20_000);
        }
        return before >= 0;
    }
}
