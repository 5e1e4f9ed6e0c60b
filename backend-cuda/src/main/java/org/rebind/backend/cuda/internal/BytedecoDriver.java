package org.rebind.backend.cuda.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.cuda.cudart.CUctx_st;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUmemPoolHandle_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.ShortPointer;
import org.bytedeco.javacpp.SizeTPointer;

/** The real driver, through bytedeco. */
final class BytedecoDriver implements CudaDriver {
    private static final int CU_STREAM_NON_BLOCKING = 1;
    private static final int CU_EVENT_DISABLE_TIMING = 2;
    private static final int CU_STREAM_CAPTURE_MODE_THREAD_LOCAL = 1;
    private static final int CU_MEMPOOL_ATTR_RELEASE_THRESHOLD = 4;

    /** Arguments of a launch; the driver copies them before it returns. Holds nothing of this bundle's loader. */
    private static final ThreadLocal<ByteBuffer> LAUNCH_MEMORY = new ThreadLocal<>();

    /** A pointer to an address; frees nothing. */
    private static final class At extends Pointer {
        At(long address) {
            this.address = address;
        }
    }

    /** Loads {@code libcuda.so.1}. @throws LinkageError where there is none */
    BytedecoDriver() {
        Loader.load(cudart.class);
    }

    private static CUstream_st stream(long handle) {
        return new CUstream_st(new At(handle));
    }

    private static CUevent_st event(long handle) {
        return new CUevent_st(new At(handle));
    }

    private static void check(String call, int result) {
        if (result != 0) {
            try (PointerPointer<BytePointer> name = new PointerPointer<>(1)) {
                boolean known = cudart.cuGetErrorName(result, name) == 0;
                throw CudaException.of(call, known ? name.get(BytePointer.class, 0).getString() : "CUresult " + result);
            }
        }
    }

    /** A string in memory of known size, which is read to its end rather than to the NUL. */
    static String text(BytePointer memory) {
        String s = memory.getString();
        int end = s.indexOf('\0');
        return end < 0 ? s : s.substring(0, end);
    }

    @Override
    public void init() {
        check("cuInit", cudart.cuInit(0));
    }

    @Override
    public int driverVersion() {
        int[] v = new int[1];
        check("cuDriverGetVersion", cudart.cuDriverGetVersion(v));
        return v[0];
    }

    @Override
    public int deviceCount() {
        int[] n = new int[1];
        check("cuDeviceGetCount", cudart.cuDeviceGetCount(n));
        return n[0];
    }

    @Override
    public String deviceName(int device) {
        try (BytePointer name = new BytePointer(256)) {
            check("cuDeviceGetName", cudart.cuDeviceGetName(name, 256, device));
            return text(name);
        }
    }

    @Override
    public int deviceAttribute(int device, int attribute) {
        int[] v = new int[1];
        check("cuDeviceGetAttribute", cudart.cuDeviceGetAttribute(v, attribute, device));
        return v[0];
    }

    @Override
    public long deviceMemory(int device) {
        try (SizeTPointer bytes = new SizeTPointer(1)) {
            check("cuDeviceTotalMem", cudart.cuDeviceTotalMem(bytes, device));
            return bytes.get();
        }
    }

    @Override
    public long retainContext(int device) {
        CUctx_st context = new CUctx_st();
        check("cuDevicePrimaryCtxRetain", cudart.cuDevicePrimaryCtxRetain(context, device));
        return context.address();
    }

    @Override
    public void releaseContext(int device) {
        check("cuDevicePrimaryCtxRelease", cudart.cuDevicePrimaryCtxRelease(device));
    }

    @Override
    public void makeCurrent(long context) {
        check("cuCtxSetCurrent", cudart.cuCtxSetCurrent(new CUctx_st(new At(context))));
    }

    @Override
    public void keepFreedMemory(int device, long bytes) {
        CUmemPoolHandle_st pool = pool(device);
        try (LongPointer threshold = new LongPointer(1)) {
            threshold.put(bytes);
            check("cuMemPoolSetAttribute",
                    cudart.cuMemPoolSetAttribute(pool, CU_MEMPOOL_ATTR_RELEASE_THRESHOLD, threshold));
        }
    }

    private static CUmemPoolHandle_st pool(int device) {
        CUmemPoolHandle_st pool = new CUmemPoolHandle_st();
        check("cuDeviceGetDefaultMemPool", cudart.cuDeviceGetDefaultMemPool(pool, device));
        return pool;
    }

    @Override
    public void trimMemory(int device) {
        check("cuMemPoolTrimTo", cudart.cuMemPoolTrimTo(pool(device), 0));
    }

    @Override
    public long createStream() {
        CUstream_st stream = new CUstream_st();
        check("cuStreamCreate", cudart.cuStreamCreate(stream, CU_STREAM_NON_BLOCKING));
        return stream.address();
    }

    @Override
    public void destroyStream(long stream) {
        check("cuStreamDestroy", cudart.cuStreamDestroy(stream(stream)));
    }

    @Override
    public void synchronize(long stream) {
        check("cuStreamSynchronize", cudart.cuStreamSynchronize(stream(stream)));
    }

    @Override
    public long createEvent() {
        CUevent_st event = new CUevent_st();
        check("cuEventCreate", cudart.cuEventCreate(event, CU_EVENT_DISABLE_TIMING));
        return event.address();
    }

    @Override
    public void destroyEvent(long event) {
        check("cuEventDestroy", cudart.cuEventDestroy(event(event)));
    }

    @Override
    public void recordEvent(long event, long stream) {
        check("cuEventRecord", cudart.cuEventRecord(event(event), stream(stream)));
    }

    @Override
    public void waitEvent(long stream, long event) {
        check("cuStreamWaitEvent", cudart.cuStreamWaitEvent(stream(stream), event(event), 0));
    }

    @Override
    public void synchronizeEvent(long event) {
        check("cuEventSynchronize", cudart.cuEventSynchronize(event(event)));
    }

    @Override
    public long allocate(long bytes, long stream) {
        long[] address = new long[1];
        check("cuMemAllocAsync of " + bytes + " bytes", cudart.cuMemAllocAsync(address, bytes, stream(stream)));
        return address[0];
    }

    @Override
    public void free(long address, long stream) {
        check("cuMemFreeAsync", cudart.cuMemFreeAsync(address, stream(stream)));
    }

    @Override
    public long allocateHost(long bytes) {
        try (PointerPointer<Pointer> address = new PointerPointer<>(1)) {
            check("cuMemAllocHost of " + bytes + " bytes", cudart.cuMemAllocHost(address, bytes));
            return address.get().address();
        }
    }

    @Override
    public void freeHost(long address) {
        check("cuMemFreeHost", cudart.cuMemFreeHost(new At(address)));
    }

    @Override
    public void put(long host, Object array, int from, int count) {
        At to = new At(host);
        if (array instanceof float[] a) {
            new FloatPointer(to).put(a, from, count);
        } else if (array instanceof double[] a) {
            new DoublePointer(to).put(a, from, count);
        } else if (array instanceof int[] a) {
            new IntPointer(to).put(a, from, count);
        } else if (array instanceof long[] a) {
            new LongPointer(to).put(a, from, count);
        } else if (array instanceof short[] a) {
            new ShortPointer(to).put(a, from, count);
        } else {
            new BytePointer(to).put((byte[]) array, from, count);
        }
    }

    @Override
    public void get(long host, Object array, int to, int count) {
        At from = new At(host);
        if (array instanceof float[] a) {
            new FloatPointer(from).get(a, to, count);
        } else if (array instanceof double[] a) {
            new DoublePointer(from).get(a, to, count);
        } else if (array instanceof int[] a) {
            new IntPointer(from).get(a, to, count);
        } else if (array instanceof long[] a) {
            new LongPointer(from).get(a, to, count);
        } else if (array instanceof short[] a) {
            new ShortPointer(from).get(a, to, count);
        } else {
            new BytePointer(from).get((byte[]) array, to, count);
        }
    }

    @Override
    public void copyToDevice(long device, long host, long bytes, long stream) {
        check("cuMemcpyHtoDAsync", cudart.cuMemcpyHtoDAsync(device, new At(host), bytes, stream(stream)));
    }

    @Override
    public void copyToHost(long host, long device, long bytes, long stream) {
        check("cuMemcpyDtoHAsync", cudart.cuMemcpyDtoHAsync(new At(host), device, bytes, stream(stream)));
    }

    @Override
    public void zero(long device, long bytes, long stream) {
        check("cuMemsetD8Async", cudart.cuMemsetD8Async(device, (byte) 0, bytes, stream(stream)));
    }

    @Override
    public long loadModule(byte[] cubin) {
        CUmod_st module = new CUmod_st();
        try (BytePointer image = new BytePointer(cubin)) {
            check("cuModuleLoadData", cudart.cuModuleLoadData(module, image));
        }
        return module.address();
    }

    @Override
    public void unloadModule(long module) {
        check("cuModuleUnload", cudart.cuModuleUnload(new CUmod_st(new At(module))));
    }

    @Override
    public long function(long module, String name) {
        CUfunc_st function = new CUfunc_st();
        check("cuModuleGetFunction " + name,
                cudart.cuModuleGetFunction(function, new CUmod_st(new At(module)), name));
        return function.address();
    }

    @Override
    public void launch(long function, int blocks, int threads, long stream, Object[] arguments) {
        // one block of memory: the values, 8 bytes each, and behind them the pointers to them
        ByteBuffer memory = LAUNCH_MEMORY.get();
        if (memory == null || memory.capacity() < 16 * arguments.length) {
            memory = ByteBuffer.allocateDirect(32 * arguments.length).order(ByteOrder.nativeOrder());
            LAUNCH_MEMORY.set(memory);
        }
        long base = new Pointer(memory).address();
        int pointers = 8 * arguments.length;
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i] instanceof Integer number) {
                memory.putInt(8 * i, number);
            } else {
                memory.putLong(8 * i, (Long) arguments[i]);
            }
            memory.putLong(pointers + 8 * i, base + 8L * i);
        }
        check("cuLaunchKernel", cudart.cuLaunchKernel(new CUfunc_st(new At(function)), blocks, 1, 1, threads, 1, 1, 0,
                stream(stream), new PointerPointer<>(new At(base + pointers)), null));
    }

    @Override
    public void beginCapture(long stream) {
        check("cuStreamBeginCapture",
                cudart.cuStreamBeginCapture(stream(stream), CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
    }

    @Override
    public long endCapture(long stream) {
        CUgraph_st graph = new CUgraph_st();
        check("cuStreamEndCapture", cudart.cuStreamEndCapture(stream(stream), graph));
        CUgraphExec_st launchable = new CUgraphExec_st();
        try {
            check("cuGraphInstantiate", cudart.cuGraphInstantiate(launchable, graph, 0));
        } finally {
            cudart.cuGraphDestroy(graph);
        }
        return launchable.address();
    }

    @Override
    public void launchGraph(long graph, long stream) {
        check("cuGraphLaunch", cudart.cuGraphLaunch(new CUgraphExec_st(new At(graph)), stream(stream)));
    }

    @Override
    public void destroyGraph(long graph) {
        check("cuGraphExecDestroy", cudart.cuGraphExecDestroy(new CUgraphExec_st(new At(graph))));
    }
}
