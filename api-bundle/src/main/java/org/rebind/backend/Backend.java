package org.rebind.backend;

import java.util.List;
import org.rebind.graph.Graph;

/**
 * Compiles graphs for one device. An OSGi service, one a usable device, registered only while the device works (after a
 * small self-test); on a plain class path made by a {@link BackendProvider}. Service properties are
 * {@link #PROPERTY_NAME}, {@link #PROPERTY_KIND} and {@code service.ranking}. All methods may be called from any thread.
 *
 * <p>Departure: the service is unregistered first. Rebind then lets running calls finish, reads live buffers back to the
 * host and closes executables and buffers, all before the unregistration returns; then the backend frees its device.
 */
public interface Backend extends AutoCloseable {
    /** Service property: {@link #name()}. */
    String PROPERTY_NAME = "rebind.backend.name";
    /** Service property: name of the {@link DeviceKind}. */
    String PROPERTY_KIND = "rebind.backend.kind";

    /** Short stable name users choose by, for instance {@code cuda}; several devices append a number, {@code cuda-1}. */
    String name();

    /** Version of the code that compiles, part of the cache key. */
    String version();

    Device device();

    /** Preference among backends where nothing was configured, higher first; {@code service.ranking} in a container. */
    default int ranking() {
        return 0;
    }

    /** Whether {@link #compile} can take this graph; cheap, and never throws. */
    Support supports(Graph graph);

    /**
     * Compiles. May be slow; called by background threads as well.
     *
     * @param graph well formed and supported
     * @throws BackendException of kind COMPILE, OUT_OF_MEMORY or DEVICE_LOST
     */
    Executable compile(Graph graph, ExecutableOptions options);

    /**
     * A hint that these graphs will be compiled soon, in this order: a backend whose compiler is slow to start can compile
     * their kernels together, in the calling thread. Changes no result. What cannot be prepared, for instance because it
     * is not supported, is left out without a word: {@link #compile} reports it.
     */
    default void prepare(List<Graph> graphs, ExecutableOptions options) {
    }

    /** Frees the device. Called once, by whoever discovered the backend, after it has departed; idempotent. */
    @Override
    default void close() {
    }
}
