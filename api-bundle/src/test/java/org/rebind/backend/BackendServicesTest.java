package org.rebind.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** Closing the services of a bundle, where natives may fail as they like. */
class BackendServicesTest {
    private final List<String> events = new ArrayList<>();

    private static <T> T proxy(Class<T> type, Function<String, Object> answers) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (self, method, args) -> answers.apply(method.getName())));
    }

    private Backend backend(String name, Throwable failure) {
        Device device = proxy(Device.class, method -> switch (method) {
            case "kind" -> DeviceKind.ACCELERATOR;
            case "properties" -> Map.of();
            default -> name;
        });
        return (Backend) Proxy.newProxyInstance(Backend.class.getClassLoader(), new Class<?>[] {Backend.class},
                (self, method, args) -> switch (method.getName()) {
                    case "device" -> device;
                    case "ranking" -> 0;
                    case "close" -> {
                        events.add("close " + name);
                        if (failure != null) {
                            throw failure;
                        }
                        yield null;
                    }
                    default -> name;
                });
    }

    private BundleContext context() {
        return proxy(BundleContext.class, method -> proxy(ServiceRegistration.class, m -> {
            if (m.equals("unregister")) {
                events.add(m);
            }
            return m;
        }));
    }

    @Test
    void oneThatFailsToCloseKeepsNoOtherOpen() {
        new BackendServices(context(), new Discovery(List.of(backend("a", new IllegalStateException("planned")),
                backend("b", new NoClassDefFoundError("planned/Missing")), backend("c", null)), List.of())).close();
        assertEquals(List.of("unregister", "unregister", "unregister", "close a", "close b", "close c"), events);
    }
}
