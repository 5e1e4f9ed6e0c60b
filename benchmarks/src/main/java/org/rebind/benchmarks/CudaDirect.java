package org.rebind.benchmarks;

import org.bytedeco.cuda.cublas.cublasContext;
import org.bytedeco.cuda.cudart.CUctx_st;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** The driver's copy and cuBLAS on device 0, called directly: what Rebind's own figures are held against. And how to break it. */
final class CudaDirect {
    private static final int ROUNDS = 5;
    private static final String FAULT = """
            .version 7.0
            .target sm_80
            .address_size 64
            .visible .entry fault() {
                .reg .b64 %address;
                .reg .b32 %value;
                mov.b64 %address, 0;
                mov.b32 %value, 1;
                st.global.u32 [%address], %value;
                ret;
            }
            """;

    private CudaDirect() {
    }

    private static final class At extends Pointer {
        At(long address) {
            this.address = address;
        }
    }

    /** Why there is nothing to call, empty if there is. */
    static String unavailable() {
        try {
            Loader.load(cudart.class);
            return cudart.cuInit(0) == 0 ? "" : "the driver does not start";
        } catch (LinkageError e) {
            return "no NVIDIA driver";
        }
    }

    private static void check(int result) {
        if (result != 0) {
            throw new IllegalStateException("CUDA error " + result);
        }
    }

    private static void enter() {
        CUctx_st context = new CUctx_st();
        check(cudart.cuDevicePrimaryCtxRetain(context, 0)); // the process's; the backend shares it
        check(cudart.cuCtxSetCurrent(context));
    }

    private static long allocate(long bytes) {
        long[] address = new long[1];
        check(cudart.cuMemAlloc(address, bytes));
        return address[0];
    }

    private static double best(Runnable call, int count) {
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            check(cudart.cuCtxSynchronize());
            long start = System.nanoTime();
            for (int i = 0; i < count; i++) {
                call.run();
            }
            check(cudart.cuCtxSynchronize());
            best = Math.min(best, (System.nanoTime() - start) / 1e9 / count);
        }
        return best;
    }

    /** Seconds to copy this much from device memory to device memory. */
    static double copySeconds(long bytes) {
        enter();
        long from = allocate(bytes);
        long to = allocate(bytes);
        double seconds = best(() -> check(cudart.cuMemcpyDtoDAsync(to, from, bytes, null)), 50);
        check(cudart.cuMemFree(from));
        check(cudart.cuMemFree(to));
        return seconds;
    }

    /** Seconds of one float32 product of two square matrices. */
    static double gemmSeconds(int n, boolean tf32) {
        enter();
        cublasContext handle = new cublasContext();
        check(cublas.cublasCreate_v2(handle));
        long bytes = 4L * n * n;
        long a = allocate(bytes);
        long b = allocate(bytes);
        long c = allocate(bytes);
        try (FloatPointer one = new FloatPointer(1f); FloatPointer zero = new FloatPointer(0f)) {
            return best(() -> check(cublas.cublasGemmEx(handle, 0, 0, n, n, n, one, new At(a), 0, n, new At(b), 0, n, zero,
                    new At(c), 0, n, tf32 ? 77 : 68, -1)), n > 2048 ? 20 : 100);
        } finally {
            cublas.cublasDestroy_v2(handle);
            check(cudart.cuMemFree(a));
            check(cudart.cuMemFree(b));
            check(cudart.cuMemFree(c));
        }
    }

    /**
     * Runs a kernel that writes to address 0: from then on the driver refuses this process's context, which Rebind shares.
     *
     * @return the driver's name for what went wrong
     */
    static String breakDevice() {
        enter();
        CUmod_st module = new CUmod_st();
        try (BytePointer ptx = new BytePointer(FAULT)) {
            check(cudart.cuModuleLoadData(module, ptx));
        }
        CUfunc_st fault = new CUfunc_st();
        check(cudart.cuModuleGetFunction(fault, module, "fault"));
        check(cudart.cuLaunchKernel(fault, 1, 1, 1, 1, 1, 1, 0, null, (PointerPointer<?>) null, null));
        int result = cudart.cuCtxSynchronize();
        try (PointerPointer<BytePointer> name = new PointerPointer<>(1)) {
            return cudart.cuGetErrorName(result, name) == 0 ? name.get(BytePointer.class, 0).getString() : "CUresult " + result;
        }
    }
}
