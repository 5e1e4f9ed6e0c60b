package org.rebind.itests.container;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.junitBundles;
import static org.ops4j.pax.exam.CoreOptions.mavenBundle;
import static org.ops4j.pax.exam.CoreOptions.systemPackage;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;

import java.io.File;
import org.ops4j.pax.exam.Option;

/** What the container of these tests holds: exactly what the distribution ships, so that a missing import fails here. */
final class Container {
    static final String[] BUNDLES = {"api-bundle", "tracer-bundle", "cache-bundle", "codegen-bundle",
            "bindings/bytedeco-bindings", "bindings/aparapi-bindings", "backend-aparapi-cpu", "backend-opencl",
            "backend-cuda"};

    private Container() {
    }

    /** Service component runtime, configuration and their few API bundles. */
    static Option runtime() {
        return composite(felix("scr"), felix("configadmin"), felix("metatype"), osgi("org.osgi.service.component"),
                osgi("org.osgi.util.promise"), osgi("org.osgi.util.function"), osgi("org.osgi.service.log"),
                junitBundles(),
                frameworkProperty("org.osgi.framework.storage.clean").value("onFirstInit"),
                systemProperty("org.ops4j.pax.logging.DefaultServiceLog.level").value("WARN"),
                systemProperty("org.ops4j.pax.url.mvn.localRepository")
                        .value(System.getProperty("org.ops4j.pax.url.mvn.localRepository")));
    }

    /** Every bundle of ours, oneDNN as the fragment it is, and vector code as the distribution lets it through. */
    static Option rebind() {
        Option[] ours = new Option[BUNDLES.length + 2];
        for (int i = 0; i < BUNDLES.length; i++) {
            ours[i] = ours(BUNDLES[i]);
        }
        ours[BUNDLES.length] = bundle(url("bindings/dnnl-bindings")).noStart();
        ours[BUNDLES.length + 1] = systemPackage("jdk.incubator.vector");
        return composite(ours);
    }

    static Option ours(String module) {
        return bundle(url(module));
    }

    /** The jar this build has just made; nothing is installed in a repository. */
    static String url(String module) {
        String name = module.substring(module.lastIndexOf('/') + 1);
        File jar = new File(System.getProperty("rebind.root"),
                module + "/target/" + name + "-" + System.getProperty("rebind.version") + ".jar");
        return jar.toURI().toString();
    }

    private static Option felix(String name) {
        return mavenBundle("org.apache.felix", "org.apache.felix." + name).versionAsInProject();
    }

    private static Option osgi(String name) {
        return mavenBundle("org.osgi", name).versionAsInProject();
    }
}
