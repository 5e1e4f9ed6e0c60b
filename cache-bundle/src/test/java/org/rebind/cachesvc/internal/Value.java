package org.rebind.cachesvc.internal;

import java.util.concurrent.atomic.AtomicInteger;

/** A value that counts its closes. */
final class Value implements AutoCloseable {
    final int key;
    final AtomicInteger closes = new AtomicInteger();

    Value(int key) {
        this.key = key;
    }

    boolean isClosed() {
        return closes.get() > 0;
    }

    @Override
    public void close() {
        closes.incrementAndGet();
    }
}
