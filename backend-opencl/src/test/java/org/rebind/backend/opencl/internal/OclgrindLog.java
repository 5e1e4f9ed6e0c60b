package org.rebind.backend.opencl.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test of whose kernels Oclgrind reports anything: out-of-bounds accesses, data races, reads of uninitialised
 * memory. Does nothing on real devices. The variables are set before the first OpenCL call, which loads Oclgrind.
 */
final class OclgrindLog implements BeforeEachCallback, AfterEachCallback {
    private static final Path LOG = Path.of("target", "oclgrind-" + ProcessHandle.current().pid() + ".log");

    static {
        NativeCalls calls = new NativeCalls();
        if (calls.available()) {
            calls.setenv("OCLGRIND_LOG", LOG.toAbsolutePath().toString());
            calls.setenv("OCLGRIND_DATA_RACES", "1");
            calls.setenv("OCLGRIND_CHECK_API", "1");
            // Oclgrind ends the process at intrinsics it does not know, such as llvm.abs, that optimisation brings in.
            calls.setenv("OCLGRIND_BUILD_OPTIONS", "-cl-opt-disable");
        }
    }

    /** Sets the environment, once. */
    static void prepare() {
        // the static initialiser has
    }

    private long before;

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        before = size();
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        assertEquals("", since(before), "Oclgrind reports");
    }

    static long size() throws IOException {
        return Files.exists(LOG) ? Files.size(LOG) : 0;
    }

    /** What Oclgrind has reported since the log had this size. */
    static String since(long size) throws IOException {
        return Files.exists(LOG) ? Files.readString(LOG).substring((int) size) : "";
    }
}
