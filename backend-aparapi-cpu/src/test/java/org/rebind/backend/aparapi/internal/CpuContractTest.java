package org.rebind.backend.aparapi.internal;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.rebind.backend.Backend;
import org.rebind.tck.BackendContract;

/**
 * The backend passes the kit, with vector code where this JVM has it; {@code ./test} runs it on one that has not as well. Results
 * of every size are recycled, in arrays full of garbage, so that no zero hides an element that was not written, and no buffer
 * is read after it was closed.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CpuContractTest extends BackendContract {
    private Backend backend;

    @BeforeAll
    void start() {
        backend = CpuProvider.create(VectorCode.detect(), new ArrayPool(1 << 30, 1, true));
    }

    @AfterAll
    void stop() {
        backend.close();
    }

    @Override
    public Backend backend() {
        return backend;
    }
}
