package org.rebind.backend.opencl.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rebind.backend.opencl.internal.StartStopCycles.Count;

/**
 * The backend comes and goes many times in one JVM: {@link StartStopCycles}, in a JVM of its own, whose memory says
 * something. Its Java heap is resident from the start, since how much of a heap is at a time varies by more than any leak;
 * and what is freed natively goes back to the system at once.
 */
class StartStopTest {
    private static final int CYCLES = 1000;
    /** How much a cycle may leave behind, of the 1 MiB that it uploads. */
    private static final long MAY_LEAVE_KILOBYTES = 16;

    @TempDir
    Path folder;

    @Test
    void aThousandCyclesLeaveNothingBehind() throws Exception {
        List<Count> counts = cycles(CYCLES, false);
        Count first = counts.get(0);
        Count last = counts.get(counts.size() - 1);
        assertEquals(first.threads(), last.threads(), "Java threads");
        assertTrue(last.nativeThreads() <= first.nativeThreads() + 8, "native threads: " + first.nativeThreads() + " -> "
                + last.nativeThreads());
        double left = leftByACycle(counts, CYCLES);
        assertTrue(left <= MAY_LEAVE_KILOBYTES, "a cycle leaves " + left + " KiB behind: " + counts);
    }

    /** The test above can fail. */
    @Test
    void aBufferLeftBehindIsFound() throws Exception {
        List<Count> counts = cycles(CYCLES / 5, true);
        double left = leftByACycle(counts, CYCLES / 5);
        assertTrue(left > 900 && left < 1200, "a cycle leaves 1024 KiB behind, found are " + left + ": " + counts);
    }

    private List<Count> cycles(int count, boolean leave) throws IOException, InterruptedException {
        TestDevices.facts(); // or the test is skipped
        TestDevices.skipUnless(Files.exists(Path.of("/proc/self/status")), "memory of a process is read from /proc");
        Path output = folder.resolve("output");
        Path errors = folder.resolve("errors");
        ProcessBuilder java = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"),
                StartStopCycles.class.getName(), Integer.toString(count), Boolean.toString(leave));
        java.environment().put("MALLOC_ARENA_MAX", "1");
        java.environment().put("MALLOC_MMAP_THRESHOLD_", "131072");
        int exit = java.redirectOutput(output.toFile()).redirectError(errors.toFile()).start().waitFor();
        assertEquals(0, exit, () -> tail(errors));
        return Files.readAllLines(output).stream().map(Count::parse).toList();
    }

    private static String tail(Path file) {
        try {
            String text = Files.readString(file);
            return text.substring(Math.max(0, text.length() - 4000));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /**
     * From the second quarter, when all is loaded, to the last; the least of each, so that what is about to be freed, or is
     * being compiled, while it is looked at does not count.
     */
    private static double leftByACycle(List<Count> counts, int cycles) {
        int quarter = StartStopCycles.COUNTS / 4;
        return (least(counts.subList(3 * quarter, 4 * quarter)) - least(counts.subList(quarter, 2 * quarter)))
                / (cycles / 2.0);
    }

    private static long least(List<Count> counts) {
        return counts.stream().mapToLong(Count::residentKilobytes).min().orElseThrow();
    }

    @Test
    void theProviderIsFoundOnAPlainClassPath() {
        assertTrue(ServiceLoader.load(org.rebind.backend.BackendProvider.class).stream()
                .anyMatch(p -> p.type() == OpenClProvider.class));
    }
}
