package org.rebind.tracer.internal.backends;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import org.junit.jupiter.api.Test;

/** The backends of a plain class path, in a class loader of their own, as others of this process have found them already. */
class ClassPathTest {
    private static final String SETTING = Settings.PID + ".hang.millis";

    @Test
    void aWrongSettingIsTheSameErrorForEveryCaller() throws Exception {
        String[] path = System.getProperty("java.class.path").split(File.pathSeparator);
        URL[] urls = new URL[path.length];
        for (int i = 0; i < path.length; i++) {
            urls[i] = new File(path[i]).toURI().toURL();
        }
        try (URLClassLoader fresh = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
            Method found = fresh.loadClass(Backends.class.getName()).getMethod("onClassPath");
            System.setProperty(SETTING, "soon");
            try {
                for (int i = 0; i < 2; i++) {
                    Throwable e = assertThrows(InvocationTargetException.class, () -> found.invoke(null)).getCause();
                    assertEquals("org.rebind.ArgumentException: system property " + SETTING
                            + ": expected a whole number, got 'soon'", e.toString());
                }
            } finally {
                System.clearProperty(SETTING);
            }
        }
    }
}
