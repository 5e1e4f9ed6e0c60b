package org.rebind.itests.container;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;

/**
 * Bundles with a backend for a pretend device, packed from the tracer's test classes and the interpreter, of which each
 * bundle has its own copy.
 */
public final class PretendBundles {
    private PretendBundles() {
    }

    public static InputStream bundle(String name, int ranking, String version) throws IOException {
        Manifest m = new Manifest();
        Attributes a = m.getMainAttributes();
        a.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        a.putValue("Bundle-ManifestVersion", "2");
        a.putValue("Bundle-SymbolicName", "org.rebind.pretend." + name);
        a.putValue("Bundle-Version", version);
        a.putValue("Bundle-Activator", "org.rebind.pretend.PretendActivator");
        a.putValue("Import-Package", "org.osgi.framework,org.rebind,org.rebind.backend,org.rebind.graph");
        a.putValue("Provide-Capability", "rebind.backend;rebind.backend=" + name
                + ";version:Version=0.1.0;kind=ACCELERATOR");
        a.putValue("Pretend-Name", name);
        a.putValue("Pretend-Ranking", Integer.toString(ranking));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes, m)) {
            jar.setLevel(Deflater.NO_COMPRESSION); // storms make hundreds
            Path tracer = Path.of(System.getProperty("rebind.root"), "tracer-bundle", "target");
            pack(jar, tracer.resolve("test-classes"), "org/rebind/pretend");
            pack(jar, tracer.resolve("classes"), "org/rebind/tracer/internal/interpret");
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    private static void pack(JarOutputStream jar, Path root, String folder) throws IOException {
        try (Stream<Path> files = Files.list(root.resolve(folder))) {
            for (Path f : files.filter(p -> p.toString().endsWith(".class")).sorted().toList()) {
                jar.putNextEntry(new ZipEntry(folder + "/" + f.getFileName()));
                Files.copy(f, jar);
                jar.closeEntry();
            }
        }
    }

    /** What the pretend devices count and obey, see {@code org.rebind.pretend.PretendBackend}. */
    @SuppressWarnings("unchecked")
    static Map<String, AtomicLong> ledger() {
        return (Map<String, AtomicLong>) System.getProperties().computeIfAbsent("rebind.pretend.ledger",
                k -> new ConcurrentHashMap<>());
    }
}
