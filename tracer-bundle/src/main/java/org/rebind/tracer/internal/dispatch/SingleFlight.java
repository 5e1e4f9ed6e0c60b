package org.rebind.tracer.internal.dispatch;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.rebind.RebindException;

/** Lets one thread work for a signature while others that need the same wait. Thread-safe. */
final class SingleFlight {
    private record Running(Thread thread, CountDownLatch done) {
    }

    private final ConcurrentHashMap<Signature, Running> running = new ConcurrentHashMap<>();

    /**
     * Does the work, or waits until the thread that does it has ended, in whatever way.
     *
     * @param function name, for errors
     * @return what the work gives; null after waiting
     * @throws RebindException if this thread is interrupted while it waits; it stays interrupted; or if it is the one
     *     that works
     */
    <T> T lead(Signature signature, String function, Supplier<T> work) {
        Running mine = new Running(Thread.currentThread(), new CountDownLatch(1));
        Running other = running.putIfAbsent(signature, mine);
        if (other != null) {
            await(other, function);
            return null;
        }
        try {
            return work.get();
        } finally {
            running.remove(signature, mine);
            mine.done.countDown();
        }
    }

    private static void await(Running other, String function) {
        if (other.thread == Thread.currentThread()) { // would wait for itself
            throw new RebindException(function + ": asked to explain a signature while it compiles that very one; do it"
                    + " outside of the function");
        }
        try {
            other.done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RebindException(function + ": interrupted while waiting for thread " + other.thread.getName()
                    + " to compile this signature", e);
        }
    }
}
