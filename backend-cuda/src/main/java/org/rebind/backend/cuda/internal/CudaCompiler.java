package org.rebind.backend.cuda.internal;

/** Compiles CUDA C to a cubin. The only door to NVRTC. Thread-safe. */
interface CudaCompiler {
    /** For cache keys and people, for instance {@code 13.1}. */
    String version();

    /**
     * @param architecture of the real device, for instance {@code sm_90}: PTX of a newer NVRTC may be refused by an
     *     older driver, a cubin is not
     * @throws org.rebind.backend.BackendException of kind COMPILE, with the log and the numbered source
     */
    byte[] compile(String name, String source, String architecture);
}
