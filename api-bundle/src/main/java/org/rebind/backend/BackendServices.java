package org.rebind.backend;

import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.rebind.DeclinedBackend;

/**
 * What a provider found, as services: a {@link Backend} service for each backend, with its properties, and a
 * {@link DeclinedBackend} service for each device that cannot be used. A backend's component makes one when it starts and
 * closes it when it stops. Owns the backends. For containers: on a plain class path nothing loads this class.
 */
public final class BackendServices implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(BackendServices.class.getName());

    private final List<Backend> backends;
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();

    /** Registers; a failure leaves nothing registered and every backend closed. */
    public BackendServices(BundleContext context, Discovery found) {
        backends = found.backends();
        try {
            for (Backend b : backends) {
                registrations.add(context.registerService(Backend.class, b, properties(b)));
                LOG.log(System.Logger.Level.INFO, "backend {0}: {1}", b.name(), b.device().name());
            }
            for (DeclinedBackend d : found.declined()) {
                registrations.add(context.registerService(DeclinedBackend.class, d, null));
                LOG.log(System.Logger.Level.INFO, "backend {0}", d);
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private static Hashtable<String, Object> properties(Backend b) {
        Hashtable<String, Object> p = new Hashtable<>();
        b.device().properties().forEach((k, v) -> p.put("rebind.device." + k, v));
        p.put(Backend.PROPERTY_NAME, b.name());
        p.put(Backend.PROPERTY_KIND, b.device().kind().name());
        p.put(Constants.SERVICE_RANKING, b.ranking());
        return p;
    }

    /**
     * Unregisters all, so that whoever uses a backend has left it, and then closes them. One that fails to close is
     * logged and keeps no other open. Called by one thread at a time, as often as it likes.
     */
    @Override
    public void close() {
        for (ServiceRegistration<?> r : registrations) {
            quietly("unregister " + r, r::unregister);
        }
        registrations.clear();
        backends.forEach(b -> quietly("close backend " + b.name(), b::close));
    }

    private static void quietly(String what, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) { // natives that do not link, for instance
            LOG.log(System.Logger.Level.WARNING, "failed to " + what, e);
        }
    }
}
