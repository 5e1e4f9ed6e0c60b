package org.rebind.backend.opencl.internal;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.rebind.backend.Backend;
import org.rebind.tck.OperatorContract;

/**
 * Every kernel of the operator contract under Oclgrind, which sees accesses out of bounds and data races: buffers there
 * are exactly as long as their tensors. Its reports name the kernel and the line of its source.
 */
@Tag("oclgrind")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OclgrindLog.class)
class MemorySafetyTest implements OperatorContract {
    private Backend backend;

    @BeforeAll
    void open() {
        TestDevices.skipUnless(TestDevices.oclgrind(), "memory safety is checked under Oclgrind: ./test --oclgrind");
        backend = TestDevices.backend(new Settings(0, 0, null, null, ""));
    }

    @AfterAll
    void close() {
        if (backend != null) {
            backend.close();
        }
    }

    /** Larger ones walk the same edges, thousands of times slower than on a device. */
    @Override
    public long largestSize() {
        return 40;
    }

    @Override
    public Backend backend() {
        return backend;
    }
}
