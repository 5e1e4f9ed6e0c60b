package org.rebind.backend.opencl.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** The component without a device: a configuration that cannot be. */
class OpenClBackendsTest {
    private static <T> T proxy(Class<T> type, InvocationHandler answers) {
        return type.cast(Proxy.newProxyInstance(OpenClBackendsTest.class.getClassLoader(), new Class<?>[] {type}, answers));
    }

    @Test
    void aBadConfigurationIsAReasonAndTheComponentLivesToSeeABetterOne() {
        List<String> registered = new ArrayList<>();
        OpenClBackends.Config config = proxy(OpenClBackends.Config.class, (self, method, args) ->
                method.getName().equals("memoryMode") ? "quick" : method.getDefaultValue());
        BundleContext context = proxy(BundleContext.class, (self, method, args) -> {
            registered.add(args[1].toString());
            return proxy(ServiceRegistration.class, (r, m, none) -> null);
        });
        new OpenClBackends(context, config).stop();
        assertEquals(1, registered.size(), registered.toString());
        assertTrue(registered.get(0).startsWith("opencl: declined") && registered.get(0).contains("quick"), registered.get(0));
    }
}
