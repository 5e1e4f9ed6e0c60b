package org.rebind.itests.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/** The bundles of this build as files: their jars and manifests. */
final class Modules {
    /** Ours with code of ours in them, in the order data flows. */
    static final List<String> BUNDLES = List.of("api-bundle", "tracer-bundle", "cache-bundle", "codegen-bundle",
            "backend-aparapi-cpu", "backend-opencl", "backend-cuda", "backend-tck", "examples");
    static final List<String> BINDINGS = List.of("bindings/bytedeco-bindings", "bindings/dnnl-bindings",
            "bindings/aparapi-bindings");

    private Modules() {
    }

    static Path jar(String module) {
        String name = module.substring(module.lastIndexOf('/') + 1);
        return Path.of(System.getProperty("rebind.root"), module, "target",
                name + "-" + System.getProperty("rebind.version") + ".jar");
    }

    static Manifest manifest(String module) {
        try (JarFile jar = new JarFile(jar(module).toFile())) {
            return jar.getManifest();
        } catch (IOException e) {
            throw new UncheckedIOException("no jar of " + module + ": build it first (mvn package)", e);
        }
    }
}
