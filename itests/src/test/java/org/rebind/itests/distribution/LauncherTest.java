package org.rebind.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rebind.codegen.Renderer;

/** What bin/rebind says about commands and about the Java it finds. */
class LauncherTest {
    private static final Path BIN = Path.of(System.getProperty("rebind.root"), "distribution", "target",
            "rebind-" + System.getProperty("rebind.version"), "bin");

    @TempDir
    Path folder;

    private record Answer(int exit, String text) {
    }

    @Test
    void helpListsTheCommands() throws Exception {
        Answer help = run(Map.of(), BIN.resolve("rebind").toString(), "help");
        assertEquals(0, help.exit);
        for (String command : new String[] {"digits", "jshell", "backends", "bench", "tck", "swap", "image", "help"}) {
            assertTrue(help.text.contains(command), command);
        }
    }

    /** The kit as a user without a build tool has it: one part of it, as the whole takes minutes. */
    @Test
    void theKitRunsWithoutABuildTool() throws Exception {
        Map<String, String> bare = Map.of("REBIND_JAVA_HOME", System.getProperty("java.home"), "REBIND_CACHE",
                folder.resolve("cache").toString());
        Answer kit = run(bare, BIN.resolve("rebind").toString(), "tck", "aparapi-cpu", "FaultContract", "LifeCycleContract");
        assertAll(() -> assertEquals(0, kit.exit, kit.text),
                () -> assertTrue(kit.text.contains("8 passed, 0 failed, 0 skipped"), kit.text));
        Answer none = run(bare, BIN.resolve("rebind").toString(), "tck", "no-such-backend");
        assertAll(() -> assertEquals(2, none.exit, none.text),
                () -> assertTrue(none.text.contains("aparapi-cpu"), none.text));
    }

    @Test
    void anUnknownCommandIsAnErrorThatListsTheKnownOnes() throws Exception {
        Answer answer = run(Map.of(), BIN.resolve("rebind").toString(), "dance");
        assertAll(() -> assertEquals(2, answer.exit),
                () -> assertTrue(answer.text.contains("unknown command 'dance'"), answer.text),
                () -> assertTrue(answer.text.contains("digits"), answer.text));
    }

    /** As a service starts it, or somebody whose home is not his to write to: what is unpacked is kept all the same. */
    @Test
    void withoutAHomeFolderTheCacheIsOneTemporaryFolder() throws Exception {
        Path temporary = Files.createDirectories(folder.resolve("temporary"));
        Map<String, String> bare = Map.of("TMPDIR", temporary.toString(), "REBIND_JAVA_HOME", "");
        for (String home : new String[] {"unset HOME", "HOME=" + Files.createFile(folder.resolve("file"))}) {
            Answer answer = run(bare, "-c", "unset REBIND_CACHE XDG_CACHE_HOME; " + home + "; " + BIN.resolve("rebind")
                    + " tck no-such-backend");
            assertAll(() -> assertEquals(2, answer.exit, answer.text),
                    () -> assertTrue(answer.text.contains("no backend named"), answer.text));
        }
        try (Stream<Path> made = Files.list(temporary)) {
            List<String> names = made.map(f -> f.getFileName().toString()).toList();
            assertTrue(names.size() == 1 && names.get(0).startsWith("rebind-"), names.toString());
        }
    }

    /** The script of a checkout, with nothing to build and an older version beside this one's. */
    @Test
    void aCheckoutStartsTheVersionItsPomNames() throws Exception {
        Path root = Path.of(System.getProperty("rebind.root"));
        Path checkout = Files.createDirectories(folder.resolve("check out"));
        Files.copy(root.resolve("rebind"), checkout.resolve("rebind"));
        Files.copy(root.resolve("pom.xml"), checkout.resolve("pom.xml"));
        Path bin = Files.createDirectories(checkout.resolve("distribution/src/main/dist/bin"));
        Files.copy(BIN.resolve("rebind"), bin.resolve("rebind"));
        Files.copy(BIN.resolve("find-java.sh"), bin.resolve("find-java.sh"));
        for (String version : new String[] {"0.0.1", System.getProperty("rebind.version")}) {
            Path started = Files.createDirectories(checkout.resolve("distribution/target/rebind-" + version + "/bin"))
                    .resolve("rebind");
            Files.writeString(started, "#!/bin/sh\necho started " + version + "\n");
            Files.setPosixFilePermissions(started, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Files.createFile(Files.createDirectories(checkout.resolve("target")).resolve("rebind-built"));
        Answer started = run(Map.of(), checkout.resolve("rebind").toString(), "backends");
        assertEquals("started " + System.getProperty("rebind.version"), started.text.strip());
        Answer help = run(Map.of("REBIND_DEPLOY", ""), checkout.resolve("rebind").toString(), "help");
        assertTrue(help.text.contains("(otherwise " + checkout.resolve("distribution/target/rebind-"
                + System.getProperty("rebind.version") + "/deploy)")), help.text);
    }

    /** It ends what its own parts leave behind; a container of the same installation goes on. */
    @Test
    void aGpuSessionLeavesOtherProcessesAlone() throws Exception {
        Path bin = Files.createDirectories(folder.resolve("home/bin"));
        Files.copy(BIN.resolve("gpu-session.sh"), bin.resolve("gpu-session.sh"));
        Files.writeString(bin.resolve("rebind"), "#!/bin/sh\n");
        Files.setPosixFilePermissions(bin.resolve("rebind"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Process container = new ProcessBuilder("bash", "-c", "exec -a \"java -Drebind.home=" + bin.getParent()
                + " of another session\" sleep 600").start();
        try {
            Answer answer = run(Map.of(), bin.resolve("gpu-session.sh").toString(), "--quick", "--backend", "none",
                    folder.resolve("out.md").toString());
            assertTrue(answer.text.contains("out.md"), answer.text);
            assertTrue(container.isAlive(), answer.text);
        } finally {
            container.destroyForcibly();
        }
    }

    @Test
    void programsSayWhatTheyDoNotUnderstand() throws Exception {
        Map<String, String> bare = Map.of("REBIND_JAVA_HOME", System.getProperty("java.home"), "REBIND_CACHE",
                folder.resolve("cache").toString());
        for (String wrong : new String[] {"digits --help", "digits --epochs x", "digits --backend nope", "device-bench nope"}) {
            Answer answer = run(bare, (BIN.resolve("rebind") + " " + wrong).split(" "));
            String program = wrong.substring(0, wrong.indexOf(' '));
            assertAll(wrong, () -> assertEquals(2, answer.exit, answer.text),
                    () -> assertTrue(answer.text.contains("\n" + program + ": ") && !answer.text.contains("\tat "),
                            answer.text));
        }
    }

    @Test
    void digitsNamesTheBackendItRunsOn() throws Exception {
        Answer answer = run(Map.of("REBIND_JAVA_HOME", System.getProperty("java.home"), "REBIND_CACHE",
                folder.resolve("cache").toString()), BIN.resolve("rebind").toString(), "digits", "--backend",
                "interpreter", "--epochs", "1");
        assertAll(() -> assertEquals(0, answer.exit, answer.text),
                () -> assertTrue(answer.text.contains("held out, backend interpreter\n"), answer.text),
                () -> assertTrue(answer.text.contains(" backend=interpreter "), answer.text));
    }

    @Test
    void anOldJavaIsRefusedByName() throws Exception {
        Path old = java("old", "11.0.2");
        Answer answer = run(Map.of("REBIND_JAVA_HOME", old.toString()), BIN.resolve("rebind").toString(), "digits");
        assertAll(() -> assertEquals(1, answer.exit),
                () -> assertTrue(answer.text.contains(old.toString()) && answer.text.contains("17")
                        && answer.text.contains("found version: 11"), answer.text));
    }

    @Test
    void theNewestJavaIsPreferred() throws Exception {
        Path home = Files.createDirectories(folder.resolve("home/.jdks"));
        Path newest = java("home/.jdks/newest", "99.0.1");
        java("home/.jdks/seventeen", "17.0.1");
        java("home/.jdks/eight", "1.8.0_402");
        Answer answer = run(Map.of("HOME", home.getParent().toString(), "REBIND_JAVA_HOME", ""), "-c",
                ". " + BIN.resolve("find-java.sh") + "; find_java 17 java");
        assertEquals(newest.toString(), answer.text.strip());
    }

    @Test
    void flagsFollowTheVersion() throws Exception {
        Path seventeen = java("seventeen", "17.0.1");
        Path later = java("later", "25");
        String script = ". " + BIN.resolve("find-java.sh") + "; java_flags ";
        String oldFlags = run(Map.of(), "-c", script + seventeen).text;
        String newFlags = run(Map.of(), "-c", script + later).text;
        String generated = Renderer.CLASS_NAME.substring(0, Renderer.CLASS_NAME.lastIndexOf('.'));
        assertAll(() -> assertTrue(oldFlags.contains("--add-modules=jdk.incubator.vector"), oldFlags),
                () -> assertTrue(!oldFlags.contains("unsafe"), oldFlags),
                () -> assertTrue(oldFlags.contains("," + generated + ".*::*,"), oldFlags),
                () -> assertTrue(newFlags.contains("--sun-misc-unsafe-memory-access=allow"), newFlags));
    }

    /** A folder that looks like a JDK of that version. */
    private Path java(String name, String version) throws IOException {
        Path home = folder.resolve(name);
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(home.resolve("release"),
                "JAVA_VERSION=\"" + version + "\"\nMODULES=\"java.base jdk.incubator.vector\"\n");
        return home;
    }

    private static Answer run(Map<String, String> environment, String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = "bash";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        ProcessBuilder bash = new ProcessBuilder(command).redirectErrorStream(true);
        bash.environment().putAll(environment);
        Process process = bash.start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), text);
    }
}
