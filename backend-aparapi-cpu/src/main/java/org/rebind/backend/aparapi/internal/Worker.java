package org.rebind.backend.aparapi.internal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A thread that helps callers with their launches, one at a time. After each it looks out for the next one for a little while
 * before it sleeps: the steps of a plan, and the calls of a loop, follow each other closely, and waking a thread takes longer
 * than many a step. Thread-safe.
 */
final class Worker {
    private static final int PAUSES = 8;
    private static final Launch TAKEN = new Launch(null, 0, 1, null);

    /** What to help with: null if nothing, {@link #TAKEN} while it is at work. */
    private final AtomicReference<Launch> offer = new AtomicReference<>();
    private final BooleanSupplier contended;
    private volatile Thread thread;
    private volatile boolean asleep;
    private volatile boolean closed;

    /** @param contended whether other threads need the processor, so that this one must not look out */
    Worker(BooleanSupplier contended) {
        this.contended = contended;
    }

    boolean isAsleep() {
        return asleep;
    }

    /** Offers a launch; false if the helper has another or does not run. What it has not taken can be withdrawn. */
    boolean offer(Launch launch) {
        Thread t = thread;
        if (t == null || offer.get() != null || !offer.compareAndSet(null, launch)) {
            return false;
        }
        if (asleep) {
            LockSupport.unpark(t);
        }
        return true;
    }

    /** Takes an offer back; false if the helper is at it, or was. */
    boolean withdraw(Launch launch) {
        return offer.get() == launch && offer.compareAndSet(launch, null);
    }

    /** Helps until closed, on the calling thread. */
    void serve(CountDownLatch started) {
        thread = Thread.currentThread();
        started.countDown();
        long lookout = Launch.lookout(0);
        while (!closed) {
            Launch launch = await(lookout);
            if (launch != null && offer.compareAndSet(launch, TAKEN)) {
                launch.work();
                lookout = Launch.lookout(launch.elapsed());
                offer.set(null);
                launch.leave();
            }
        }
        thread = null;
    }

    /** The next offer, null if there is none because of an interrupt or the end. @param lookout before it sleeps, in ns */
    private Launch await(long lookout) {
        Launch launch = offer.get();
        long start = System.nanoTime();
        while (launch == null && !closed && !contended.getAsBoolean() && System.nanoTime() - start < lookout) {
            for (int i = 0; i < PAUSES && launch == null; i++) {
                Thread.onSpinWait();
                launch = offer.get();
            }
        }
        if (launch != null) {
            return launch;
        }
        asleep = true; // before the last look, as an offer is made before its look at this
        launch = offer.get();
        if (launch == null && !closed) {
            LockSupport.park(this);
            Thread.interrupted(); // or it would not sleep again
            launch = offer.get();
        }
        asleep = false;
        return launch;
    }

    void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
