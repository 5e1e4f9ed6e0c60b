package org.rebind.backend.cuda.internal;

/** Matrix products of one device by cuBLAS. Used only inside {@link CudaContext#submit}: the handle is not for sharing. */
final class Products {
    /** What cuBLAS asks for on the newest devices; without it, it would allocate on its own, which a capture records. */
    private static final long WORKSPACE = 32L << 20;

    private final CudaContext context;
    private final CudaBlas blas;
    private final long workspace;
    private final long handle;
    private final boolean tf32;

    /** Takes a handle and its workspace. */
    Products(CudaContext context, CudaBlas blas, boolean tf32) {
        this.context = context;
        this.blas = blas;
        this.tf32 = tf32;
        this.workspace = context.allocate(WORKSPACE);
        boolean done = false;
        try {
            this.handle = blas.create(context.stream(), workspace, WORKSPACE);
            done = true;
        } finally {
            if (!done) {
                context.free(workspace);
            }
        }
    }

    /** Whether float32 operands may be rounded to TF32. */
    boolean tf32() {
        return tf32;
    }

    void run(Launches.Product p, long[] addresses) {
        int size = p.dtype().byteSize();
        blas.gemm(handle, p.dtype(), p.transposeA(), p.transposeB(), p.m(), p.n(), p.k(),
                addresses[p.a()] + p.offsetA() * size, p.lda(), p.strideA(), addresses[p.b()] + p.offsetB() * size,
                p.ldb(), p.strideB(), addresses[p.c()] + p.offsetC() * size, p.n(), (long) p.m() * p.n(), p.batch(),
                tf32);
    }

    void close() {
        blas.destroy(handle);
        context.free(workspace);
    }
}
