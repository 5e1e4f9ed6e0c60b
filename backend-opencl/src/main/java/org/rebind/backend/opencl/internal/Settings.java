package org.rebind.backend.opencl.internal;

import java.nio.file.Path;
import org.rebind.backend.BackendException;

/**
 * What can be configured; the same names as component properties and, with the prefix {@code rebind.opencl.}, as system
 * properties.
 *
 * @param memoryLimit bytes of buffers a device may hold at most; 0 for nine tenths of what the device has
 * @param pooledBytes bytes of freed memory kept for reuse at most; 0 for a quarter of the memory limit
 * @param binaryCache folder of compiled binaries; null to compile anew each time
 * @param memoryMode how elements get to the device; null for the best the device offers
 * @param buildOptions what the driver's compiler is given beside its usual options, such as {@code -cl-opt-disable} to look for an
 *     error of its optimiser; empty for nothing
 */
record Settings(long memoryLimit, long pooledBytes, Path binaryCache, MemoryMode memoryMode, String buildOptions) {
    static final String PREFIX = "rebind.opencl.";

    /** From system properties, or their defaults. */
    static Settings fromSystemProperties() {
        String folder = System.getProperty(PREFIX + "binaryCache");
        return new Settings(Long.getLong(PREFIX + "memoryLimit", 0), Long.getLong(PREFIX + "pooledBytes", 0),
                folder == null ? defaultBinaryCache() : folder.isEmpty() ? null : Path.of(folder),
                MemoryMode.named(System.getProperty(PREFIX + "memoryMode", "")),
                System.getProperty(PREFIX + "buildOptions", ""));
    }

    /** The user's cache folder by the XDG convention. */
    static Path defaultBinaryCache() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base = xdg != null && !xdg.isEmpty() ? Path.of(xdg) : Path.of(System.getProperty("user.home"), ".cache");
        return base.resolve("rebind").resolve("opencl");
    }

    long memoryLimit(DeviceFacts facts) {
        return memoryLimit > 0 ? memoryLimit : facts.memoryBytes() / 10 * 9;
    }

    /** What the device says it has: its own memory, or less where that is configured. */
    long declaredMemory(DeviceFacts facts) {
        return memoryLimit > 0 ? Math.min(memoryLimit, facts.memoryBytes()) : facts.memoryBytes();
    }

    long pooledBytes(DeviceFacts facts) {
        if (facts.platformName().equals("Oclgrind")) {
            return 0; // its checks are worth more than speed
        }
        return pooledBytes > 0 ? pooledBytes : memoryLimit(facts) / 4;
    }

    /** @throws BackendException if a mode was asked for that the device does not have */
    MemoryMode memoryMode(DeviceFacts facts) {
        if (memoryMode == MemoryMode.SHARED && !facts.sharedMemory()) {
            throw new BackendException(BackendException.Kind.EXECUTE, "the memory mode is shared, and this device has no"
                    + " fine-grained shared memory; choose auto, mapped or copied");
        }
        return memoryMode != null ? memoryMode : MemoryMode.best(facts);
    }
}
