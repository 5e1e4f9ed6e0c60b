package org.rebind.backend.opencl.internal;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.rebind.backend.Backend;
import org.rebind.backend.DeviceKind;
import org.rebind.codegen.BinaryCache;
import org.rebind.tck.OperatorContract;

/**
 * The schedules and kernels of GPUs (groups, local memory, barriers, the tiled matrix product), run on whatever device
 * there is: slow on a CPU, and the only proof of their numbers on a machine without a GPU. One test in eight, others with
 * each seed; all of them in long runs.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GpuScheduleTest implements OperatorContract {
    private Backend backend;

    @BeforeAll
    void open() {
        DeviceFacts facts = TestDevices.facts().as(DeviceKind.GPU);
        backend = new OpenClBackend("opencl", new OpenClDevice(facts, TestDevices.settings(null)),
                new BinaryCache(TestDevices.settings(null).binaryCache()));
    }

    @AfterAll
    void close() {
        if (backend != null) {
            backend.close();
        }
    }

    @Override
    public int operatorStride() {
        return Boolean.getBoolean("rebind.test.long") ? 1 : 8;
    }

    @Override
    public Backend backend() {
        return backend;
    }
}
