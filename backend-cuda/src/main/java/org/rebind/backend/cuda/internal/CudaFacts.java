package org.rebind.backend.cuda.internal;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is known of a device.
 *
 * @param index the driver's number of it
 * @param major of the compute capability
 * @param sharedBytes shared memory of a block, without opting in to more
 */
record CudaFacts(int index, String name, int major, int minor, int multiprocessors, int sharedBytes, long memoryBytes,
        int driverVersion) {
    // CUdevice_attribute
    private static final int SHARED_MEMORY_PER_BLOCK = 8;
    private static final int MULTIPROCESSORS = 16;
    private static final int CAPABILITY_MAJOR = 75;
    private static final int CAPABILITY_MINOR = 76;
    private static final int MEMORY_POOLS = 115;

    /** The oldest architecture the kernels are written for: bfloat16 arithmetic starts there. */
    private static final int OLDEST_MAJOR = 8;

    static CudaFacts of(CudaDriver driver, int device) {
        return new CudaFacts(device, driver.deviceName(device), driver.deviceAttribute(device, CAPABILITY_MAJOR),
                driver.deviceAttribute(device, CAPABILITY_MINOR), driver.deviceAttribute(device, MULTIPROCESSORS),
                driver.deviceAttribute(device, SHARED_MEMORY_PER_BLOCK), driver.deviceMemory(device),
                driver.driverVersion());
    }

    /** Why this device cannot be used, empty if it can. */
    static String unusable(CudaDriver driver, CudaFacts facts) {
        if (facts.major < OLDEST_MAJOR) {
            return "compute capability " + facts.major + "." + facts.minor + " is too old; 8.0 (Ampere) or newer is needed";
        }
        return driver.deviceAttribute(facts.index, MEMORY_POOLS) == 0
                ? "its driver has no stream-ordered memory (cuMemAllocAsync)" : "";
    }

    /** For instance {@code sm_90}. */
    String architecture() {
        return "sm_" + major + minor;
    }

    Map<String, String> properties() {
        Map<String, String> p = new LinkedHashMap<>();
        p.put("architecture", architecture());
        p.put("multiprocessors", Integer.toString(multiprocessors));
        p.put("memory", (memoryBytes >> 20) + " MiB");
        p.put("driver", driverVersion / 1000 + "." + driverVersion % 1000 / 10);
        return p;
    }
}
