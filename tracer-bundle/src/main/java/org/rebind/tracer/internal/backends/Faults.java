package org.rebind.tracer.internal.backends;

import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.rebind.graph.Graph;

/**
 * What is done about failing backends: they are kept away for a while, from one graph or from all, and tried again
 * afterwards; room is made where memory is short. Thread-safe; called by calls that are counted nowhere.
 */
final class Faults {
    private static final System.Logger LOG = System.getLogger(Faults.class.getName());
    private static final long ROOM_NANOS = 1_000_000_000L;

    private final Rebinding rebinding;
    private final Supplier<Snapshot> snapshot;
    private final ExecutableStore store;
    private final Background background;
    private final Runnable changed;
    private final AtomicLong lastCollection = new AtomicLong(System.nanoTime() - 2 * ROOM_NANOS);

    Faults(Rebinding rebinding, Supplier<Snapshot> snapshot, ExecutableStore store, Background background,
            Runnable changed) {
        this.rebinding = rebinding;
        this.snapshot = snapshot;
        this.store = store;
        this.background = background;
        this.changed = changed;
    }

    /** A backend failed. */
    void report(Graph graph, BackendFault fault) {
        boolean device = fault.kind == BackendFault.Kind.DEVICE;
        Settings s = snapshot.get().settings();
        long millis = device ? fault.slot.health.quarantine(fault.getMessage(), s)
                : fault.slot.health.quarantine(graph, fault.getMessage(), s);
        LOG.log(Level.WARNING, "backend {0} failed, {1} for {2} ms: {3}", fault.slot.toString(),
                device ? "it is not used" : "this function runs elsewhere", Long.toString(millis), fault.getMessage());
        LOG.log(Level.DEBUG, () -> Texts.of(fault.getCause()));
        keepAway(fault.slot, millis);
    }

    /** Calls on a backend do not return. */
    void reportHang(BackendSlot slot, String reason) {
        long millis = slot.health.quarantine(reason, snapshot.get().settings());
        LOG.log(Level.WARNING, "backend {0}: {1}. New calls go elsewhere; the call itself cannot be stopped",
                slot.toString(), reason);
        keepAway(slot, millis);
    }

    private void keepAway(BackendSlot slot, long millis) {
        for (Anchor a : rebinding.anchors()) {
            Binding b = a.binding();
            BoundGraph bound = a.get();
            if (b != null && b.slot() == slot && bound != null && slot.health.refuses(bound.graph()) != null) {
                rebinding.retire(a.takeFrom(slot));
            }
        }
        changed.run();
        background.after(millis + 1, changed);
    }

    /** Frees what can be freed of a device's memory: garbage, unused executables, then all tensors, to the host. */
    void makeRoom(BackendSlot slot, String why) {
        LOG.log(Level.WARNING, "backend {0} is out of memory with {1} buffers of {2} bytes; moving them to the host: {3}",
                slot.toString(), Integer.toString(slot.home.bufferCount()), Long.toString(slot.home.bufferBytes()), why);
        collectGarbage(); // device buffers of unreachable tensors are freed when the collector has found these
        store.removeGeneration(slot.generation);
        int token = slot.home.calls().enter();
        try {
            if (!slot.isDeparted()) {
                slot.home.evict(slot.home.calls()::afterCalls);
            }
        } finally {
            slot.home.calls().exit(token);
        }
        slot.home.calls().awaitCalls(ROOM_NANOS);
    }

    /** At most once in a while: many calls may run out of memory at the same time. */
    private void collectGarbage() {
        long last = lastCollection.get();
        long now = System.nanoTime();
        if (now - last > ROOM_NANOS && lastCollection.compareAndSet(last, now)) {
            System.gc();
        }
    }

    /** Throws a throwable as it is, checked or not. */
    @SuppressWarnings("unchecked")
    static <T extends Throwable> RuntimeException unchecked(Throwable t) throws T {
        throw (T) t;
    }
}
