package org.rebind.backend.cuda.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.opentest4j.TestAbortedException;
import org.rebind.backend.BackendProvider;
import org.rebind.backend.Discovery;

/** What {@link CudaProvider} finds on a machine with two emulated GPUs: the tests' runtime sees {@code cuda} and {@code cuda-1}. */
public final class EmulatedProvider implements BackendProvider {
    /** One of each discovery. */
    static final List<FakeDriver> DRIVERS = new ArrayList<>();

    @Override
    public String name() {
        return "cuda";
    }

    /** Then the names are the real devices'. */
    static boolean hasRealDevice() {
        return Files.exists(Path.of("/dev/nvidiactl"));
    }

    @Override
    public Discovery discover() {
        if (hasRealDevice()) {
            return Discovery.declined("emulated", "a real NVIDIA device is here");
        }
        EmulatedGpu gpu;
        try {
            gpu = EmulatedGpu.orSkip();
        } catch (TestAbortedException e) {
            return Discovery.declined(name(), e.getMessage());
        }
        FakeDriver driver = new FakeDriver(gpu);
        driver.devices = 2;
        driver.multiprocessors = 1; // few blocks, so that kernels stride
        DRIVERS.add(driver);
        Cuda cuda = new Cuda(driver, gpu, new FakeNatives.Blas(driver, true), "", "", "");
        return new CudaProvider(() -> cuda, new CudaProvider.Settings(null, false)).discover();
    }
}
