package org.rebind.backend.cuda.internal;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.rebind.backend.Backend;
import org.rebind.backend.ExecutableOptions;
import org.rebind.codegen.Dialects;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.Renderer;
import org.rebind.codegen.Scheduler;
import org.rebind.codegen.Target;
import org.rebind.tck.BackendContract;
import org.rebind.tck.KnownBackends;
import org.rebind.tck.OperatorSuite;

/**
 * The contract every backend must pass, run by the printed CUDA C itself on an emulated GPU behind the driver that checks
 * every call: the whole backend but for NVIDIA's own libraries.
 */
@Tag("slow")
@Tag("apart") // ./test runs it in another lane
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmulatedContractTest extends BackendContract {
    private static final System.Logger LOG = System.getLogger(EmulatedContractTest.class.getName());

    private EmulatedGpu gpu;
    private FakeDriver driver;
    private Backend backend;
    private int standing;

    @BeforeAll
    void open() {
        Assumptions.assumeTrue(!EmulatedProvider.hasRealDevice(), "a real NVIDIA device is here: the contract runs on it");
        gpu = EmulatedGpu.orSkip();
        backend = KnownBackends.named("cuda");
        driver = (FakeDriver) ((CudaDevice) backend.device()).context().driver();
        standing = driver.liveAllocations();
        gpu.prepare(sources());
    }

    /** Those of the operator suite, last case first: the tests come from the other end. */
    private List<String> sources() {
        List<String> sources = new ArrayList<>();
        for (ExecutableOptions options : List.of(ExecutableOptions.DEFAULT, new ExecutableOptions(false, false))) {
            for (OperatorSuite.Case c : OperatorSuite.cases()) {
                Target target = Target.gpu().withLocalMemory(48 << 10).withLibraryMatmul(true).with(options);
                if (backend.supports(c.graph()).supported()) {
                    List<Kernel> kernels = CudaBackend.kernels(Scheduler.schedule(c.graph(), target));
                    if (!kernels.isEmpty()) {
                        sources.add(Renderer.source(kernels, Dialects.CUDA));
                    }
                }
            }
        }
        Collections.reverse(sources);
        return sources;
    }

    @AfterAll
    void report() {
        if (gpu != null) {
            LOG.log(Level.INFO, gpu.toString());
        }
    }

    @Override
    public int fuzzCount() {
        return Boolean.getBoolean("rebind.test.long") ? super.fuzzCount() : 200;
    }

    /** Every golden case is compiled for its own sizes; one in four, others with each seed, for symbolic ones as well. */
    @Override
    public int goldenShare(Way way) {
        return way == Way.DYNAMIC && !Boolean.getBoolean("rebind.test.long") ? 4 : super.goldenShare(way);
    }

    /** Every operator is compiled for symbolic sizes; one case in four, others with each seed, for a fixed one as well. */
    @Override
    public int fixedShare() {
        return Boolean.getBoolean("rebind.test.long") ? super.fixedShare() : 4;
    }

    @Override
    public OptionalLong liveBuffers() {
        return OptionalLong.of(driver.liveAllocations() - standing);
    }

    @Override
    public Backend backend() {
        return backend;
    }
}
