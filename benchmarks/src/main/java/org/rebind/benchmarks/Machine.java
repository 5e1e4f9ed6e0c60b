package org.rebind.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.stream.Stream;

/** Where a result was measured. */
public record Machine(String processor, int cores, String system, String java, String date) {
    public static Machine here() {
        return new Machine(line("/proc/cpuinfo", "model name", ':'), available(), operatingSystem(), System.getProperty("java.vm.name") + " "
                + System.getProperty("java.vm.version"), LocalDate.now().toString());
    }

    /** Threads every contender is allowed. */
    public static int available() {
        return Runtime.getRuntime().availableProcessors();
    }

    private static String operatingSystem() {
        String name = line("/etc/os-release", "PRETTY_NAME", '=').replace("\"", "");
        return (name.isEmpty() ? System.getProperty("os.name") : name) + " " + System.getProperty("os.arch");
    }

    private static String line(String file, String key, char separator) {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.filter(l -> l.startsWith(key)).map(l -> l.substring(l.indexOf(separator) + 1).strip()).findFirst()
                    .orElse("");
        } catch (IOException | java.io.UncheckedIOException e) {
            return ""; // another system: the report says what Java knows
        }
    }
}
