package org.rebind.cache;

/**
 * Counters of a cache since it was made.
 *
 * @param fillNanos time spent in fillers
 * @param failures fills that threw
 * @param closed values closed so far; {@code fills - closed} are alive
 * @param bytes summed weight of the entries now
 */
public record CacheStatistics(long hits, long misses, long fills, long failures, long evictions, long closed,
        long fillNanos, int size, long bytes) {
}
