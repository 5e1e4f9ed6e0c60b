package org.rebind.cache;

import java.util.Objects;
import java.util.function.ToLongFunction;
import org.rebind.ArgumentException;

/**
 * Bounds of a cache.
 *
 * @param maxEntries at least 1
 * @param maxBytes bound on the summed weight, at least 1; {@link Long#MAX_VALUE} for none
 * @param weigher bytes of a value, asked once when it is filled; at least 0
 */
public record CacheLimits<V>(int maxEntries, long maxBytes, ToLongFunction<? super V> weigher) {
    public CacheLimits {
        if (maxEntries < 1) {
            throw new ArgumentException("maxEntries: expected at least 1, got " + maxEntries);
        }
        if (maxBytes < 1) {
            throw new ArgumentException("maxBytes: expected at least 1, got " + maxBytes);
        }
        Objects.requireNonNull(weigher, "weigher");
    }

    public static <V> CacheLimits<V> entries(int maxEntries) {
        return new CacheLimits<>(maxEntries, Long.MAX_VALUE, v -> 0);
    }
}
