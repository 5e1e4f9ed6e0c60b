package org.rebind.backend.opencl.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.rebind.backend.Backend;
import org.rebind.backend.Discovery;

/** The OpenCL device tests run on; without one they are skipped, saying why. */
final class TestDevices {
    private TestDevices() {
    }

    static Settings settings(MemoryMode mode) {
        return new Settings(0, 0, Path.of("target", "opencl-binaries"), mode, "");
    }

    static {
        OclgrindLog.prepare(); // before the first OpenCL call, which reads the environment
    }

    /** The facts of the best usable device. */
    static DeviceFacts facts() {
        ProcessGuards.install();
        List<DeviceFacts> usable = DeviceSearch.all(new ArrayList<>()).stream().filter(f -> f.unusable().isEmpty()).toList();
        skipUnless(!usable.isEmpty(), "no usable OpenCL device (package pocl-opencl-icd gives one)");
        return usable.get(0);
    }

    /** An open device, to be closed by the test. */
    static OpenClDevice open(Settings settings) {
        return new OpenClDevice(facts(), settings);
    }

    /** The best backend; the caller closes it. */
    static Backend backend(Settings settings) {
        Discovery found = new OpenClProvider(() -> settings).discover();
        skipUnless(!found.backends().isEmpty(), "no OpenCL backend: " + found.declined());
        found.backends().stream().skip(1).forEach(Backend::close);
        return found.backends().get(0);
    }

    /** Whether this run is under Oclgrind, where everything is slow. */
    static boolean oclgrind() {
        return facts().platformName().equals("Oclgrind");
    }

    static void skipUnless(boolean condition, String reason) {
        if (!condition) {
            System.err.println("SKIPPED: " + reason);
        }
        Assumptions.assumeTrue(condition, reason);
    }
}
