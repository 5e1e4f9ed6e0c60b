package org.rebind.tck;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.security.CodeSource;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;

/**
 * Loads the classes of one jar or folder anew, as an update of a bundle does; all others come from its parent. Folders that
 * share a package with it (classes and their tests) are loaded anew with it, as one loader must have a whole package.
 */
final class FreshLoader extends URLClassLoader {
    private FreshLoader(Set<URL> own, ClassLoader parent) {
        super(own.toArray(URL[]::new), parent);
    }

    /** @param c a class of the jar or folder */
    static ClassLoader of(Class<?> c) throws IOException {
        CodeSource source = c.getProtectionDomain().getCodeSource();
        Assumptions.assumeTrue(source != null, "where " + c.getName() + " was loaded from is not known");
        Set<URL> own = new LinkedHashSet<>();
        own.add(source.getLocation());
        String folder = c.getPackageName().replace('.', '/') + "/";
        for (URL u : Collections.list(c.getClassLoader().getResources(folder))) {
            if (u.getProtocol().equals("file")) {
                String path = u.toString();
                own.add(new URL(path.substring(0, path.length() - folder.length())));
            }
        }
        return new FreshLoader(own, c.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> c = findLoadedClass(name);
            if (c == null) {
                try {
                    c = findClass(name);
                } catch (ClassNotFoundException e) {
                    c = super.loadClass(name, false);
                }
            }
            if (resolve) {
                resolveClass(c);
            }
            return c;
        }
    }
}
