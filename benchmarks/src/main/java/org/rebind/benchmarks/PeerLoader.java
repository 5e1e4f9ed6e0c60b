package org.rebind.benchmarks;

import java.net.URL;
import java.net.URLClassLoader;

/**
 * A peer's classes: its own jars first, as some of its libraries are also Rebind's in another version; from us only the
 * benchmarks' own interfaces.
 */
final class PeerLoader extends URLClassLoader {
    static {
        registerAsParallelCapable();
    }

    PeerLoader(URL[] jars, ClassLoader parent) {
        super(jars, parent);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> found = findLoadedClass(name);
            if (found == null && (name.startsWith("java.") || name.startsWith("org.rebind."))
                    && !name.startsWith("org.rebind.benchmarks.peers.")) {
                return super.loadClass(name, resolve);
            }
            if (found == null) {
                try {
                    found = findClass(name);
                } catch (ClassNotFoundException notOurs) {
                    return super.loadClass(name, resolve);
                }
            }
            if (resolve) {
                resolveClass(found);
            }
            return found;
        }
    }

    @Override
    public URL getResource(String name) {
        URL own = findResource(name);
        return own != null ? own : super.getResource(name);
    }
}
