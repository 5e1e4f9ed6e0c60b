package org.rebind.backend.cuda.internal;

import org.bytedeco.cuda.cublas.cublasContext;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.rebind.DType;
import org.rebind.backend.BackendException;

/** cuBLAS through bytedeco. Loading this class loads libcublas: a LinkageError where there is none. */
final class CuBlas implements CudaBlas {
    private static final int CUDA_R_32F = 0;
    private static final int CUDA_R_64F = 1;
    private static final int CUDA_R_16F = 2;
    private static final int CUDA_R_16BF = 14;
    private static final int COMPUTE_32F = 68;
    private static final int COMPUTE_64F = 70;
    private static final int COMPUTE_32F_FAST_TF32 = 77;
    private static final int DEFAULT_ALGORITHM = -1;

    /** A pointer to an address; frees nothing. */
    private static final class At extends Pointer {
        At(long address) {
            this.address = address;
        }
    }

    // cuBLAS reads its factors from host memory; kept, as a new pointer costs more than the call
    private final FloatPointer one32 = new FloatPointer(1f);
    private final DoublePointer one64 = new DoublePointer(1.0);
    private final DoublePointer zero = new DoublePointer(0.0); // of either width

    @Override
    public long create(long stream, long workspace, long bytes) {
        cublasContext handle = new cublasContext();
        check("cublasCreate", cublas.cublasCreate_v2(handle));
        boolean done = false;
        try { // in this order: setting a stream resets the workspace
            check("cublasSetStream", cublas.cublasSetStream_v2(handle, new CUstream_st(new At(stream))));
            check("cublasSetWorkspace", cublas.cublasSetWorkspace_v2(handle, new At(workspace), bytes));
            done = true;
        } finally {
            if (!done) {
                cublas.cublasDestroy_v2(handle);
            }
        }
        return handle.address();
    }

    @Override
    public void destroy(long handle) {
        check("cublasDestroy", cublas.cublasDestroy_v2(new cublasContext(new At(handle))));
    }

    @Override
    public boolean supports(DType dtype) {
        return dtype.isFloating();
    }

    @Override
    public void gemm(long handle, DType dtype, boolean transposeA, boolean transposeB, int m, int n, int k,
            long a, int lda, long strideA, long b, int ldb, long strideB, long c, int ldc, long strideC, int batch,
            boolean tf32) {
        cublasContext context = new cublasContext(new At(handle));
        int type = type(dtype);
        boolean wide = dtype == DType.FLOAT64;
        int compute = wide ? COMPUTE_64F : tf32 && dtype == DType.FLOAT32 ? COMPUTE_32F_FAST_TF32 : COMPUTE_32F;
        // cuBLAS is column-major: row-major c = a x b is column-major c' = b' x a'
        check("cublasGemmStridedBatchedEx", cublas.cublasGemmStridedBatchedEx(context, transposeB ? 1 : 0,
                transposeA ? 1 : 0, n, m, k, wide ? one64 : one32, new At(b), type, ldb, strideB, new At(a), type, lda, strideA,
                zero, new At(c), type, ldc, strideC, batch, compute, DEFAULT_ALGORITHM));
    }

    private static int type(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> CUDA_R_32F;
            case FLOAT64 -> CUDA_R_64F;
            case FLOAT16 -> CUDA_R_16F;
            case BFLOAT16 -> CUDA_R_16BF;
            case INT32, INT64, BOOL -> throw new IllegalArgumentException("cuBLAS does not multiply " + dtype);
        };
    }

    private static void check(String call, int status) {
        if (status != 0) {
            throw new BackendException(
                    status == cublas.CUBLAS_STATUS_ALLOC_FAILED ? BackendException.Kind.OUT_OF_MEMORY
                            : BackendException.Kind.EXECUTE,
                    call + ": " + cublas.cublasGetStatusString(status).getString());
        }
    }
}
