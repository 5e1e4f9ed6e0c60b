package org.rebind.backend;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.annotation.bundle.Attribute;
import org.osgi.annotation.bundle.Capability;

/**
 * Says in a bundle's manifest which backend it brings, as a capability in the namespace {@value #NAMESPACE}, so that a
 * resolver can pull one in: {@code Require-Capability: rebind.backend;filter:="(&(rebind.backend=cuda)(version>=0.1))"}.
 * Put on the backend's package or component; bnd writes the header.
 */
@Target({ElementType.TYPE, ElementType.PACKAGE})
@Retention(RetentionPolicy.CLASS)
@Capability(namespace = ProvidesBackend.NAMESPACE, version = ProvidesBackend.VERSION)
public @interface ProvidesBackend {
    /** Of the capability; its attribute of this name is the backend's name. */
    String NAMESPACE = "rebind.backend";
    /** Of the backend SPI that this annotation comes with; what a requirement's version range is compared with. */
    String VERSION = "0.1.0";

    /** As {@link Backend#name()}. */
    @Attribute(NAMESPACE)
    String name();

    /** As {@link Device#kind()}: the kinds its devices may be of. */
    @Attribute("kind")
    DeviceKind[] kind();
}
