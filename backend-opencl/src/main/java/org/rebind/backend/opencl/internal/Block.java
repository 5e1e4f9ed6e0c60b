package org.rebind.backend.opencl.internal;

import static org.bytedeco.opencl.global.OpenCL.*;

import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.opencl._cl_context;
import org.bytedeco.opencl._cl_kernel;
import org.bytedeco.opencl._cl_mem;

/**
 * A piece of device memory, owned by one user at a time and reused through the {@link MemoryPool}. On a device with
 * fine-grained shared memory it is an address both sides use; elsewhere a {@code cl_mem} that is mapped.
 */
final class Block {
    private static final AtomicLong COUNT = new AtomicLong();

    final long bytes;
    /** Grows from one allocation to the next. */
    final long number = COUNT.incrementAndGet();
    /** Address in shared memory, or null. */
    final Pointer shared;
    /** Buffer object, or null. */
    final _cl_mem mem;
    /** The last work queued that may use this block, null if that is over; the next user that is not on the compute
     * queue waits for it. */
    Submission fence;

    Block(long bytes, Pointer shared, _cl_mem mem) {
        this.bytes = bytes;
        this.shared = shared;
        this.mem = mem;
    }

    /** @return null if the device has no memory left */
    static Block allocate(_cl_context context, MemoryMode mode, long bytes) {
        if (mode == MemoryMode.SHARED) {
            Pointer p = clSVMAlloc(context, CL_MEM_READ_WRITE | CL_MEM_SVM_FINE_GRAIN_BUFFER, bytes, 0);
            return p == null || p.isNull() ? null : new Block(bytes, p, null);
        }
        try (IntPointer status = new IntPointer(1)) {
            _cl_mem mem = clCreateBuffer(context, CL_MEM_READ_WRITE | (mode == MemoryMode.MAPPED ? CL_MEM_ALLOC_HOST_PTR : 0L), bytes, null, status);
            if (status.get() != CL_SUCCESS) {
                return noMemory(status.get());
            }
            return new Block(bytes, null, mem);
        }
    }

    private static Block noMemory(int status) {
        if (Status.kind(status) != org.rebind.backend.BackendException.Kind.OUT_OF_MEMORY) {
            Status.check(status, "clCreateBuffer");
        }
        return null;
    }

    /** Gives the memory back to the device; nothing queued may use it. */
    void free(_cl_context context) {
        if (shared != null) {
            clSVMFree(context, shared);
        } else {
            clReleaseMemObject(mem);
        }
    }

    /** Makes this block argument {@code index} of a kernel; {@code cell} is scratch for one pointer. */
    int bind(_cl_kernel kernel, int index, PointerPointer<Pointer> cell) {
        if (shared != null) {
            return clSetKernelArgSVMPointer(kernel, index, shared);
        }
        cell.put(0, mem);
        return clSetKernelArg(kernel, index, Pointer.sizeof(Pointer.class), cell);
    }
}
