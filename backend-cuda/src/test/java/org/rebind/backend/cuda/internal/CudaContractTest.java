package org.rebind.backend.cuda.internal;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.rebind.backend.Backend;
import org.rebind.tck.BackendContract;
import org.rebind.tck.KnownBackends;

/** The contract every backend must pass, on this machine's GPU if it has one; else {@link EmulatedContractTest} is all there is. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CudaContractTest extends BackendContract {
    private Backend backend;

    @BeforeAll
    void open() {
        Assumptions.assumeTrue(EmulatedProvider.hasRealDevice(), "no NVIDIA device: the contract runs on an emulated one");
        backend = KnownBackends.named("cuda"); // says why it is not there, if it is not
    }

    @Override
    public Backend backend() {
        return backend;
    }
}
