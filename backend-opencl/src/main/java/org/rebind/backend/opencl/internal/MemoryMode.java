package org.rebind.backend.opencl.internal;

import java.util.Locale;
import org.rebind.ArgumentException;

/** How the elements of a buffer get between the host and a device. */
enum MemoryMode {
    /** One memory, addressed by both: nothing is copied but into and out of Java arrays. */
    SHARED,
    /** Buffers mapped into the host's address space, which costs no copy where memory is unified. */
    MAPPED,
    /** Through host memory of its own, by the device's copy engine. */
    COPIED;

    static MemoryMode best(DeviceFacts facts) {
        return facts.sharedMemory() && facts.unifiedMemory() ? SHARED : facts.unifiedMemory() ? MAPPED : COPIED;
    }

    /** The mode with this name in lower case; null for "" and "auto". @throws ArgumentException if there is none */
    static MemoryMode named(String name) {
        if (name.isEmpty() || name.equals("auto")) {
            return null;
        }
        for (MemoryMode m : values()) {
            if (m.name().equals(name.toUpperCase(Locale.ROOT))) {
                return m;
            }
        }
        throw new ArgumentException("memory mode of the OpenCL backend: expected auto, shared, mapped or copied, got \""
                + name + "\"");
    }
}
