package org.rebind.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rebind.itests.container.PretendBundles;

/**
 * A backend jar dropped into deploy/ of the running distribution moves a running function to it, and its removal moves
 * the function back; the shell and the log show both.
 */
class HotDeployTest {
    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    Path folder;

    @Test
    void droppingAJarMovesARunningFunctionAndRemovingItMovesItBack() throws Exception {
        comesAndGoes("visitor", PretendBundles.bundle("visitor", 1000, "1.0.0"));
    }

    /** The example of a stranger's backend, built as a stranger builds it. */
    @Test
    void theVendorExampleIsHotDeployable() throws Exception {
        Path example = Path.of(System.getProperty("rebind.root"), "examples", "vendor-backend");
        Process build = new ProcessBuilder("bash", example.resolve("build.sh").toString(), "-Dmaven.test.skip=true")
                .redirectErrorStream(true).redirectOutput(folder.resolve("build").toFile()).start();
        try {
            assertTrue(build.waitFor(5, TimeUnit.MINUTES) && build.exitValue() == 0,
                    () -> "build.sh failed:\n" + read(folder.resolve("build")));
        } finally {
            build.destroyForcibly();
        }
        try (InputStream jar = Files.newInputStream(example.resolve("target/card-backend-1.0.0.jar"))) {
            comesAndGoes("card", jar);
        }
    }

    private void comesAndGoes(String backend, InputStream bundle) throws Exception {
        Path home = Path.of(System.getProperty("rebind.root"), "distribution", "target",
                "rebind-" + System.getProperty("rebind.version"));
        Path deploy = Files.createDirectories(folder.resolve("deploy"));
        Path output = folder.resolve("output");
        ProcessBuilder start = new ProcessBuilder("bash", home.resolve("bin/rebind").toString());
        start.environment().put("REBIND_JAVA_HOME", System.getProperty("java.home"));
        start.environment().put("REBIND_CACHE", folder.resolve("cache").toString());
        start.environment().put("REBIND_DEPLOY", deploy.toString());
        start.environment().put("POCL_SIGFPE_HANDLER", "0");
        Process shell = start.redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try (Writer in = shell.outputWriter(StandardCharsets.UTF_8)) {
            drop(deploy.resolve("load.jar"), load());
            ask(shell, in, output, "rebind:functions", "load ");
            Path jar = deploy.resolve(backend + ".jar");
            drop(jar, bundle);
            ask(shell, in, output, "rebind:explain load", "backend    " + backend);
            ask(shell, in, output, "rebind:backends", backend);
            Files.delete(jar);
            untilGone(shell, in, output, backend);
            int before = Files.readString(output).length();
            in.write("rebind:explain load\nrebind:backends\n");
            in.flush();
            waitFor(shell, output, before, "interpreter");
            assertFalse(Files.readString(output).substring(before).contains(backend), Files.readString(output));
            assertFalse(Files.readString(output).contains("LOAD WENT WRONG"), Files.readString(output));
            in.write("felix:stop 0\n");
            in.flush();
            assertTrue(shell.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "the shell did not stop");
        } finally {
            shell.destroyForcibly();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** As a person's copy should be: written aside, then moved, so that no half file is seen. */
    private void drop(Path target, InputStream bytes) throws IOException {
        Path aside = folder.resolve("aside.jar");
        Files.copy(bytes, aside, StandardCopyOption.REPLACE_EXISTING);
        Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private InputStream load() throws IOException {
        Manifest m = new Manifest();
        Attributes a = m.getMainAttributes();
        a.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        a.putValue("Bundle-ManifestVersion", "2");
        a.putValue("Bundle-SymbolicName", "org.rebind.itests.load");
        a.putValue("Bundle-Activator", LoadActivator.class.getName());
        a.putValue("Import-Package", "org.osgi.framework,org.osgi.util.tracker,org.rebind");
        Path jar = folder.resolve("load-made.jar");
        String name = LoadActivator.class.getName().replace('.', '/') + ".class";
        try (OutputStream file = Files.newOutputStream(jar); JarOutputStream out = new JarOutputStream(file, m);
                InputStream c = LoadActivator.class.getClassLoader().getResourceAsStream(name)) {
            out.putNextEntry(new ZipEntry(name));
            c.transferTo(out);
            out.closeEntry();
        }
        return Files.newInputStream(jar);
    }

    /** Things happen on their own time: asks again until the answer is there. */
    private static void ask(Process shell, Writer in, Path output, String command, String answer)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!Files.readString(output).contains(answer)) {
            assertTrue(shell.isAlive() && System.nanoTime() < end,
                    "no '" + answer + "' after " + command + ", but:\n" + Files.readString(output));
            if (!command.isEmpty()) {
                in.write(command + "\n");
                in.flush();
            }
            Thread.sleep(500);
        }
    }

    /** Asks for the backends until the answer no longer names one. */
    private static void untilGone(Process shell, Writer in, Path output, String backend)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        String answer;
        do {
            assertTrue(System.nanoTime() < end, backend + " has not left:\n" + Files.readString(output));
            int before = Files.readString(output).length();
            in.write("rebind:backends\n");
            in.flush();
            waitFor(shell, output, before, "interpreter");
            answer = Files.readString(output).substring(before);
        } while (answer.contains(backend));
    }

    private static void waitFor(Process shell, Path output, int from, String answer)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!Files.readString(output).substring(from).contains(answer)) {
            assertTrue(shell.isAlive() && System.nanoTime() < end, "no '" + answer + "'");
            Thread.sleep(100);
        }
        Thread.sleep(500);
    }
}
