package org.rebind.backend.cuda.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** NVIDIA's own NVRTC compiles what the backend gives it, through the backend's own call, for three architectures. */
@Tag("slow")
class NvrtcTest {
    /** Units compiled unless rebind.test.long asks for all of them. */
    private static final String SOME = "60";

    @TempDir
    private Path folder;

    @Test
    void everyUnitCompiles() throws Exception {
        Assumptions.assumeTrue(NvrtcTest.class.getResource("/org/bytedeco/cuda/linux-x86_64/libnvrtc.so.13") != null,
                "NVRTC is not on the class path: the Maven profile nvrtc adds it, a download of 380 MB");
        EmulatedGpu.orSkip(); // for its g++
        // the bindings want a driver; one that does not start is all the compiler needs
        for (var library : Map.of("libcuda.so.1", "extern \"C\" int cuInit(unsigned) { return 100; }\n", "libcudart.so.13", "").entrySet()) {
            Path source = Files.writeString(folder.resolve("source.cpp"), library.getValue());
            run("g++", "-shared", "-fPIC", "-Wl,-soname," + library.getKey(), "-o", folder.resolve(library.getKey()).toString(),
                    source.toString());
        }
        String most = Boolean.getBoolean("rebind.test.long") ? "1000000" : SOME;
        String log = run(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), NvrtcKernels.class.getName(), folder.toString(), most);
        assertTrue(log.contains("NVRTC 13"), log);
        System.getLogger(NvrtcTest.class.getName()).log(Level.INFO, log.strip());
    }

    private static String run(String... command) throws Exception {
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        String log = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(p.waitFor(1, TimeUnit.MINUTES), command[0] + " hangs");
        assertEquals(0, p.exitValue(), log);
        return log;
    }
}
