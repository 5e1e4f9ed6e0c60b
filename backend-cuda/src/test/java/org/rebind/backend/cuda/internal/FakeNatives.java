package org.rebind.backend.cuda.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.rebind.DType;
import org.rebind.codegen.BinaryCache;

/** Compiler, cuBLAS and whole backends to go with {@link FakeDriver}. */
final class FakeNatives {
    private FakeNatives() {
    }

    /** Keeps the sources it is given. */
    static final class Compiler implements CudaCompiler {
        final List<String> sources = new ArrayList<>();

        @Override
        public String version() {
            return "13.0";
        }

        @Override
        public synchronized byte[] compile(String name, String source, String architecture) {
            sources.add(source);
            return FakeDriver.image(new byte[] {1}, source);
        }
    }

    /** Counts handles, checks that leading strides are what cuBLAS takes, and says to the driver what is touched. */
    static final class Blas implements CudaBlas {
        private final FakeDriver driver;
        private final boolean computes;
        private final Map<Long, Long> streams = new ConcurrentHashMap<>(); // by handle
        private long last;
        int handles;
        int products;
        int tf32;

        /** @param computes on an {@link EmulatedGpu} */
        Blas(FakeDriver driver, boolean computes) {
            this.driver = driver;
            this.computes = computes;
        }

        @Override
        public long create(long stream, long workspace, long bytes) {
            driver.library(stream, List.of(), List.of(workspace, workspace + bytes - 1), () -> { });
            long handle = ++last;
            handles++;
            streams.put(handle, stream);
            return handle;
        }

        @Override
        public void destroy(long handle) {
            handles--;
        }

        @Override
        public boolean supports(DType dtype) {
            return dtype.isFloating();
        }

        @Override
        public void gemm(long handle, DType dtype, boolean transposeA, boolean transposeB, int m, int n, int k, long a,
                int lda, long strideA, long b, int ldb, long strideB, long c, int ldc, long strideC, int batch,
                boolean rounded) {
            if (m < 1 || n < 1 || k < 1 || batch < 1 || lda < (transposeA ? m : k) || ldb < (transposeB ? k : n)
                    || ldc < n) {
                throw new AssertionError("gemm " + m + " x " + n + " x " + k + " lda " + lda + " ldb " + ldb);
            }
            products++;
            tf32 += rounded ? 1 : 0;
            driver.library(streams.get(handle), List.of(a, b), List.of(c, c + strideC * (batch - 1) * dtype.byteSize()), () -> {
                for (int i = 0; computes && i < batch; i++) {
                    int size = dtype.byteSize();
                    EmulatedGpu.multiply(dtype, transposeA, transposeB, m, n, k, a + strideA * i * size, lda,
                            b + strideB * i * size, ldb, c + strideC * i * size, ldc);
                }
            });
        }
    }

    static CudaBackend backend(FakeDriver driver, CudaCompiler compiler, CudaBlas blas) {
        return backend(driver, 0, compiler, blas, false);
    }

    /** @param blas null for none */
    static CudaBackend backend(FakeDriver driver, int device, CudaCompiler compiler, CudaBlas blas, boolean tf32) {
        CudaContext context = new CudaContext(driver, device);
        Products products = blas == null ? null : context.submit(() -> new Products(context, blas, tf32));
        return new CudaBackend("cuda", new CudaDevice(CudaFacts.of(driver, device), context), compiler, products,
                new BinaryCache(null));
    }
}
