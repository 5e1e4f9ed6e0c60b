package org.rebind.tracer.internal.backends;

import java.lang.System.Logger.Level;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.rebind.BackendStatus;
import org.rebind.DeclinedBackend;
import org.rebind.backend.Backend;
import org.rebind.cache.CacheService;
import org.rebind.tracer.internal.interpret.InterpreterBackend;

/**
 * The backends of a container: services that come and go, configured by Configuration Admin. Offers {@link Backends} as a
 * service whose properties tell everybody how the backends are: {@code rebind.health} is {@code ok} or {@code degraded},
 * {@code rebind.backends} names them, best first, {@code rebind.backend.NAME.health} says what is the matter with each.
 */
@Component(service = {}, immediate = true, configurationPid = Settings.PID)
@Capability(namespace = "osgi.service",
        attribute = "objectClass:List<String>=\"org.rebind.tracer.internal.backends.Backends\"")
@Designate(ocd = Settings.Config.class)
public final class ContainerBackends {
    private static final System.Logger LOG = System.getLogger(ContainerBackends.class.getName());

    private final Backends backends;
    private volatile ServiceRegistration<Backends> registration;

    @Activate
    public ContainerBackends(Settings.Config config) {
        backends = new Backends(new InterpreterBackend(), settings(config));
    }

    /** A component that fails to start is not tried again when its configuration is mended, so it starts with the defaults. */
    private static Settings settings(Settings.Config config) {
        try {
            return Settings.of(config);
        } catch (RuntimeException e) { // a value out of range, or none of the type
            LOG.log(Level.ERROR, "the configuration is not used, but the defaults: {0}", Texts.brief(e));
            return Settings.DEFAULT;
        }
    }

    /** After the backends that are there already have been bound. */
    @Activate
    void start(BundleContext context) {
        registration = context.registerService(Backends.class, backends, health());
        backends.onChange(this::showHealth);
        showHealth();
    }

    @Deactivate
    void stop() {
        backends.onChange(() -> { });
        registration.unregister();
        backends.close();
    }

    @Modified
    void configure(Settings.Config config) {
        backends.configure(Settings.of(config));
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindCache(CacheService service) {
        backends.use(service);
    }

    void unbindCache(CacheService service) {
        // its cache goes on working
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindBackend(Backend backend, Map<String, Object> properties) {
        backends.add(backend, ranking(backend, properties));
    }

    void updatedBackend(Backend backend, Map<String, Object> properties) {
        backends.rerank(backend, ranking(backend, properties));
    }

    void unbindBackend(Backend backend) {
        backends.remove(backend);
    }

    private static int ranking(Backend backend, Map<String, Object> properties) {
        return properties.get(Constants.SERVICE_RANKING) instanceof Integer r ? r : backend.ranking();
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindDeclined(DeclinedBackend declined) {
        backends.decline(declined);
    }

    void unbindDeclined(DeclinedBackend declined) {
        backends.forget(declined);
    }

    private synchronized void showHealth() {
        try {
            registration.setProperties(health());
        } catch (IllegalStateException e) {
            backends.onChange(() -> { }); // the service has been unregistered: nobody is left to be told
        }
    }

    private Dictionary<String, Object> health() {
        List<BackendStatus> all = backends.status();
        Hashtable<String, Object> properties = new Hashtable<>();
        properties.put("rebind.backends", all.stream().map(BackendStatus::name).toArray(String[]::new));
        properties.put("rebind.health", backends.snapshot().isWell() ? "ok" : "degraded");
        all.forEach(s -> properties.put("rebind.backend." + s.name() + ".health", s.health()));
        return properties;
    }
}
