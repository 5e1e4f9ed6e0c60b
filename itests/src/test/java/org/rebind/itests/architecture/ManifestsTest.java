package org.rebind.itests.architecture;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the manifests promise and ask for: versions on exports, nothing internal, few imports. */
class ManifestsTest {
    /** Package prefixes a bundle may import; what is marked {@code ?} only optionally. */
    private static final Map<String, Set<String>> IMPORTS = Map.of(
            "api-bundle", Set.of("org.rebind", "org.osgi.framework", "org.osgi.service.component"),
            "tracer-bundle", Set.of("org.rebind", "org.osgi"),
            "cache-bundle", Set.of("org.rebind", "org.osgi"),
            "codegen-bundle", Set.of("org.rebind"),
            "backend-aparapi-cpu", Set.of("org.rebind", "org.osgi", "?org.bytedeco", "?com.aparapi",
                    "?jdk.incubator.vector", "?sun.misc"),
            "backend-opencl", Set.of("org.rebind", "org.osgi", "org.bytedeco"),
            "backend-cuda", Set.of("org.rebind", "org.osgi", "org.bytedeco"),
            "bindings/bytedeco-bindings", Set.of("?javax.management", "?org.slf4j"),
            "bindings/dnnl-bindings", Set.of(),
            "bindings/aparapi-bindings", Set.of("?javax.swing", "?java.awt"));

    static Stream<String> all() {
        return Stream.concat(Modules.BUNDLES.stream(), Modules.BINDINGS.stream());
    }

    static Stream<String> withImports() {
        return IMPORTS.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("all")
    void aBundleHasANameAVersionAndALicence(String module) {
        Attributes manifest = Modules.manifest(module).getMainAttributes();
        assertAll(() -> assertEquals("2", manifest.getValue("Bundle-ManifestVersion")),
                () -> assertTrue(manifest.getValue("Bundle-SymbolicName").startsWith("org.rebind.")),
                () -> assertNotNull(manifest.getValue("Bundle-Version")),
                () -> assertEquals("Apache-2.0", manifest.getValue("Bundle-License")));
    }

    @ParameterizedTest
    @MethodSource("all")
    void exportsAreVersionedAndNothingOfOursIsInternal(String module) {
        for (Clause export : clauses(module, "Export-Package")) {
            assertTrue(export.rest.contains("version="), module + " exports " + export.name + " without a version");
            assertFalse(export.name.startsWith("org.rebind") && export.name.contains("internal"),
                    module + " exports the internal package " + export.name);
        }
    }

    @ParameterizedTest
    @MethodSource("withImports")
    void importsAreFew(String module) {
        Set<String> surprises = new TreeSet<>();
        for (Clause wanted : clauses(module, "Import-Package")) {
            boolean optional = wanted.rest.contains("resolution:=optional");
            if (IMPORTS.get(module).stream().noneMatch(p -> matches(p, wanted.name, optional))) {
                surprises.add(wanted.name + (optional ? " (optional)" : ""));
            }
        }
        assertTrue(surprises.isEmpty(), module + " imports what it should not need: " + surprises);
    }

    @Test
    void theFragmentHasItsHost() {
        assertEquals("org.rebind.bindings.bytedeco",
                Modules.manifest("bindings/dnnl-bindings").getMainAttributes().getValue("Fragment-Host"));
    }

    private static boolean matches(String allowed, String name, boolean optional) {
        boolean onlyOptional = allowed.startsWith("?");
        String prefix = onlyOptional ? allowed.substring(1) : allowed;
        return (optional || !onlyOptional) && (name.equals(prefix) || name.startsWith(prefix + "."));
    }

    private record Clause(String name, String rest) {
    }

    /** Clauses of a header: commas inside quotes do not separate. */
    private static List<Clause> clauses(String module, String header) {
        String value = Modules.manifest(module).getMainAttributes().getValue(header);
        List<Clause> clauses = new ArrayList<>();
        if (value != null) {
            Matcher m = Pattern.compile("([\\w.-]+)((?:;[^,\"]*(?:\"[^\"]*\")?)*)(?:,|$)").matcher(value);
            while (m.find()) {
                clauses.add(new Clause(m.group(1), m.group(2)));
            }
            assertFalse(clauses.isEmpty(), header + " of " + module + " could not be read: " + value);
        }
        return clauses;
    }
}
