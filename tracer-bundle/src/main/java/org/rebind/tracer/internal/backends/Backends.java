package org.rebind.tracer.internal.backends;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.rebind.BackendStatus;
import org.rebind.DeclinedBackend;
import org.rebind.backend.Backend;
import org.rebind.backend.ExecutableOptions;
import org.rebind.cache.CacheService;
import org.rebind.graph.Graph;

/**
 * The backends there are now, and which bound graph runs on which. Thread-safe: every reader takes one immutable
 * {@link Snapshot}; each change makes a new one and then moves the bound graphs.
 */
public final class Backends implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Backends.class.getName());
    private static volatile Backends onClassPath;

    private final Object lock = new Object(); // makes snapshots one after the other; never held while anything waits
    private final ExecutableStore store = new ExecutableStore();
    private final Background background;
    private final Rebinding rebinding;
    private final List<DeclinedBackend> declined = new CopyOnWriteArrayList<>();
    private final Set<BackendSlot> leaving = ConcurrentHashMap.newKeySet(); // departed, perhaps with something still to close
    private final AtomicLong generations = new AtomicLong();
    private volatile Snapshot snapshot;
    private volatile Runnable onChange = () -> { };

    /** With no backend but the last resort, and default settings. */
    public Backends(Backend lastResort) {
        this(lastResort, Settings.DEFAULT);
    }

    /** The backends of a plain class path, found at the first call. @throws org.rebind.ArgumentException if a system property is no setting */
    public static Backends onClassPath() {
        Backends b = onClassPath;
        return b != null ? b : findOnClassPath();
    }

    /** Not in a static initialiser: it would tell only the first caller what is wrong, and by an Error. */
    private static synchronized Backends findOnClassPath() {
        if (onClassPath == null) {
            onClassPath = ClassPathBackends.discover();
        }
        return onClassPath;
    }

    Backends(Backend lastResort, Settings settings) {
        background = new Background(settings.backgroundThreads());
        rebinding = new Rebinding(() -> snapshot, store, background, this::changed);
        snapshot = Snapshot.of(List.of(new BackendSlot(lastResort, Integer.MIN_VALUE, 0, true)), settings);
        background.every(Housekeeping.PERIOD_MILLIS, new Housekeeping(rebinding, background)::run);
    }

    Snapshot snapshot() {
        return snapshot;
    }

    /** Takes up a cache service; without one, equal graphs do not share executables. */
    public void use(CacheService service) {
        store.use(service, snapshot.settings().maxExecutables());
    }

    /** Called, by some thread, after the backends or their health have changed. */
    void onChange(Runnable listener) {
        onChange = listener;
    }

    void configure(Settings settings) {
        synchronized (lock) {
            snapshot = Snapshot.of(snapshot.slots(), settings);
        }
        background.resize(settings.backgroundThreads());
        changed();
    }

    /**
     * A backend arrives: functions it suits better move to it in the background, and no call waits for that. One with
     * the name of another is a new arrival, preferred to the older of that name.
     */
    public void add(Backend backend, int ranking) {
        BackendSlot slot;
        try {
            slot = new BackendSlot(backend, ranking, generations.incrementAndGet(), false);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "a backend is not used, it failed to introduce itself: {0}", Texts.of(e));
            return;
        }
        synchronized (lock) {
            List<BackendSlot> slots = new ArrayList<>(snapshot.slots());
            slots.add(slot);
            snapshot = Snapshot.of(slots, snapshot.settings());
        }
        LOG.log(Level.INFO, "backend {0} {1} is here: kind {2}, ranking {3}", slot.toString(), slot.version,
                slot.kind.toString(), Integer.toString(ranking));
        rebinding.announce(slot);
        changed();
    }

    /** A backend that is installed says that it cannot be used here. */
    public void decline(DeclinedBackend backend) {
        declined.add(backend);
    }

    void forget(DeclinedBackend backend) {
        declined.remove(backend);
    }

    /** The backends that are installed and cannot be used here, and why. */
    public List<DeclinedBackend> declined() {
        return List.copyOf(declined);
    }

    /** A backend's ranking has changed. */
    public void rerank(Backend backend, int ranking) {
        synchronized (lock) {
            List<BackendSlot> slots = snapshot.slots();
            slots.stream().filter(s -> s.is(backend)).forEach(s -> s.ranking = ranking);
            snapshot = Snapshot.of(slots, snapshot.settings());
        }
        changed();
    }

    /**
     * A backend departs. When this returns, no call runs on it, its tensors are on the host, its executables and
     * buffers are closed and nothing here refers to it; except after a hung call, which is logged.
     */
    public void remove(Backend backend) {
        BackendSlot slot;
        synchronized (lock) {
            slot = snapshot.slots().stream().filter(s -> !s.lastResort && s.is(backend)).findFirst().orElse(null);
            if (slot == null) {
                return;
            }
            List<BackendSlot> slots = new ArrayList<>(snapshot.slots());
            slots.remove(slot);
            leaving.add(slot);
            snapshot = Snapshot.of(slots, snapshot.settings());
        }
        new Departure(rebinding, store).run(slot, snapshot.settings(), this::changed);
        forgetSettled();
        background.execute(() -> onChange.run());
    }

    private void changed() {
        rebinding.rebindAll();
        background.execute(() -> onChange.run());
    }

    /**
     * Compiles now, on the best backend that supports the graph.
     *
     * @param explicitBackend name of the backend to use while it is there
     * @throws RuntimeException what the interpreter throws, if nothing can take the graph
     */
    public BoundGraph bind(Graph graph, ExecutableOptions options, Optional<String> explicitBackend) {
        return rebinding.bind(graph, options, explicitBackend);
    }

    /** The backends, best first, the interpreter last. */
    public List<BackendStatus> status() {
        Snapshot now = snapshot;
        return now.slots().stream().map(s -> new BackendStatus(s.name, s.version, s.deviceName, s.kind.name(),
                s.ranking, now.condition(s), rebinding.functions(s), s.properties)).toList();
    }

    /** Lets all backends depart and stops the background threads. */
    @Override
    public void close() {
        List<BackendSlot> gone;
        synchronized (lock) {
            gone = snapshot.slots().stream().filter(s -> !s.lastResort).toList();
            leaving.addAll(gone);
            snapshot = Snapshot.of(List.of(snapshot.lastResort()), snapshot.settings());
        }
        gone.forEach(s -> new Departure(rebinding, store).run(s, snapshot.settings(), () -> { }));
        store.clear();
        stopWhenSettled();
    }

    /** A call that has outlived the departure of its backend, now or before, leaves something to close when it ends. */
    private void stopWhenSettled() {
        forgetSettled();
        if (leaving.isEmpty()) {
            background.stop();
        } else {
            background.after(Housekeeping.PERIOD_MILLIS, this::stopWhenSettled);
        }
    }

    private void forgetSettled() {
        leaving.removeIf(s -> s.isDeparted() && s.isSettled());
    }
}
