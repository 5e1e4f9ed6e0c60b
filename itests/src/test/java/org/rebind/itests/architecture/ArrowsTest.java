package org.rebind.itests.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The arrows of the design, read from the byte code of this build's jars. */
class ArrowsTest {
    private static final String[] API = {"org.rebind", "org.rebind.pytree", "org.rebind.graph", "org.rebind.backend",
            "org.rebind.cache"};
    private static final String[] PLATFORM = {"java..", "javax..", "jdk..", "sun.misc..", "org.osgi.."};
    private static JavaClasses ours;

    @BeforeAll
    static void read() throws IOException {
        List<JarFile> jars = new ArrayList<>();
        for (String module : Modules.BUNDLES) {
            jars.add(new JarFile(Modules.jar(module).toFile()));
        }
        ours = new ClassFileImporter().withImportOption(new WithoutThirdParties()).importJars(jars);
    }

    /** The CPU backend carries Janino and the tracer ASM: these have their own arrows. */
    private static final class WithoutThirdParties implements ImportOption {
        @Override
        public boolean includes(com.tngtech.archunit.core.importer.Location location) {
            return !location.contains("/org/codehaus/") && !location.contains("/org/objectweb/");
        }
    }

    static List<String> modules() {
        return Modules.BUNDLES;
    }

    @ParameterizedTest
    @MethodSource("modules")
    void everyModuleIsRead(String module) {
        String jar = Modules.jar(module).getFileName().toString();
        assertTrue(ours.stream().anyMatch(c -> c.getSource().orElseThrow().getUri().toString().contains(jar)),
                "no class of " + jar + " was read: the other rules would hold for nothing");
    }

    @ParameterizedTest(name = "{0} does not know {1}")
    @CsvSource({
        "org.rebind, org.rebind.backend",
        "org.rebind, org.rebind.graph",
        "org.rebind, org.rebind.cache",
        "org.rebind.graph, org.rebind.backend",
        "org.rebind.graph, org.rebind.cache",
        "org.rebind.graph, org.rebind.pytree",
        "org.rebind.pytree, org.rebind.graph",
        "org.rebind.pytree, org.rebind.backend",
        "org.rebind.pytree, org.rebind.cache",
        "org.rebind.cache, org.rebind.graph",
        "org.rebind.cache, org.rebind.backend",
        "org.rebind.backend, org.rebind.cache",
    })
    void inTheApiNothingPointsBack(String from, String to) {
        noClasses().that().resideInAPackage(from).should().dependOnClassesThat().resideInAPackage(to).check(ours);
    }

    @ParameterizedTest(name = "{0} knows only the api, and {1} it carries itself")
    @CsvSource({"org.rebind.tracer.., org.objectweb.asm..", "org.rebind.cachesvc.., nothing", "org.rebind.codegen.., nothing"})
    void onlyTheApi(String module, String carried) {
        List<String> allowed = new ArrayList<>(List.of(with(module)));
        allowed.add(carried);
        classes().that().resideInAPackage(module).should().onlyDependOnClassesThat()
                .resideInAnyPackage(allowed.toArray(String[]::new)).check(ours);
    }

    @ParameterizedTest(name = "{0} knows the api, codegen and its natives")
    @CsvSource({
        "org.rebind.backend.aparapi.., org.bytedeco.. com.aparapi.. org.codehaus.. org.rebind.bindings.aparapi..",
        "org.rebind.backend.opencl.., org.bytedeco..",
        "org.rebind.backend.cuda.., org.bytedeco..",
        "org.rebind.tck.., org.junit.. org.opentest4j.. org.apiguardian.. com.google.gson..",
    })
    void backendsAndTheirKit(String module, String natives) {
        List<String> allowed = new ArrayList<>(List.of(with(module)));
        allowed.addAll(List.of(natives.split(" ")));
        if (module.contains("backend")) {
            allowed.add("org.rebind.codegen..");
        }
        classes().that().resideInAPackage(module).should().onlyDependOnClassesThat()
                .resideInAnyPackage(allowed.toArray(String[]::new)).check(ours);
    }

    @ParameterizedTest(name = "{0} stays inside {1}")
    @CsvSource({
        "org.rebind.internal.., org.rebind",
        "org.rebind.tracer.internal.., org.rebind.tracer..",
        "org.rebind.cachesvc.internal.., org.rebind.cachesvc..",
        "org.rebind.codegen.internal.., org.rebind.codegen..",
        "org.rebind.backend.aparapi.internal.., org.rebind.backend.aparapi..",
        "org.rebind.backend.opencl.internal.., org.rebind.backend.opencl..",
        "org.rebind.backend.cuda.internal.., org.rebind.backend.cuda..",
    })
    void internalPackagesStayInside(String internal, String home) {
        noClasses().that(resideInAPackage(internal).or(resideInAPackage(home)).negate())
                .should().dependOnClassesThat().resideInAPackage(internal).check(ours);
    }

    @Test
    void examplesUseWhatUsersUse() {
        noClasses().that().resideInAPackage("org.rebind.examples..").should().dependOnClassesThat()
                .resideInAPackage("org.rebind..internal..").check(ours);
    }

    @Test
    void namesSayWhatAClassIs() {
        noClasses().that().resideInAPackage("org.rebind..").should().haveSimpleNameEndingWith("Impl")
                .orShould().haveSimpleNameEndingWith("Manager").orShould().haveSimpleNameEndingWith("Util")
                .orShould().haveSimpleNameEndingWith("Utils").orShould().haveSimpleNameEndingWith("Helper").check(ours);
    }

    private static String[] with(String module) {
        List<String> all = new ArrayList<>(List.of(API));
        all.addAll(List.of(PLATFORM));
        all.add(module);
        return all.toArray(String[]::new);
    }
}
