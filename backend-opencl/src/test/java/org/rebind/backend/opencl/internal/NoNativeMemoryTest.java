package org.rebind.backend.opencl.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.rebind.backend.Discovery;

/** JavaCPP refuses native memory to a process that is larger than its limit, by an Error: in a JVM of its own, as it reads that once. */
class NoNativeMemoryTest {
    /** Prints why there is no backend. */
    public static void main(String[] args) {
        Discovery d = new OpenClProvider().discover();
        System.out.println(d.backends().size() + " " + d.declined().get(0).reason());
    }

    @Test
    void isAReasonToDecline() throws IOException, InterruptedException {
        Process java = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=1m", "-cp", System.getProperty("java.class.path"),
                NoNativeMemoryTest.class.getName()).redirectErrorStream(true).start();
        String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, java.waitFor(), output);
        assertTrue(output.contains("0 the OpenCL binding gets no memory: ") && output.contains("maxPhysicalBytes"), output);
    }
}
