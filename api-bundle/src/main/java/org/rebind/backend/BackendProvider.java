package org.rebind.backend;

/**
 * Finds the devices one kind of backend can use. On a plain class path providers are found by
 * {@link java.util.ServiceLoader}. In a container the backend's own component calls {@link #discover} when it starts and
 * makes {@link BackendServices} of what was found, which it closes when it stops.
 */
public interface BackendProvider {
    /** The common name of its backends, for instance {@code opencl}. */
    String name();

    /** Looks for devices and tests them. Never throws: what fails is declined with its reason. */
    Discovery discover();
}
