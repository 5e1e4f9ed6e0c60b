package org.rebind.tracer.internal.backends;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.rebind.backend.Backend;
import org.rebind.backend.Device;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.DeviceKind;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.DType;
import org.rebind.backend.Support;
import org.rebind.graph.Graph;
import org.rebind.tracer.internal.tensor.Home;
import org.rebind.tracer.internal.tensor.InFlight;

/**
 * One arrival of a backend, with what the runtime knows of it. A backend that comes again gets a new slot with a new
 * generation. Texts and numbers are copied, so that after {@link #forget} nothing here refers to a class of the backend.
 */
final class BackendSlot {
    private static final System.Logger LOG = System.getLogger(BackendSlot.class.getName());

    final String name;
    final String version;
    final String deviceName;
    final DeviceKind kind;
    volatile int ranking; // changes with the service property
    final long generation;
    final long memoryBytes;
    final boolean lastResort;
    final Map<String, String> properties;
    final Health health = new Health(System::nanoTime);
    final Home home;
    /** Executables compiled here and not yet closed, whoever closes them. */
    final AtomicInteger executables = new AtomicInteger();
    /** Whether somebody looks, now and then, after calls that hold actions up. */
    final AtomicBoolean attended = new AtomicBoolean();
    /** Compilations in flight, and whatever else asks the backend something outside calls. */
    final InFlight compiles = new InFlight();
    private volatile Backend backend;
    private volatile Boolean hostMemory;

    BackendSlot(Backend backend, int ranking, long generation, boolean lastResort) {
        Device device = backend.device();
        this.backend = backend;
        this.name = new String(backend.name());
        this.version = new String(backend.version());
        this.deviceName = new String(device.name());
        this.kind = device.kind();
        this.ranking = ranking;
        this.generation = generation;
        this.memoryBytes = device.memoryBytes();
        this.lastResort = lastResort;
        this.properties = Map.copyOf(new TreeMap<>(device.properties()));
        this.home = new Home(toString(), device);
    }

    boolean isDeparted() {
        return home.isDeparted();
    }

    boolean is(Backend other) {
        return backend == other;
    }

    /** The backend, for somebody counted in {@link #compiles} who has seen that it has not departed. */
    Backend backend() {
        return backend;
    }

    void forget() {
        backend = null;
    }

    /** Tells it which graphs will come, within its protection: never throws. */
    void prepare(List<Graph> graphs, ExecutableOptions options) {
        int token = compiles.enter();
        try {
            Backend b = backend;
            if (!isDeparted() && b != null) {
                b.prepare(graphs, options);
            }
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.DEBUG, "backend {0}: prepare() threw {1}", name, Texts.brief(e));
        } finally {
            compiles.exit(token);
        }
    }

    /** Whether it takes the graph, asked within its protection: never throws. */
    Support supports(Graph graph) {
        int token = compiles.enter();
        try {
            Backend b = backend;
            if (isDeparted() || b == null) {
                return Support.no("it is departing");
            }
            Support s = b.supports(graph);
            return s == null ? Support.no("its supports() answered null") : s;
        } catch (RuntimeException | Error e) {
            return Support.no("its supports() threw " + Texts.brief(e));
        } finally {
            compiles.exit(token);
        }
    }

    /** Whether the device works on host memory, found by uploading one element. Counted in {@link #compiles}. */
    boolean worksOnHostMemory() {
        Boolean known = hostMemory;
        if (known == null) {
            HostBuffer probe = HostBuffer.allocate(DType.FLOAT32, 1);
            DeviceBuffer uploaded = backend.device().upload(probe);
            known = uploaded == probe;
            if (!known) {
                uploaded.close();
            }
            hostMemory = known;
        }
        return known;
    }

    /** After the departure: whether nothing of the backend is open or running any more. Once true, it stays true. */
    boolean isSettled() {
        return executables.get() == 0 && home.isEmpty() && compiles.isIdle() && home.calls().isIdle();
    }

    /** For instance {@code cuda (NVIDIA H200)}. */
    @Override
    public String toString() {
        return name + " (" + deviceName + ")";
    }
}
