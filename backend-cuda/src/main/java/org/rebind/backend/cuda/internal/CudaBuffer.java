package org.rebind.backend.cuda.internal;

import java.util.concurrent.atomic.AtomicBoolean;
import org.rebind.DType;
import org.rebind.backend.BackendException;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.HostBuffer;

/** Elements in device memory. The work that makes them may still be queued; reading waits for it. */
final class CudaBuffer implements DeviceBuffer {
    private final CudaContext context;
    private final DType dtype;
    private final int elementCount;
    private final long address;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Owns the memory at {@code address}, of {@code elementCount} elements. */
    CudaBuffer(CudaContext context, DType dtype, int elementCount, long address) {
        this.context = context;
        this.dtype = dtype;
        this.elementCount = elementCount;
        this.address = address;
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public int elementCount() {
        return elementCount;
    }

    /** The device address. @throws BackendException if this buffer is closed or of another device */
    long address(CudaContext expected) {
        if (expected != context) {
            throw new BackendException(BackendException.Kind.EXECUTE,
                    "the buffer is on another device; upload it to this one first");
        }
        if (closed.get()) {
            throw new BackendException(BackendException.Kind.EXECUTE, "the buffer has been closed");
        }
        return address;
    }

    @Override
    public HostBuffer toHost() {
        HostBuffer host = HostBuffer.allocate(dtype, elementCount);
        context.transfers().download(address(context), host);
        return host;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            context.freeLater(address);
        }
    }

    @Override
    public String toString() {
        return "CudaBuffer(" + dtype + " x " + elementCount + ")";
    }
}
