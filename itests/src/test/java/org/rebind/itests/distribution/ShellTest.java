package org.rebind.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The two forms of the distribution, started as a user starts them: all bundles run, the shell commands answer. */
class ShellTest {
    private static final long PATIENCE_SECONDS = 90;
    private static final Path TARGET = Path.of(System.getProperty("rebind.root"), "distribution", "target");

    @TempDir
    Path folder;

    @Test
    void theHomeFolderStarts() throws Exception {
        Path script = TARGET.resolve("rebind-" + System.getProperty("rebind.version")).resolve("bin/rebind");
        ProcessBuilder shell = new ProcessBuilder("bash", script.toString());
        shell.environment().put("REBIND_JAVA_HOME", System.getProperty("java.home"));
        shell.environment().put("REBIND_CACHE", folder.resolve("cache").toString());
        shell.environment().put("REBIND_DEPLOY", folder.resolve("deploy").toString());
        talkTo(shell);
    }

    @Test
    void theExecutableJarStarts() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        talkTo(new ProcessBuilder(List.of(java, "--add-modules", "jdk.incubator.vector", "-jar",
                TARGET.resolve("rebind.jar").toString())));
    }

    private void talkTo(ProcessBuilder shell) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        shell.directory(Files.createDirectories(folder.resolve("work")).toFile());
        shell.environment().put("POCL_SIGFPE_HANDLER", "0");
        Process process = shell.redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try (Writer in = process.outputWriter(StandardCharsets.UTF_8)) {
            ask(process, in, output, "rebind:backends", "interpreter");
            ask(process, in, output, "rebind:backends", "aparapi-cpu");
            ask(process, in, output, "rebind:functions", "no compiled function is reachable");
            ask(process, in, output, "felix:lb -s", "org.rebind.tracer");
            String said = Files.readString(output);
            assertTrue(said.lines().filter(line -> line.contains("|org.rebind."))
                    .allMatch(line -> line.contains("|Active") || line.contains("bindings.dnnl")), said);
            in.write("felix:stop 0\n");
            in.flush();
            assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "the shell did not stop");
        } finally {
            process.destroyForcibly();
        }
    }

    /** Components start on their own time: asks again until the answer is there. */
    private static void ask(Process process, Writer in, Path output, String command, String answer)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!Files.readString(output).contains(answer)) {
            assertTrue(process.isAlive() && System.nanoTime() < end,
                    "no '" + answer + "' after " + command + ", but:\n" + Files.readString(output));
            in.write(command + "\n");
            in.flush();
            Thread.sleep(500);
        }
    }
}
