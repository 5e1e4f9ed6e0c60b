package org.rebind.benchmarks.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.rebind.benchmarks.Machine;

/**
 * The results of one suite on one Java, kept in {@code FOLDER/SUITE-jdkN.json}. Measuring part of a suite again replaces that
 * part.
 */
public final class Results {
    private static final Gson JSON = new GsonBuilder().serializeSpecialFloatingPointValues().disableHtmlEscaping()
            .setPrettyPrinting().create();

    /** The file's contents. */
    private record Content(int java, Machine machine, String flags, List<Result> results) {
    }

    private final Path file;
    private final int java;
    private final Machine machine;
    private final String flags;
    private final Map<String, Result> results = new LinkedHashMap<>();

    private Results(Path file, int java, Machine machine, String flags) {
        this.file = file;
        this.java = java;
        this.machine = machine;
        this.flags = flags;
    }

    /** Opens what is there for this suite and this JVM, or nothing yet. */
    public static Results open(Path folder, String suite, String flags) {
        int java = Runtime.version().feature();
        Path file = folder.resolve(suite + "-jdk" + java + ".json");
        Results opened = new Results(file, java, Machine.here(), flags);
        if (Files.exists(file)) {
            read(file).results.forEach(opened.results::put);
        }
        return opened;
    }

    /** Every suite in the folder, by file name. */
    public static List<Results> all(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".json")).sorted().map(Results::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Results read(Path file) {
        try {
            Content content = JSON.fromJson(Files.readString(file), Content.class);
            Results results = new Results(file, content.java, content.machine, content.flags);
            content.results.forEach(r -> results.results.put(r.key(), r));
            return results;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds and saves, so that an interrupted run keeps what it has. */
    public void add(Result result) {
        results.put(result.key(), result);
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, JSON.toJson(new Content(java, machine, flags, new ArrayList<>(results.values()))) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int java() {
        return java;
    }

    Machine machine() {
        return machine;
    }

    String flags() {
        return flags;
    }

    List<Result> list() {
        return List.copyOf(results.values());
    }
}
