package org.rebind.backend.opencl.internal;

import java.util.concurrent.atomic.AtomicReference;
import org.rebind.DType;
import org.rebind.backend.BackendException;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.HostBuffer;

/**
 * A tensor's elements in a {@link Block}, perhaps still being computed. Owned by whoever received it; closing gives the
 * block back to the pool at once, since what is queued keeps its order.
 */
final class OpenClBuffer implements DeviceBuffer {
    private final OpenClDevice device;
    private final DType dtype;
    private final int elementCount;
    private final AtomicReference<Block> block;
    private volatile Submission ready; // what makes the contents; null once known to be over

    OpenClBuffer(OpenClDevice device, DType dtype, int elementCount, Block block, Submission ready) {
        this.device = device;
        this.dtype = dtype;
        this.elementCount = elementCount;
        this.block = new AtomicReference<>(block);
        this.ready = ready;
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public int elementCount() {
        return elementCount;
    }

    OpenClDevice device() {
        return device;
    }

    /** @throws BackendException if this buffer was closed */
    Block block() {
        Block b = block.get();
        if (b == null) {
            throw new BackendException(BackendException.Kind.EXECUTE, this + " was used after it was closed");
        }
        return b;
    }

    /** What must be over before the contents are there, or null. */
    Submission ready() {
        Submission r = ready;
        if (r != null && r.isOver()) {
            r.await(); // throws if it failed
            ready = null;
            return null;
        }
        return r;
    }

    /** Waits until the contents are there. @throws BackendException if the work that makes them failed */
    void await() {
        Submission r = ready();
        if (r != null) {
            r.await();
        }
    }

    @Override
    public HostBuffer toHost() {
        HostBuffer host = HostBuffer.allocate(dtype, elementCount);
        device.download(this, host);
        return host;
    }

    @Override
    public void close() {
        Block b = block.getAndSet(null);
        if (b != null) {
            Submission r = ready;
            device.free(b, r != null && r.isTransfer() ? r : null);
        }
    }

    @Override
    public String toString() {
        return "OpenClBuffer(" + dtype + " x " + elementCount + " on " + device.name() + ")";
    }
}
