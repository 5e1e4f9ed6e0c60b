package org.rebind.tracer.internal.backends;

import java.lang.System.Logger.Level;
import java.util.Iterator;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.rebind.DeclinedBackend;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendProvider;
import org.rebind.backend.Discovery;
import org.rebind.cache.CacheService;
import org.rebind.tracer.internal.interpret.InterpreterBackend;

/** The backends of a plain class path, found once by the service loader; settings come from system properties. */
final class ClassPathBackends {
    private static final System.Logger LOG = System.getLogger(ClassPathBackends.class.getName());

    private ClassPathBackends() {
    }

    static Backends discover() {
        Backends backends = new Backends(new InterpreterBackend(), Settings.ofProperties(System::getProperty));
        ClassLoader loader = Backends.class.getClassLoader();
        ServiceLoader.load(CacheService.class, loader).findFirst().ifPresent(backends::use);
        Iterator<BackendProvider> providers = ServiceLoader.load(BackendProvider.class, loader).iterator();
        while (hasNext(providers)) {
            try {
                BackendProvider p = providers.next();
                if (!p.name().equals(InterpreterBackend.NAME)) { // built in
                    take(p.discover(), backends);
                }
            } catch (RuntimeException | Error e) {
                LOG.log(Level.WARNING, "a backend provider is not used, it failed: {0}", Texts.of(e));
            }
        }
        return backends;
    }

    /** An unreadable services file ends the search; an endless one cannot be, as each error is thrown once a file. */
    private static boolean hasNext(Iterator<BackendProvider> providers) {
        while (true) {
            try {
                return providers.hasNext();
            } catch (ServiceConfigurationError e) {
                LOG.log(Level.WARNING, "a list of backend providers cannot be read: {0}", Texts.of(e));
            }
        }
    }

    private static void take(Discovery found, Backends backends) {
        for (Backend b : found.backends()) {
            backends.add(b, b.ranking());
        }
        for (DeclinedBackend d : found.declined()) {
            LOG.log(Level.INFO, "backend {0}", d.toString());
            backends.decline(d);
        }
    }
}
