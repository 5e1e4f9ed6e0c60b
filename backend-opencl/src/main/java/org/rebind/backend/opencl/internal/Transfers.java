package org.rebind.backend.opencl.internal;

import static org.bytedeco.opencl.global.OpenCL.*;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.opencl._cl_command_queue;
import org.rebind.backend.HostBuffer;

/**
 * Moves elements between Java arrays and blocks, on a queue of its own, so that transfers overlap kernels. Thread-safe.
 */
final class Transfers {
    private final MemoryMode mode;
    private final CommandQueue queue;

    Transfers(MemoryMode mode, CommandQueue queue) {
        this.mode = mode;
        this.queue = queue;
    }

    /**
     * Fills a block that nothing queued uses.
     *
     * @return what must be over before kernels may read it, null if it is there already
     */
    Submission upload(HostBuffer from, Block to) {
        return switch (mode) {
            case SHARED -> {
                HostCopies.toNative(from, to.shared);
                yield null;
            }
            case MAPPED -> {
                Pointer p = map(to, CL_MAP_WRITE_INVALIDATE_REGION, from.byteSize());
                HostCopies.toNative(from, p);
                yield unmap(to, p, "upload");
            }
            case COPIED -> write(from, to);
        };
    }

    /** Reads a block whose contents are there. */
    void download(Block from, HostBuffer to) {
        switch (mode) {
            case SHARED -> HostCopies.toHost(from.shared, to);
            case MAPPED -> {
                Pointer p = map(from, CL_MAP_READ, to.byteSize());
                HostCopies.toHost(p, to);
                unmap(from, p, "download").await(); // kernels may write the block as soon as its owner closes it
            }
            case COPIED -> {
                try (BytePointer staging = new BytePointer(to.byteSize())) {
                    Status.check(clEnqueueReadBuffer(queue.handle(), from.mem, CL_TRUE, 0, to.byteSize(), staging, 0,
                            (PointerPointer<?>) null, null), "clEnqueueReadBuffer");
                    HostCopies.toHost(staging, to);
                }
            }
        }
    }

    private Pointer map(Block block, long flags, long bytes) {
        _cl_command_queue q = queue.handle();
        try (IntPointer status = new IntPointer(1)) {
            Pointer p = clEnqueueMapBuffer(q, block.mem, CL_TRUE, flags, 0, bytes, 0, (PointerPointer<?>) null, null,
                    status);
            Status.check(status.get(), "clEnqueueMapBuffer");
            return p;
        }
    }

    private Submission unmap(Block block, Pointer mapped, String what) {
        return submit(what, null, event -> clEnqueueUnmapMemObject(queue.handle(), block.mem, mapped, 0, null, event));
    }

    private Submission write(HostBuffer from, Block to) {
        BytePointer staging = new BytePointer(from.byteSize());
        boolean queued = false;
        try {
            HostCopies.toNative(from, staging);
            Submission s = submit("upload", staging, event -> clEnqueueWriteBuffer(queue.handle(), to.mem, CL_FALSE, 0,
                    from.byteSize(), staging, 0, null, event));
            queued = true;
            return s;
        } finally {
            if (!queued) {
                queue.finish();
                staging.close();
            }
        }
    }

    /** A call that queues one command and writes its event. */
    private interface Enqueue {
        int with(PointerPointer<Pointer> event);
    }

    private Submission submit(String what, Pointer staging, Enqueue enqueue) {
        queue.throttle();
        queue.lock.lock();
        try (PointerPointer<Pointer> event = new PointerPointer<>(1)) {
            Status.check(enqueue.with(event), what);
            Submission s = Submission.ofTransfer(what, Submission.eventOf(event), staging);
            queue.submitted(s);
            return s;
        } finally {
            queue.lock.unlock();
        }
    }
}
