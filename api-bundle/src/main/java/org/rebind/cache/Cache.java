package org.rebind.cache;

import java.util.Collection;
import java.util.function.Predicate;

/**
 * A bounded LRU cache that owns its values. Values are used under a {@link Lease}; an evicted, removed or cleared value
 * is closed when its last lease ends, by the thread that ends it, exactly once. Thread-safe; no lock is held while a
 * value is filled or used, and a hit takes none. Recency is exact while one thread uses the cache and approximate under
 * contention; {@link #size} never exceeds the bound, but for values that are still being filled.
 */
public interface Cache<K, V extends AutoCloseable> {
    /** Makes the value of a key. */
    @FunctionalInterface
    interface Filler<K, V> {
        V fill(K key) throws Exception;
    }

    /** Leases the value if it is there; null otherwise. Counts a hit or a miss. */
    Lease<V> find(K key);

    /**
     * Leases the value, filling it first if it is absent. One thread fills a key; others that want it wait, and get the
     * value or, if filling failed, try themselves. A failed fill leaves no entry.
     *
     * @throws Exception what the filler threw, unchanged
     * @throws InterruptedException if this thread was interrupted while it waited for another's filling
     */
    Lease<V> acquire(K key, Filler<? super K, ? extends V> filler) throws Exception;

    /** Removes the entry; its value closes after its last lease. @return whether it was there */
    boolean remove(K key);

    /** Removes all entries whose key matches, also ones being filled. @return how many */
    int removeIf(Predicate<? super K> condition);

    /** Removes everything. */
    void clear();

    /** Entries that are filled and not removed. */
    int size();

    /** A snapshot of the filled keys, least recently used first. */
    Collection<K> keys();

    CacheStatistics statistics();
}
