package org.rebind.backend.opencl.internal;

import static org.bytedeco.opencl.global.OpenCL.*;

import java.util.Map;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.opencl.Pfn_notify_BytePointer_Pointer_long_Pointer;
import org.bytedeco.opencl._cl_context;
import org.bytedeco.opencl._cl_device_id;
import org.rebind.backend.Device;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.DeviceKind;
import org.rebind.backend.HostBuffer;

/**
 * One OpenCL device with its context, a queue for kernels, one for transfers, and its memory. Thread-safe; after
 * {@link #close} every call is refused as DEVICE_LOST.
 */
final class OpenClDevice implements Device {
    private final DeviceFacts facts;
    private final String furtherOptions;
    private final Gate gate;
    private final _cl_context context;
    private final CommandQueue compute;
    private final CommandQueue transfer;
    private final MemoryPool pool;
    private final long memoryBytes;
    private final Transfers transfers;

    OpenClDevice(DeviceFacts facts, Settings settings) {
        this.facts = facts;
        this.furtherOptions = settings.buildOptions().strip();
        this.gate = new Gate("OpenCL device " + facts.name());
        MemoryMode mode = settings.memoryMode(facts);
        this.memoryBytes = settings.declaredMemory(facts);
        this.context = createContext(facts);
        this.compute = queue();
        this.transfer = queue();
        this.transfers = new Transfers(mode, transfer);
        this.pool = new MemoryPool(bytes -> Block.allocate(context, mode, bytes), block -> block.free(context),
                settings.memoryLimit(facts), facts.maxAllocation(), settings.pooledBytes(facts));
    }

    private static _cl_context createContext(DeviceFacts facts) {
        try (IntPointer status = new IntPointer(1);
                PointerPointer<_cl_device_id> devices = new PointerPointer<>(1)) {
            devices.put(0, facts.id());
            _cl_context c = clCreateContext(null, 1, devices, (Pfn_notify_BytePointer_Pointer_long_Pointer) null, null,
                    status);
            Status.check(status.get(), "clCreateContext");
            return c;
        }
    }

    /** A queue, or nothing at all is left of this device. */
    private CommandQueue queue() {
        try {
            return new CommandQueue(context, facts.id());
        } catch (RuntimeException e) {
            if (compute != null) {
                compute.close();
            }
            clReleaseContext(context);
            throw e;
        }
    }

    @Override
    public String name() {
        return facts.name();
    }

    @Override
    public DeviceKind kind() {
        return facts.kind();
    }

    @Override
    public long memoryBytes() {
        return memoryBytes;
    }

    @Override
    public Map<String, String> properties() {
        Map<String, String> p = facts.properties();
        p.put("build.options", buildOptions());
        return p;
    }

    DeviceFacts facts() {
        return facts;
    }

    /** What programs are built with. */
    String buildOptions() {
        return (facts.buildOptions() + " " + furtherOptions).strip();
    }

    /** Those of them that were asked for; results may depend on them, so that they are part of the backend's version. */
    String furtherOptions() {
        return furtherOptions;
    }

    Gate gate() {
        return gate;
    }

    _cl_context context() {
        return context;
    }

    CommandQueue compute() {
        return compute;
    }

    MemoryPool pool() {
        return pool;
    }

    @Override
    public DeviceBuffer upload(HostBuffer host) {
        gate.enter();
        try {
            Block block = pool.takeIdle(host.byteSize());
            boolean done = false;
            try {
                Submission ready = host.elementCount() == 0 ? null : transfers.upload(host, block);
                done = true;
                return new OpenClBuffer(this, host.dtype(), host.elementCount(), block, ready);
            } finally {
                if (!done) {
                    transfer.finish();
                    pool.give(block, null);
                }
            }
        } finally {
            gate.exit();
        }
    }

    /** Copies a buffer's elements to the host, once they are there. */
    void download(OpenClBuffer from, HostBuffer to) {
        gate.enter();
        try {
            from.await();
            if (to.elementCount() > 0) {
                transfers.download(from.block(), to);
            }
        } finally {
            gate.exit();
        }
    }

    /**
     * Takes back a block that only queued work may still use. After close the memory is gone already.
     *
     * @param upload what fills it, if that may be under way on the other queue and no kernel waited for it; or null
     */
    void free(Block block, Submission upload) {
        if (gate.tryEnter()) {
            try {
                if (upload != null && !upload.poll()) {
                    MemoryPool.awaitQuietly(upload);
                }
                pool.give(block, compute.last());
            } finally {
                gate.exit();
            }
        }
    }

    /**
     * Waits for calls and queued work, then gives everything back. Buffers still open are lost. Idempotent; the driver
     * keeps the context until executables still open are closed.
     */
    void close() {
        if (gate.close()) {
            transfer.close();
            compute.close();
            pool.close();
            clReleaseContext(context);
        }
    }
}
