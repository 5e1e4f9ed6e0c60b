package org.rebind.itests.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The documents name tests as proof: each of them exists. */
class DocumentsTest {
    private static final Path ROOT = Path.of(System.getProperty("rebind.root"));
    /** A test class with or without a method, or a method alone, of the class named before it. */
    private static final Pattern NAMED = Pattern.compile("`(?:([A-Z]\\w*Test)(?:\\.(\\w+))?|([a-z]\\w+))`");
    private static final Map<String, String> SOURCES = new HashMap<>();

    @BeforeAll
    static void readTests() throws IOException {
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path module : modules.map(m -> m.resolve("src/test/java")).filter(Files::isDirectory).toList()) {
                try (Stream<Path> files = Files.walk(module)) {
                    for (Path f : files.filter(p -> p.toString().endsWith("Test.java")).toList()) {
                        String name = f.getFileName().toString().replace(".java", "");
                        SOURCES.merge(name, Files.readString(f), String::concat); // some names are there twice
                    }
                }
            }
        }
    }

    /** What a text names and is not there. */
    private static List<String> missing(String text) {
        List<String> missing = new ArrayList<>();
        String current = "";
        for (Matcher m = NAMED.matcher(text); m.find();) {
            current = m.group(1) != null ? m.group(1) : current;
            String method = m.group(1) != null ? m.group(2) : m.group(3);
            String source = SOURCES.get(current);
            if (source == null || method != null && !source.contains(" " + method + "(")) {
                missing.add(current + (method == null ? "" : "." + method));
            }
        }
        return missing;
    }

    @Test
    void everySentenceOfTheContractNamesTestsThatExist() throws IOException {
        List<String> missing = new ArrayList<>();
        int sentences = 0;
        boolean inTable = false;
        for (String line : Files.readAllLines(ROOT.resolve("docs/COMPILE.md"))) {
            inTable = line.startsWith("| the contract says") || inTable && line.startsWith("|");
            if (inTable && !line.startsWith("|---") && !line.startsWith("| the contract says")) {
                String proof = line.substring(line.lastIndexOf(" | "));
                assertTrue(NAMED.matcher(proof).find(), "no test: " + line);
                missing.addAll(missing(proof));
                sentences++;
            }
        }
        assertEquals(List.of(), missing);
        assertTrue(sentences > 50, "only " + sentences + " sentences found");
    }

    @Test
    void testsNamedAnywhereInTheDocumentsExist() throws IOException {
        List<String> missing = new ArrayList<>();
        try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
            for (Path f : files.filter(p -> p.toString().endsWith(".md")).toList()) {
                for (Matcher m = NAMED.matcher(Files.readString(f)); m.find();) {
                    if (m.group(1) != null) {
                        missing(m.group()).forEach(name -> missing.add(f.getFileName() + ": " + name));
                    }
                }
            }
        }
        assertEquals(List.of(), missing);
    }
}
