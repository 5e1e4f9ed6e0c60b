package org.rebind.itests.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** THIRD-PARTY-NOTICES.md names what is shipped, all of it, and nothing else. */
class NoticesTest {
    /** Packed inside our jars: artifact, and the property of the parent pom that holds its version. */
    private static final Map<String, String> PACKED = Map.ofEntries(Map.entry("javacpp", "javacpp.version"),
            Map.entry("opencl", "opencl.version"), Map.entry("cuda", "cuda.version"), Map.entry("dnnl", "dnnl.version"),
            Map.entry("aparapi", "aparapi.version"), Map.entry("aparapi-jni", "aparapi.jni.version"),
            Map.entry("bcel", "bcel.version"), Map.entry("janino", "janino.version"),
            Map.entry("commons-compiler", "janino.version"), Map.entry("asm", "asm.version"),
            Map.entry("asm-tree", "asm.version"), Map.entry("asm-analysis", "asm.version"));
    private static final Path ROOT = Path.of(System.getProperty("rebind.root"));
    private static final Pattern JAR = Pattern.compile("(.+?)-(\\d[\\w.-]*)\\.jar");
    private static final Map<String, String> NAMED = new TreeMap<>();

    /** Artifact to version, from the tables of the notices. */
    @BeforeAll
    static void readTables() throws IOException {
        for (String line : Files.readAllLines(ROOT.resolve("THIRD-PARTY-NOTICES.md"))) {
            String[] cells = line.split("\\|");
            if (cells.length < 5 || cells[1].isBlank() || cells[1].contains("---") || cells[1].contains("software")) {
                continue;
            }
            Matcher inParentheses = Pattern.compile("\\(([\\w., -]+)\\)").matcher(cells[1]);
            String names = inParentheses.find() ? inParentheses.group(1) : cells[1];
            for (String name : names.split(",")) {
                NAMED.put(name.trim(), cells[2].trim());
            }
        }
    }

    @Test
    void everyForeignJarOfTheDistributionIsNamedWithItsVersion() throws IOException {
        Map<String, String> shipped = new TreeMap<>();
        for (String folder : List.of("bundle", "app", "lib")) {
            shipped.putAll(foreignJars(home().resolve(folder)));
        }
        shipped.put("org.apache.felix.framework", property("felix.version"));
        shipped.put("biz.aQute.launcher", property("bnd.version"));
        PACKED.forEach((artifact, property) -> shipped.put(artifact, property(property)));
        shipped.put("libgomp", "GCC");
        assertEquals(shipped, NAMED);
    }

    @Test
    void theNoticeNamesOurJarsThatCarryWorkOfOthers() throws IOException {
        String notice = Files.readString(ROOT.resolve("NOTICE"));
        String packed = Files.readString(ROOT.resolve("THIRD-PARTY-NOTICES.md")).split("\\n## ")[1];
        List<String> missing = packed.lines().filter(line -> line.startsWith("| ") && !line.startsWith("| software"))
                .map(line -> line.split("\\|")[4].trim()).map(jar -> jar.endsWith("-bindings") ? "bindings/" : jar)
                .filter(jar -> !notice.contains(jar)).distinct().toList();
        assertEquals(List.of(), missing);
    }

    @ParameterizedTest
    @MethodSource("ours")
    void ourJarsCarryTheNotices(String module) throws IOException {
        try (JarFile jar = new JarFile(Modules.jar(module).toFile())) {
            for (String file : List.of("LICENSE", "NOTICE", "THIRD-PARTY-NOTICES.md")) {
                assertNotNull(jar.getEntry("META-INF/rebind/" + file), module + " lacks META-INF/rebind/" + file);
            }
        }
    }

    static Stream<String> ours() {
        return Stream.concat(Modules.BUNDLES.stream(), Modules.BINDINGS.stream());
    }

    @Test
    void noLibraryOfNvidiaIsShipped() throws IOException {
        List<String> natives = new ArrayList<>();
        try (JarFile jar = new JarFile(Modules.jar("bindings/bytedeco-bindings").toFile())) {
            jar.stream().map(e -> e.getName()).filter(n -> n.contains("cuda/") && n.matches(".*\\.(so|dll)(\\..*)?"))
                    .forEach(n -> natives.add(n.substring(n.lastIndexOf('/') + 1)));
        }
        assertTrue(!natives.isEmpty() && natives.stream().allMatch(n -> n.contains("jni")), natives.toString());
    }

    private static Map<String, String> foreignJars(Path folder) throws IOException {
        Map<String, String> jars = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.map(f -> JAR.matcher(f.getFileName().toString())).filter(Matcher::matches)
                    .filter(m -> !m.group(2).equals(System.getProperty("rebind.version")))
                    .forEach(m -> jars.put(m.group(1), m.group(2)));
        }
        return jars;
    }

    private static Path home() {
        Path home = ROOT.resolve("distribution/target/rebind-" + System.getProperty("rebind.version"));
        assertTrue(Files.isDirectory(home), home + " is not there: build the distribution first (mvn package)");
        return home;
    }

    private static String property(String name) {
        try {
            Matcher m = Pattern.compile("<" + Pattern.quote(name) + ">([^<]+)<")
                    .matcher(Files.readString(ROOT.resolve("pom.xml")));
            assertTrue(m.find(), "pom.xml has no property " + name);
            return m.group(1);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
