package org.rebind.backend.cuda.internal;

import org.rebind.DType;

/** Matrix products by a library. The only door to cuBLAS. */
interface CudaBlas {
    /**
     * A handle of the current context; used by one thread at a time.
     *
     * @param stream that products run in
     * @param workspace device memory the caller owns until {@link #destroy}, so that products can be captured in graphs
     */
    long create(long stream, long workspace, long bytes);

    void destroy(long handle);

    /** Whether the library multiplies matrices of this dtype. */
    boolean supports(DType dtype);

    /**
     * Row-major {@code c[i] = a[i] x b[i]} for i in 0 to batch - 1, c dense rows of length ldc. Strides are elements
     * from one batch item to the next; 0 repeats the operand.
     *
     * @param transposeA whether a is stored [k, m] rather than [m, k]
     * @param tf32 whether float32 may be rounded to TF32 on the way in
     */
    void gemm(long handle, DType dtype, boolean transposeA, boolean transposeB, int m, int n, int k, long a,
            int lda, long strideA, long b, int ldb, long strideB, long c, int ldc, long strideC, int batch, boolean tf32);
}
