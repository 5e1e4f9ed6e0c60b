package org.rebind.backend.aparapi.internal;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.rebind.backend.BackendServices;

/** Registers the CPU backend, or the reason why there is none, while its bundle is active. */
@Component(service = {}, immediate = true)
public final class CpuComponent {
    private final BackendServices services;

    @Activate
    public CpuComponent(BundleContext context) {
        services = new BackendServices(context, new CpuProvider().discover());
    }

    /** Unregisters first, which lets running calls end; then closes. */
    @Deactivate
    public void stop() {
        services.close();
    }
}
