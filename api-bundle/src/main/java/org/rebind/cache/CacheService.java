package org.rebind.cache;

/**
 * Makes caches. An OSGi service; on a plain class path found by {@link java.util.ServiceLoader}. Thread-safe. Caches
 * are independent of each other and of the service's own life: a cache goes on working after the service has departed.
 */
public interface CacheService {
    /**
     * @param name for statistics and logs
     * @throws org.rebind.ArgumentException if a limit is out of range
     */
    <K, V extends AutoCloseable> Cache<K, V> create(String name, CacheLimits<V> limits);
}
