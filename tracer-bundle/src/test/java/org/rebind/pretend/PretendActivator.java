package org.rebind.pretend;

import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.rebind.backend.Backend;

/**
 * Starts a bundle that holds a pretend backend: named by the header {@code Pretend-Name}, with its ledger in the system
 * property object {@value #LEDGER}, where tests of other bundles find it.
 */
public final class PretendActivator implements BundleActivator {
    public static final String LEDGER = "rebind.pretend.ledger";

    private PretendBackend backend;
    private ServiceRegistration<Backend> registration;

    /** The ledger of this JVM. */
    @SuppressWarnings("unchecked")
    public static Map<String, AtomicLong> ledger() {
        return (Map<String, AtomicLong>) System.getProperties().computeIfAbsent(LEDGER, k -> new ConcurrentHashMap<>());
    }

    @Override
    public void start(BundleContext context) {
        String name = context.getBundle().getHeaders().get("Pretend-Name");
        int ranking = Integer.parseInt(context.getBundle().getHeaders().get("Pretend-Ranking"));
        backend = new PretendBackend(name, ranking, ledger());
        Hashtable<String, Object> properties = new Hashtable<>();
        properties.put(Backend.PROPERTY_NAME, name);
        properties.put(Backend.PROPERTY_KIND, backend.kind().name());
        properties.put(Constants.SERVICE_RANKING, ranking);
        registration = context.registerService(Backend.class, backend, properties);
    }

    @Override
    public void stop(BundleContext context) {
        registration.unregister();
        backend.close();
    }
}
