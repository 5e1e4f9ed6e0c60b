package org.rebind.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

/** {@code rebind swap} of the built distribution, briefly: the real CPU backend comes and goes, and a picture is drawn. */
class SwapDemoTest {
    private static final Pattern SUMMARY = Pattern.compile("([0-9,]+) calls, ([0-9]+) failed, ([0-9]+) wrong");

    @TempDir
    Path folder;

    @Test
    void theCpuBackendComesAndGoesUnderALoad() throws Exception {
        Path home = Path.of(System.getProperty("rebind.root"), "distribution", "target",
                "rebind-" + System.getProperty("rebind.version"));
        Path svg = folder.resolve("swap.svg");
        Path output = folder.resolve("output");
        ProcessBuilder demo = new ProcessBuilder("bash", home.resolve("bin/rebind").toString(), "swap", "--seconds", "4",
                "--size", "16", "--threads", "1", "--svg", svg.toString());
        demo.environment().put("REBIND_JAVA_HOME", System.getProperty("java.home"));
        demo.environment().put("REBIND_CACHE", folder.resolve("cache").toString());
        Process process = demo.redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            assertTrue(process.waitFor(3, TimeUnit.MINUTES), () -> "still running:\n" + text(output));
        } finally {
            process.destroyForcibly();
        }
        String text = text(output);
        assertEquals(0, process.exitValue(), text);
        List<String> lines = text.lines().toList();
        assertTrue(lines.stream().anyMatch(l -> l.contains(" s  aparapi-cpu")), text);
        assertTrue(lines.stream().anyMatch(l -> l.contains(" s  interpreter")), text);
        for (String act : List.of("deploy", "remove", "update", "remove again")) {
            assertTrue(lines.stream().anyMatch(l -> l.contains("---- " + act)), text);
        }
        Matcher summary = SUMMARY.matcher(text);
        assertTrue(summary.find(), text);
        assertTrue(Long.parseLong(summary.group(1).replace(",", "")) > 40, text);
        assertEquals("0", summary.group(2), text);
        assertEquals("0", summary.group(3), text);
        Document picture = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(svg.toFile());
        assertEquals("svg", picture.getDocumentElement().getTagName());
        assertTrue(picture.getElementsByTagName("rect").getLength() > 40, "a bar each 100 ms");
        String drawn = Files.readString(svg);
        assertTrue(drawn.contains("aparapi-cpu") && drawn.contains("interpreter"), drawn);
    }

    @Test
    void interruptedItLeavesNothingBehind() throws Exception {
        Path home = Path.of(System.getProperty("rebind.root"), "distribution", "target",
                "rebind-" + System.getProperty("rebind.version"));
        Path temporary = Files.createDirectories(folder.resolve("temporary"));
        Path output = folder.resolve("output");
        ProcessBuilder demo = new ProcessBuilder("bash", home.resolve("bin/rebind").toString(), "swap", "--svg",
                folder.resolve("swap.svg").toString());
        demo.environment().put("REBIND_JAVA_HOME", System.getProperty("java.home"));
        demo.environment().put("REBIND_CACHE", folder.resolve("cache").toString());
        demo.environment().put("REBIND_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary);
        Process process = demo.redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
            while (!text(output).contains(" calls/s ")) {
                assertTrue(process.isAlive() && System.nanoTime() < end, () -> text(output));
                Thread.sleep(100);
            }
            process.destroy(); // as Ctrl-C, an end with shutdown hooks
            assertTrue(process.waitFor(1, TimeUnit.MINUTES), () -> text(output));
        } finally {
            process.destroyForcibly();
        }
        try (Stream<Path> left = Files.list(temporary)) {
            assertEquals(List.of(), left.filter(f -> f.getFileName().toString().startsWith("rebind-swap")).toList());
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }
}
