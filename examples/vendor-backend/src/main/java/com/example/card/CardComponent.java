package com.example.card;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.rebind.backend.BackendServices;
import org.rebind.backend.DeviceKind;
import org.rebind.backend.ProvidesBackend;

/** Registers the card's backend while this bundle runs: drop the jar into deploy/, and running functions move to it. */
@Component(service = {}, immediate = true)
@ProvidesBackend(name = "card", kind = DeviceKind.ACCELERATOR)
public final class CardComponent {
    private final BackendServices services;

    @Activate
    public CardComponent(BundleContext context) {
        services = new BackendServices(context, new CardProvider().discover());
    }

    /** Rebind leaves the backend before its service is gone; only then does the card close. */
    @Deactivate
    public void stop() {
        services.close();
    }
}
