package org.rebind.cachesvc.internal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.rebind.cache.Lease;

/**
 * One key's place in a cache: being filled, then filled, then retired. Counts its leases in stripes, so that threads
 * on one hot entry do not fight over a counter.
 *
 * <p>Why closing is safe: a lease is valid only if its increment came before the retired flag was set; it is undone
 * on the stripe that took it. So a thread that sees the flag and then each stripe at 0 has seen the end of every valid
 * lease, in whatever order it reads the stripes. Each thread that lowers a stripe or sets the flag looks afterwards,
 * so the last one finds all at 0; {@link #closing} lets one of them through.
 */
final class Entry<K, V extends AutoCloseable> {
    private static final int STRIPES = stripes(Runtime.getRuntime().availableProcessors());
    private static final int PAD = 32; // ints in two cache lines, which processors fetch in pairs

    final K key;
    private volatile Thread filler = Thread.currentThread(); // while it fills
    private final LruCache<K, V> owner;
    private final CountDownLatch filled = new CountDownLatch(1);
    private final AtomicIntegerArray leases = new AtomicIntegerArray((STRIPES + 1) * PAD);
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile boolean retired;
    private volatile V value; // null while being filled and after the close
    long weight; // guarded by the cache's lock
    boolean counted; // in the cache's size; guarded by its lock
    volatile long stamp; // of the last use; the smallest is evicted first

    Entry(K key, LruCache<K, V> owner) {
        this.key = key;
        this.owner = owner;
    }

    private static int stripes(int processors) {
        return Math.min(8, Integer.highestOneBit(Math.max(1, 2 * processors - 1)));
    }

    /** Waits until the filling has ended, in success or failure. */
    void await() throws InterruptedException {
        filled.await();
    }

    void fill(V filledValue) {
        value = filledValue;
    }

    void endFilling() {
        filler = null;
        filled.countDown();
    }

    boolean isFilledByThisThread() {
        return filler == Thread.currentThread();
    }

    boolean isFilled() {
        return value != null && !retired;
    }

    /** Where a stripe counts: not at 0, since every access reads the array's length, which lies right before that. */
    private static int place(int stripe) {
        return (stripe + 1) * PAD;
    }

    /** A lease, or null if the entry is not filled (yet, or any more). */
    Lease<V> lease() {
        if (value == null) {
            return null;
        }
        int stripe = place((int) Thread.currentThread().getId() & STRIPES - 1);
        leases.getAndIncrement(stripe);
        V leased = value;
        if (retired || leased == null) {
            release(stripe);
            return null;
        }
        return new Hold<>(this, leased, stripe);
    }

    private void release(int stripe) {
        leases.getAndDecrement(stripe);
        if (retired) {
            closeIfUnused();
        }
    }

    /** No lease is given any more; closes the value now or when the last lease ends. Called without the lock. */
    void retire() {
        retired = true;
        closeIfUnused();
    }

    private void closeIfUnused() {
        for (int i = 0; i < STRIPES; i++) {
            if (leases.get(place(i)) != 0) {
                return;
            }
        }
        V last = value;
        if (last != null && closing.compareAndSet(false, true)) {
            value = null;
            owner.close(key, last);
        }
    }

    /** A lease; its own flag makes a second close harmless. */
    private static final class Hold<V extends AutoCloseable> extends AtomicBoolean implements Lease<V> {
        private static final long serialVersionUID = 1L;
        private final transient Entry<?, V> entry;
        private final transient V value;
        private final int stripe;

        Hold(Entry<?, V> entry, V value, int stripe) {
            this.entry = entry;
            this.value = value;
            this.stripe = stripe;
        }

        @Override
        public V value() {
            if (get()) {
                throw new IllegalStateException("the lease of '" + entry.key + "' is closed: keep it open while the"
                        + " value is used");
            }
            return value;
        }

        @Override
        public void close() {
            if (!getAndSet(true)) {
                entry.release(stripe);
            }
        }
    }
}
