package org.rebind.backend.cuda.internal;

/** The natives of this machine, or one sentence why there are none. Loading is tried once a call; a LinkageError ends it. */
record Cuda(CudaDriver driver, CudaCompiler compiler, CudaBlas blas, String missingDriver, String missingCompiler,
        String missingBlas) {
    /** CUDA 12: stream-ordered memory and cubins of all architectures of today. */
    static final int OLDEST_DRIVER = 12000;

    /** Makes something whose class loads a native library. */
    @FunctionalInterface
    private interface Loading<T> {
        T load();
    }

    static Cuda load() {
        StringBuilder why = new StringBuilder();
        CudaDriver driver = attempt(BytedecoDriver::new, why, "no NVIDIA driver: libcuda.so.1 cannot be loaded");
        String missingDriver = why.indexOf("libcudart") < 0 || why.indexOf(": libcuda.so.1:") >= 0 ? why.toString()
                : why.toString().replace("no NVIDIA driver: libcuda.so.1 cannot be loaded",
                        "the CUDA 13 run time, which the bindings are linked with, is missing: install libcudart or put it on the library path");
        if (driver == null) {
            return new Cuda(null, null, null, missingDriver, "", "");
        }
        why.setLength(0);
        CudaCompiler compiler = attempt(Nvrtc::new, why,
                "NVRTC is missing: install libnvrtc of CUDA 13 or put it on the library path");
        String missingCompiler = why.toString();
        why.setLength(0);
        CudaBlas blas = attempt(CuBlas::new, why, "cuBLAS is missing; matrix products use a generated kernel");
        return new Cuda(driver, compiler, blas, missingDriver, missingCompiler, why.toString());
    }

    private static <T> T attempt(Loading<T> loading, StringBuilder why, String sentence) {
        try {
            return loading.load();
        } catch (LinkageError | RuntimeException | OutOfMemoryError e) { // the last by JavaCPP's own limit
            why.append(sentence).append(" (").append(firstLine(e)).append(')');
            return null;
        }
    }

    private static String firstLine(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = String.valueOf(root.getMessage());
        return root.getClass().getSimpleName() + ": " + message.lines().findFirst().orElse("");
    }
}
