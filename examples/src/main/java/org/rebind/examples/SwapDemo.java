package org.rebind.examples;

import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Shows a hot swap: starts a container with a load in it, deploys a backend into it and removes it again, and draws
 * throughput and backend every 100 ms, in the terminal and as an SVG.
 *
 * With {@code --beside} another backend is there all the time; without, the interpreter is what is left.
 *
 * <pre>rebind swap [--svg FILE] [--backend NAME|JAR] [--beside NAME|JAR] [--threads N] [--size N] [--seconds N]</pre>
 */
public final class SwapDemo {
    private SwapDemo() {
    }

    public static void main(String[] args) throws Exception {
        String home = System.getProperty("rebind.home");
        if (home == null) {
            System.err.println("swap: the folder of the distribution is not known; start it as ./rebind swap");
            System.exit(2);
        }
        // The framework and the stage get a loader of their own, so that only the container sees Rebind's bundles.
        List<URL> urls = new ArrayList<>();
        urls.add(only(Path.of(home, "lib"), "org.apache.felix.main-*.jar").toUri().toURL());
        urls.add(SwapDemo.class.getProtectionDomain().getCodeSource().getLocation());
        int status;
        try (URLClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new),
                ClassLoader.getPlatformClassLoader())) {
            status = (int) loader.loadClass("org.rebind.examples.SwapStage").getMethod("run", Path.class, String[].class)
                    .invoke(null, Path.of(home), args);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException wrong) {
                System.err.println("swap: " + wrong.getMessage());
                System.exit(2);
            }
            throw e;
        }
        System.exit(status);
    }

    private static Path only(Path folder, String pattern) throws Exception {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, pattern)) {
            for (Path p : found) {
                return p;
            }
        }
        throw new IllegalStateException("no " + pattern + " in " + folder);
    }
}
