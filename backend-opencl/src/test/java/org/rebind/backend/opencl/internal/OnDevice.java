package org.rebind.backend.opencl.internal;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.rebind.backend.Backend;

/** A part of the contract on the best OpenCL device, which is open for all tests of a class. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class OnDevice {
    Backend backend;

    @BeforeAll
    void open() {
        backend = TestDevices.backend(TestDevices.settings(null));
    }

    @AfterAll
    void close() {
        if (backend != null) {
            backend.close();
        }
    }

    public Backend backend() {
        return backend;
    }
}
