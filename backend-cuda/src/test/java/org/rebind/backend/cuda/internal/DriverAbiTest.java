package org.rebind.backend.cuda.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real bindings against a driver library made for the test: that bytedeco passes what {@link BytedecoDriver} means, in
 * a process of its own, since whatever loads libcuda.so.1 first decides for all.
 */
class DriverAbiTest {
    @TempDir
    private Path folder;

    @Test
    void bindingsPassWhatTheDriverExpects() throws Exception {
        EmulatedGpu.orSkip();
        for (String name : List.of("device.h", "emulator.cpp", "libcuda.cpp", "libraries.cpp")) {
            Files.copy(DriverAbiTest.class.getResourceAsStream("/emulation/" + name), folder.resolve(name));
        }
        Path include = Path.of(System.getProperty("java.home"), "include");
        run("g++", "-std=c++17", "-O1", "-w", "-shared", "-fPIC", "-I" + include, "-I" + include.resolve("linux"),
                "-Wl,-soname,libcuda.so.1", "-o", folder.resolve("libcuda.so.1").toString(), folder.resolve("libcuda.cpp").toString());
        Files.writeString(folder.resolve("empty.cpp"), ""); // the bindings want these, but call nothing of them
        for (String name : List.of("libcudart.so.13", "libcublasLt.so.13", "libnvrtc.so.13", "libcublas.so.13")) {
            String source = name.startsWith("libnvrtc") || name.startsWith("libcublas.") ? "libraries.cpp" : "empty.cpp";
            run("g++", "-std=c++17", "-O1", "-w", "-shared", "-fPIC", "-Wl,-soname," + name, "-o", folder.resolve(name).toString(),
                    folder.resolve(source).toString());
        }
        String log = run(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-ea", "-Xmx1g", "-cp",
                System.getProperty("java.class.path"), DriverAbi.class.getName(), folder.toString());
        assertTrue(log.contains("OK"), log);
    }

    private static String run(String... command) throws Exception {
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        String log = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(p.waitFor(2, TimeUnit.MINUTES), command[0] + " hangs");
        assertEquals(0, p.exitValue(), command[0] + " " + command[command.length - 2] + "\n" + log);
        return log;
    }
}
