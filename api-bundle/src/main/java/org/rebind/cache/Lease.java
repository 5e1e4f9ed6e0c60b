package org.rebind.cache;

/**
 * The right to use a cached value until {@link #close}; the value stays open that long even when it is evicted. Closing
 * more than once does nothing. May be passed to another thread.
 */
public interface Lease<V> extends AutoCloseable {
    V value();

    @Override
    void close();
}
