package org.rebind.itests.container;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;

/** Every bundle of ours resolves and starts in a bare container; the bindings share one class loader. */
@RunWith(PaxExam.class)
public class BundlesResolveTest {
    @Inject
    private BundleContext context;

    @Configuration
    public Option[] container() {
        return options(Container.runtime(), Container.rebind());
    }

    @Test
    public void runsOnTheFrameworkAsked() {
        String framework = context.getBundle(0).getSymbolicName();
        String asked = context.getProperty("rebind.itest.framework");
        assertEquals("felix".equals(asked) ? "org.apache.felix.framework" : "org.eclipse.osgi", framework);
    }

    @Test
    public void everyBundleStarts() {
        Map<String, String> states = new TreeMap<>();
        for (Bundle bundle : ours()) {
            boolean fragment = bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null;
            int wanted = fragment ? Bundle.RESOLVED : Bundle.ACTIVE;
            if (bundle.getState() != wanted) {
                states.put(bundle.getSymbolicName(), "state " + bundle.getState() + ", expected " + wanted);
            }
        }
        assertTrue(states.toString(), states.isEmpty());
        assertEquals(Container.BUNDLES.length + 1, ours().length);
    }

    @Test
    public void oneLoaderDefinesAllNativeBindings() throws Exception {
        Bundle host = bundle("org.rebind.bindings.bytedeco");
        ClassLoader loader = host.loadClass("org.bytedeco.javacpp.Loader").getClassLoader();
        for (String name : new String[] {"org.bytedeco.opencl.global.OpenCL", "org.bytedeco.cuda.global.cudart",
                "org.bytedeco.dnnl.global.dnnl"}) {
            assertEquals(name, loader, host.loadClass(name).getClassLoader());
        }
    }

    @Test
    public void nativeCodeOfTheFragmentLoads() throws Exception {
        Bundle host = bundle("org.rebind.bindings.bytedeco");
        Class<?> dnnl = host.loadClass("org.bytedeco.dnnl.global.dnnl");
        Object version = dnnl.getMethod("dnnl_version").invoke(null);
        assertNotNull(version);
        int major = (int) version.getClass().getMethod("major").invoke(version);
        assertEquals(3, major);
    }

    private Bundle bundle(String name) {
        return Arrays.stream(ours()).filter(b -> name.equals(b.getSymbolicName())).findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not there, only " + Arrays.stream(ours())
                        .map(Bundle::getSymbolicName).collect(Collectors.joining(", "))));
    }

    private Bundle[] ours() {
        return Arrays.stream(context.getBundles()).filter(b -> b.getSymbolicName() != null
                && b.getSymbolicName().startsWith("org.rebind.")).toArray(Bundle[]::new);
    }
}
