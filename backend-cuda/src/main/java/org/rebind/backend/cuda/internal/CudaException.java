package org.rebind.backend.cuda.internal;

import java.util.Set;
import org.rebind.backend.BackendException;

/** A failed call of the driver or a CUDA library. */
final class CudaException extends BackendException {
    private static final long serialVersionUID = 1L;

    /** After these every later call in the context fails too. */
    private static final Set<String> STICKY = Set.of("CUDA_ERROR_ILLEGAL_ADDRESS", "CUDA_ERROR_LAUNCH_FAILED",
            "CUDA_ERROR_LAUNCH_TIMEOUT", "CUDA_ERROR_ASSERT", "CUDA_ERROR_HARDWARE_STACK_ERROR",
            "CUDA_ERROR_ILLEGAL_INSTRUCTION", "CUDA_ERROR_MISALIGNED_ADDRESS", "CUDA_ERROR_INVALID_ADDRESS_SPACE",
            "CUDA_ERROR_INVALID_PC", "CUDA_ERROR_ECC_UNCORRECTABLE", "CUDA_ERROR_NVLINK_UNCORRECTABLE",
            "CUDA_ERROR_CONTEXT_IS_DESTROYED", "CUDA_ERROR_DEINITIALIZED", "CUDA_ERROR_DEVICE_UNAVAILABLE",
            "CUDA_ERROR_SYSTEM_NOT_READY", "CUDA_ERROR_EXTERNAL_DEVICE", "CUDA_ERROR_CONTAINED",
            "CUDA_ERROR_TENSOR_MEMORY_LEAK", "CUDA_ERROR_UNKNOWN");

    private final String result;

    private CudaException(Kind kind, String call, String result) {
        super(kind, call + ": " + result);
        this.result = result;
    }

    /** @param result name of a {@code CUresult}, for instance {@code CUDA_ERROR_OUT_OF_MEMORY} */
    static CudaException of(String call, String result) {
        Kind kind = STICKY.contains(result) ? Kind.DEVICE_LOST
                : result.equals("CUDA_ERROR_OUT_OF_MEMORY") ? Kind.OUT_OF_MEMORY : Kind.EXECUTE;
        return new CudaException(kind, call, result);
    }

    /** The {@code CUresult}'s name. */
    String result() {
        return result;
    }
}
