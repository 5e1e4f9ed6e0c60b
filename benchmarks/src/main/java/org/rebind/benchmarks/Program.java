package org.rebind.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A main class running in a JVM of its own with this one's class path; its errors go to a file. */
final class Program {
    final Path output;
    private final Process process;
    private final BufferedReader lines;

    private Program(Path output, Process process) {
        this.output = output;
        this.process = process;
        lines = process.inputReader();
    }

    static Program start(Path output, List<String> flags, Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return new Program(output, new ProcessBuilder(command).redirectError(output.toFile()).start());
    }

    /** Whether it prints this line; returns at once when it does. */
    boolean await(String line) throws IOException {
        for (String next = lines.readLine(); next != null; next = lines.readLine()) {
            if (next.equals(line)) {
                return true;
            }
        }
        return false;
    }

    /** What it prints from here to its end; empty if it fails. */
    List<String> lines() throws IOException {
        List<String> all = new ArrayList<>();
        for (String next = lines.readLine(); next != null; next = lines.readLine()) {
            all.add(next);
        }
        try {
            return process.waitFor() == 0 ? all : List.of();
        } catch (InterruptedException e) {
            process.destroy();
            throw new IOException("interrupted while a measurement ran", e);
        }
    }
}
