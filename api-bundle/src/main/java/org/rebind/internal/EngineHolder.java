package org.rebind.internal;

import java.util.Iterator;
import java.util.ServiceLoader;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.rebind.Engine;

/**
 * Where the static methods find the engine: the service in a container (as it comes and goes), else the first
 * ServiceLoader provider.
 */
@Component(service = {}, immediate = true)
public final class EngineHolder {
    private static volatile Engine service;
    private static volatile Engine loaded;

    /** Loaded on first use without a service, once. */
    private static final class ClassPath {
        static final Engine ENGINE = load();

        private static Engine load() {
            Iterator<Engine> found = ServiceLoader.load(Engine.class, Engine.class.getClassLoader()).iterator();
            loaded = found.hasNext() ? found.next() : null;
            return loaded;
        }
    }

    @Activate
    public EngineHolder() {
        // made by the service component runtime
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bind(Engine engine) {
        service = engine;
    }

    void unbind(Engine engine) {
        if (service == engine) {
            service = null;
        }
    }

    /** The engine if something has needed one already, else null: without one there is no trace. */
    static Engine inUse() {
        Engine e = service;
        return e != null ? e : loaded;
    }

    /** The engine now, or null. */
    public static Engine current() {
        Engine e = service;
        return e != null ? e : ClassPath.ENGINE;
    }
}
