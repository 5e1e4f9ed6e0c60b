package org.rebind.backend;

import org.rebind.DType;

/**
 * A tensor's elements, dense and row-major, in some memory. Contents never change after the executable or the upload
 * that made the buffer has finished. Thread-safe, but for {@link #close}: the owner closes once, when nobody uses it.
 *
 * <p>Ownership: whoever receives a buffer from {@link Device#upload} or {@link Executable#execute} owns it. Passing it
 * to {@code execute} lends it for the duration of that call (a device that queues work keeps the memory itself until
 * the work has run).
 */
public interface DeviceBuffer extends AutoCloseable {
    DType dtype();

    /** Number of elements. */
    int elementCount();

    default long byteSize() {
        return (long) elementCount() * dtype().byteSize();
    }

    /**
     * The elements on the host; waits for the device where it must. May be called after other calls but not after close.
     *
     * @throws BackendException of kind DEVICE_LOST if the device went away with the contents, EXECUTE if the work that
     *     was to produce them failed
     */
    HostBuffer toHost();

    /** Gives the memory back. Idempotent. */
    @Override
    void close();
}
