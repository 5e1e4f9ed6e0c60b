package org.rebind.itests.container;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;

/** A bundle can require a backend by name, version and device kind, and is refused where there is none such. */
@RunWith(PaxExam.class)
public class BackendCapabilityTest {
    private static final String NAMESPACE = "rebind.backend";

    @Inject
    private BundleContext context;

    @Configuration
    public Option[] container() {
        return options(Container.runtime(), Container.rebind());
    }

    @Test
    public void everyBackendOfOursProvidesIt() {
        Map<Object, Object> kinds = Arrays.stream(context.getBundles())
                .flatMap(b -> b.adapt(BundleRevision.class).getDeclaredCapabilities(NAMESPACE).stream())
                .collect(Collectors.toMap(c -> c.getAttributes().get(NAMESPACE), c -> c.getAttributes().get("kind")));
        assertEquals(Map.of("aparapi-cpu", List.of("CPU"), "cuda", List.of("GPU"), "opencl",
                List.of("GPU", "ACCELERATOR", "CPU")), kinds);
    }

    @Test
    public void aRequirementIsMetOrRefused() throws Exception {
        assertTrue(resolves("(&(rebind.backend=aparapi-cpu)(version>=0.1)(!(version>=1)))"));
        assertTrue(resolves("(kind=GPU)"));
        assertFalse(resolves("(&(rebind.backend=aparapi-cpu)(version>=99))"));
        assertFalse(resolves("(rebind.backend=abacus)"));
    }

    private boolean resolves(String filter) throws Exception {
        Bundle b = context.installBundle("wants:" + filter, wanting(filter));
        try {
            return context.getBundle(0).adapt(FrameworkWiring.class).resolveBundles(List.of(b));
        } finally {
            b.uninstall();
        }
    }

    private static InputStream wanting(String filter) throws IOException {
        Manifest m = new Manifest();
        Attributes a = m.getMainAttributes();
        a.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        a.putValue("Bundle-ManifestVersion", "2");
        a.putValue("Bundle-SymbolicName", "org.rebind.itests.wants");
        a.putValue("Require-Capability", NAMESPACE + ";filter:=\"" + filter + "\"");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new JarOutputStream(bytes, m).close();
        return new ByteArrayInputStream(bytes.toByteArray());
    }
}
