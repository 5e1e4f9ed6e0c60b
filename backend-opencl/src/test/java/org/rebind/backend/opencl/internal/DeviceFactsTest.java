package org.rebind.backend.opencl.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.rebind.backend.BackendException;
import org.rebind.backend.DeviceKind;

/** Devices that lack something. */
class DeviceFactsTest {
    private static DeviceFacts device(DeviceKind kind, boolean sharedMemory, long maxWorkGroup) {
        DeviceFacts f = TestDevices.facts();
        return new DeviceFacts(f.platform(), f.id(), f.name(), f.vendor(), f.platformName(), f.driver(), f.version(), f.extensions(),
                kind, f.memoryBytes(), f.maxAllocation(), sharedMemory, f.unifiedMemory(), f.computeUnits(), maxWorkGroup,
                f.localMemory(), f.vectorBits());
    }

    @Test
    void groupsTooSmallForTheKernelsOfAGpu() {
        String reason = device(DeviceKind.GPU, true, 128).unusable();
        assertTrue(reason.contains("128") && reason.contains("256"), reason);
        assertEquals("", device(DeviceKind.GPU, true, 256).unusable());
        assertEquals("", device(DeviceKind.CPU, true, 1).unusable(), "whose groups are one work-item");
    }

    @Test
    void sharedMemoryIsAskedForWhereThereIsNone() {
        DeviceFacts facts = device(DeviceKind.GPU, false, 256);
        BackendException e = assertThrows(BackendException.class,
                () -> new OpenClDevice(facts, TestDevices.settings(MemoryMode.SHARED)).close());
        assertTrue(e.getMessage().contains("memory mode"), e.getMessage());
        new OpenClDevice(facts, TestDevices.settings(null)).close();
    }
}
