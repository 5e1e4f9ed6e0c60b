package org.rebind.backend.opencl.internal;

import static org.bytedeco.opencl.global.OpenCL.*;

import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.opencl._cl_device_id;
import org.bytedeco.opencl._cl_kernel;
import org.bytedeco.opencl._cl_program;
import org.rebind.backend.BackendException;
import org.rebind.codegen.BinaryCache;

/**
 * A built program. Owned by an executable; released by {@link #close}, which queued launches survive. Thread-safe.
 */
final class Program implements AutoCloseable {
    private final _cl_program handle;
    private final DeviceFacts facts;
    private final boolean fromCache;
    private final String key;
    private final Map<String, String> named;
    private volatile int bytes; // of its binary, 0 until known

    private Program(_cl_program handle, DeviceFacts facts, boolean fromCache, String key, Map<String, String> named,
            int bytes) {
        this.handle = handle;
        this.facts = facts;
        this.fromCache = fromCache;
        this.key = key;
        this.named = named;
        this.bytes = bytes;
    }

    /**
     * Builds source text, or takes what the cache holds of it.
     *
     * @throws BackendException of kind COMPILE with the driver's log and the lines it names
     */
    static Program build(OpenClDevice device, String source, BinaryCache cache) {
        String key = device.facts().binaryKey(source, device.buildOptions());
        Program cached = load(device, key, cache);
        return cached != null ? cached
                : new Program(fromSource(device, source), device.facts(), false, key, Map.of(), 0);
    }

    /** The program with this key in the cache, null if there is none that the driver takes. */
    static Program load(OpenClDevice device, String key, BinaryCache cache) {
        byte[] binary = cache.load(key);
        if (binary == null) {
            return null;
        }
        _cl_program cached = fromBinary(device, binary);
        if (cached == null) {
            cache.discard(key);
            return null;
        }
        return new Program(cached, device.facts(), true, key, Map.of(), binary.length);
    }

    private static _cl_program fromSource(OpenClDevice device, String source) {
        try (IntPointer status = new IntPointer(1);
                BytePointer text = new BytePointer(source);
                PointerPointer<BytePointer> texts = new PointerPointer<>(1)) {
            texts.put(0, text);
            _cl_program p = clCreateProgramWithSource(device.context(), 1, texts, null, status);
            Status.check(status.get(), "clCreateProgramWithSource");
            int built = build(p, device);
            if (built != CL_SUCCESS) {
                String message = BuildLog.explain(log(p, device.facts()), source);
                clReleaseProgram(p);
                throw new BackendException(BackendException.Kind.COMPILE, "clBuildProgram with "
                        + device.buildOptions() + " failed: " + Status.name(built) + "\n" + message);
            }
            return p;
        }
    }

    /** @return null if the driver does not take the binary any more */
    private static _cl_program fromBinary(OpenClDevice device, byte[] binary) {
        try (IntPointer status = new IntPointer(1);
                IntPointer binaryStatus = new IntPointer(1);
                SizeTPointer length = new SizeTPointer(1);
                BytePointer bytes = new BytePointer(binary);
                PointerPointer<BytePointer> binaries = new PointerPointer<>(1);
                PointerPointer<_cl_device_id> devices = new PointerPointer<>(1)) {
            length.put(0, binary.length);
            binaries.put(0, bytes);
            devices.put(0, device.facts().id());
            _cl_program p = clCreateProgramWithBinary(device.context(), 1, devices, length, binaries, binaryStatus,
                    status);
            if (status.get() != CL_SUCCESS || binaryStatus.get() != CL_SUCCESS) {
                return null;
            }
            if (build(p, device) != CL_SUCCESS) {
                clReleaseProgram(p);
                return null;
            }
            return p;
        }
    }

    private static int build(_cl_program p, OpenClDevice device) {
        try (PointerPointer<_cl_device_id> devices = new PointerPointer<>(1);
                BytePointer options = new BytePointer(device.buildOptions())) {
            devices.put(0, device.facts().id());
            return clBuildProgram(p, 1, devices, options, null, null);
        } finally {
            ProcessGuards.install().restoreHandlers();
        }
    }

    private static String log(_cl_program p, DeviceFacts facts) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            if (clGetProgramBuildInfo(p, facts.id(), CL_PROGRAM_BUILD_LOG, 0, null, size) != CL_SUCCESS) {
                return "(the driver has no log)";
            }
            try (BytePointer text = new BytePointer(size.get() + 1)) {
                text.put(size.get(), (byte) 0);
                clGetProgramBuildInfo(p, facts.id(), CL_PROGRAM_BUILD_LOG, size.get(), text, null);
                return text.getString();
            }
        }
    }

    /** The same program once more, with a life of its own. */
    Program share() {
        return share(named);
    }

    /** @param named what its kernels are called in the source, for those that are called otherwise */
    Program share(Map<String, String> named) {
        clRetainProgram(handle);
        return new Program(handle, facts, fromCache, key, named, bytes);
    }

    /** Size of its binary, 0 if it is not known. */
    int byteSize() {
        return bytes;
    }

    boolean isFromCache() {
        return fromCache;
    }

    /** A new instance of a kernel, owned by the caller; its arguments are set by one thread at a time. */
    _cl_kernel kernel(String name) {
        try (IntPointer status = new IntPointer(1); BytePointer text = new BytePointer(named.getOrDefault(name, name))) {
            _cl_kernel k = clCreateKernel(handle, text, status);
            Status.check(status.get(), "clCreateKernel " + name);
            return k;
        }
    }

    /** Puts the binary into the cache, if the driver gives it. */
    void store(BinaryCache cache) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            size.put(0, 0);
            if (clGetProgramInfo(handle, CL_PROGRAM_BINARY_SIZES, size.sizeof(), size, null) != CL_SUCCESS
                    || size.get() == 0) {
                return;
            }
            try (BytePointer binary = new BytePointer(size.get()); PointerPointer<BytePointer> all =
                    new PointerPointer<>(1)) {
                all.put(0, binary);
                if (clGetProgramInfo(handle, CL_PROGRAM_BINARIES, all.sizeof(), all, null) != CL_SUCCESS) {
                    return;
                }
                byte[] content = new byte[(int) size.get()];
                binary.get(content);
                cache.store(key, content);
                bytes = content.length;
            }
        } finally {
            ProcessGuards.install().restoreHandlers();
        }
    }

    @Override
    public void close() {
        clReleaseProgram(handle);
    }
}
