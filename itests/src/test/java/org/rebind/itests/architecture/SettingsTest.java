package org.rebind.itests.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/SETTINGS.md names every setting, and no other. */
class SettingsTest {
    private static final Path ROOT = Path.of(System.getProperty("rebind.root"));
    private static final String KEY = "<AD id=\"([^\"]+)\"";
    private static final String PID = "<Designate pid=\"([^\"]+)\"";
    /** As a string of ours, whole or from a class's PREFIX on; tests' properties are none of users'. */
    private static final Pattern PROPERTY = Pattern.compile("\"(rebind\\.(?!test\\.|backend\\.|generated\\.)[a-z]+\\.[\\w.]*\\w)\"|PREFIX \\+ \"(\\w+)\"");
    private static final Pattern PREFIX = Pattern.compile("PREFIX = \"([^\"]+)\"");
    private static final List<String> MODULES = List.of("api-bundle", "tracer-bundle", "cache-bundle", "codegen-bundle",
            "backend-aparapi-cpu", "backend-opencl", "backend-cuda");

    private static Set<String> documented(String pattern) throws IOException {
        return all(pattern, Files.readString(ROOT.resolve("docs/SETTINGS.md")));
    }

    private static Set<String> all(String pattern, String text) {
        Set<String> found = new TreeSet<>();
        for (Matcher m = Pattern.compile(pattern).matcher(text); m.find();) {
            found.add(m.group(1));
        }
        return found;
    }

    @Test
    void configurationsAndTheirKeys() throws IOException {
        Set<String> pids = new TreeSet<>();
        Set<String> keys = new TreeSet<>();
        for (String module : MODULES) {
            try (JarFile jar = new JarFile(Modules.jar(module).toFile())) {
                for (JarEntry e : Collections.list(jar.entries())) {
                    if (e.getName().startsWith("OSGI-INF/metatype/") && e.getName().endsWith(".xml")) {
                        String xml = new String(jar.getInputStream(e).readAllBytes(), StandardCharsets.UTF_8);
                        pids.addAll(all(PID, xml));
                        keys.addAll(all(KEY, xml));
                    }
                }
            }
        }
        assertFalse(keys.isEmpty());
        assertEquals(pids, documented("PID `([^`]+)`"));
        Set<String> named = documented("(?m)^\\| `([a-z]+(?:\\.[a-z]+)*)` \\|");
        named.removeIf(n -> n.startsWith("rebind."));
        named.addAll(documented("(?m)^\\| `rebind\\.(?!cpu)\\w+\\.\\w+` \\| `(\\w+)` \\|"));
        assertEquals(keys, named);
    }

    @Test
    void systemProperties() throws IOException {
        Set<String> used = new TreeSet<>();
        for (String module : MODULES) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
                for (Path f : files.filter(p -> p.toString().endsWith(".java")).toList()) {
                    String source = Files.readString(f);
                    Matcher prefix = PREFIX.matcher(source);
                    String before = prefix.find() ? prefix.group(1) : "";
                    for (Matcher m = PROPERTY.matcher(source); m.find();) {
                        used.add(m.group(1) != null ? m.group(1) : before + m.group(2));
                    }
                }
            }
        }
        assertEquals(used, documented("(?m)^\\| `(rebind\\.[\\w.]+)`"));
    }
}
