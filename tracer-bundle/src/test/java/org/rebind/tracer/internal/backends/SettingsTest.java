package org.rebind.tracer.internal.backends;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.rebind.ArgumentException;

/** Names in settings, however they come: as an array, as one value of a properties file, as a system property. */
class SettingsTest {
    private static final List<String> NAMES = List.of("cuda", "opencl");

    /** What the service component runtime makes of a configuration: a single string is an array of one. */
    private static Settings configured(Map<String, String[]> values) {
        return Settings.of(config(values));
    }

    private static Settings.Config config(Map<String, ?> values) {
        return (Settings.Config) Proxy.newProxyInstance(SettingsTest.class.getClassLoader(),
                new Class<?>[] {Settings.Config.class},
                (self, method, args) -> values.containsKey(method.getName())
                        ? values.get(method.getName()) : method.getDefaultValue());
    }

    @Test
    void namesOfAnArray() {
        assertEquals(NAMES, configured(Map.of("prefer", new String[] {"cuda", " opencl "})).prefer());
    }

    @Test
    void namesInOneValueAsAPropertiesFileHasThem() {
        Settings s = configured(Map.of("prefer", new String[] {"cuda, opencl"}, "deny", new String[] {"x,y,"},
                "allow", new String[] {""}));
        assertEquals(NAMES, s.prefer());
        assertFalse(s.allows("y"));
        assertTrue(s.allows("cuda"));
    }

    /** A component that does not start is not started by the next configuration either. */
    @Test
    void aRuntimeStartsWithABadConfigurationAndCanBeGivenABetterOne() {
        ContainerBackends backends = new ContainerBackends(config(Map.of("background_threads", 0)));
        backends.start(context());
        backends.configure(config(Map.of("background_threads", 1)));
        assertThrows(ArgumentException.class, () -> backends.configure(config(Map.of("hang_millis", -1L))));
        backends.stop();
    }

    /** That takes any service. */
    private static BundleContext context() {
        ClassLoader loader = SettingsTest.class.getClassLoader();
        Object registration = Proxy.newProxyInstance(loader, new Class<?>[] {ServiceRegistration.class},
                (self, method, args) -> null);
        return (BundleContext) Proxy.newProxyInstance(loader, new Class<?>[] {BundleContext.class},
                (self, method, args) -> registration);
    }

    @Test
    void namesOfASystemProperty() {
        assertEquals(NAMES, Settings.ofProperties(Map.of("org.rebind.prefer", "cuda,opencl")::get).prefer());
    }
}
