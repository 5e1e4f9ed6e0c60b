package org.rebind.tracer.internal.backends;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.rebind.backend.ExecutableOptions;
import org.rebind.cache.Lease;
import org.rebind.graph.Graph;

/**
 * The bound graphs there are, and how each gets its binding: compiled in the background or by the first call that needs
 * it, put in place with one write, closed when the calls that may use it have ended. Thread-safe.
 */
final class Rebinding {
    private static final int ANNOUNCED_AT_ONCE = 16;

    private static final long LONGEST_STEP_MILLIS = 64;

    private final Set<Anchor> anchors = ConcurrentHashMap.newKeySet();
    private final ReferenceQueue<BoundGraph> forgotten = new ReferenceQueue<>();
    private final Supplier<Snapshot> snapshot;
    private final ExecutableStore store;
    private final Background background;
    private final Faults faults;

    Rebinding(Supplier<Snapshot> snapshot, ExecutableStore store, Background background, Runnable changed) {
        this.snapshot = snapshot;
        this.store = store;
        this.background = background;
        this.faults = new Faults(this, snapshot, store, background, changed);
    }

    Snapshot snapshot() {
        return snapshot.get();
    }

    Faults faults() {
        return faults;
    }

    Set<Anchor> anchors() {
        return anchors;
    }

    /** See {@link Backends#bind}. */
    BoundGraph bind(Graph graph, ExecutableOptions options, Optional<String> explicit) {
        BoundGraph bound = new BoundGraph(graph, options, explicit, this, forgotten);
        anchors.add(bound.anchor);
        try {
            while (bound.anchor.binding() == null) {
                rebind(bound.anchor);
                BackendSlot best = best(bound);
                if (bound.anchor.binding() == null && best.lastResort) {
                    compileOn(best, bound); // throws what is wrong with the graph
                }
            }
        } catch (RuntimeException | Error e) {
            release(bound.anchor);
            throw e;
        }
        return bound;
    }

    private BackendSlot best(BoundGraph bound) {
        return snapshot().best(bound.graph(), bound.explicit, Set.of());
    }

    private void compileOn(BackendSlot slot, BoundGraph bound) {
        int token = slot.compiles.enter();
        try {
            compile(slot, bound).lease().close();
        } catch (BackendFault fault) {
            throw Faults.unchecked(fault.getCause());
        } finally {
            slot.compiles.exit(token);
        }
    }

    /** Tells a backend that has arrived which graphs will come, so that it can compile many together. */
    void announce(BackendSlot slot) {
        List<BoundGraph> all = anchors.stream().map(Anchor::get).filter(Objects::nonNull).toList();
        background.execute(() -> all.stream().filter(b -> best(b) == slot)
                .collect(Collectors.groupingBy(b -> b.options, Collectors.mapping(BoundGraph::graph, Collectors.toList())))
                .forEach((options, graphs) -> announce(slot, graphs, options)));
    }

    /** A few at a time, so that a departure need not wait for all. */
    private static void announce(BackendSlot slot, List<Graph> graphs, ExecutableOptions options) {
        for (int i = 0; graphs.size() > 1 && i < graphs.size(); i += ANNOUNCED_AT_ONCE) {
            slot.prepare(graphs.subList(i, Math.min(graphs.size(), i + ANNOUNCED_AT_ONCE)), options);
        }
    }

    /** Has each bound graph moved to the backend that is best for it now. */
    void rebindAll() {
        for (Anchor a : anchors) {
            if (a.queued.compareAndSet(false, true)) {
                background.execute(() -> {
                    a.queued.set(false); // before it looks at the snapshot, so that no change is missed
                    rebind(a);
                });
            }
        }
    }

    private void rebind(Anchor anchor) {
        BoundGraph bound = anchor.get();
        while (bound != null) {
            Binding old = anchor.binding();
            BackendSlot best = best(bound);
            if (old != null && old.slot() == best || !anchors.contains(anchor)) {
                return;
            }
            int token = best.compiles.enter();
            try {
                if (!best.isDeparted()) {
                    Binding b = compile(best, bound);
                    boolean published = false;
                    try {
                        if (old != null) { // calls run elsewhere meanwhile
                            WarmUp.run(b, old, bound);
                        }
                        published = publish(bound, old, b);
                    } finally {
                        if (!published) {
                            b.lease().close();
                        }
                    }
                }
            } catch (BackendFault fault) {
                if (best.lastResort) {
                    return; // a call will say so
                }
                faults.report(bound.graph(), fault);
            } finally {
                best.compiles.exit(token);
            }
        }
    }

    /** Compiles or finds the executable. Counted in the slot's compiles, and it has not departed. */
    Binding compile(BackendSlot slot, BoundGraph bound) {
        try {
            boolean onHost = slot.worksOnHostMemory();
            Lease<ExecutableStore.Compiled> lease = store.acquire(slot, bound.graph(), bound.options);
            return new Binding(slot, lease, lease.value().executable(), onHost);
        } catch (Throwable t) {
            throw BackendFault.compiling(slot, t);
        }
    }

    /** Lets all calls use this binding from now on, if it is still the best. @return false: the caller keeps it */
    boolean publish(BoundGraph bound, Binding old, Binding binding) {
        if (old != null && best(bound) != binding.slot() || !bound.anchor.replace(old, binding)) {
            return false;
        }
        retire(old);
        if (binding.slot().isDeparted()) { // the departure ran out of patience with this compilation
            retire(bound.anchor.takeFrom(binding.slot()));
        }
        return true;
    }

    /** Closes a binding that is out of use when the calls that may use it have ended. */
    void retire(Binding b) {
        if (b != null) {
            b.slot().home.calls().afterCalls(() -> b.lease().close());
            attend(b.slot());
        }
    }

    /** Sees to it that what waits for calls on this slot, or is left of it after its departure, is done in the end. */
    void attend(BackendSlot slot) {
        if (isBusy(slot) && slot.attended.compareAndSet(false, true)) {
            attend(slot, 1);
        }
    }

    private void attend(BackendSlot slot, long millis) {
        background.after(millis, () -> {
            slot.home.calls().advance();
            if (isBusy(slot)) {
                attend(slot, Math.min(LONGEST_STEP_MILLIS, 2 * millis));
            } else {
                slot.attended.set(false);
                attend(slot); // something may have come in between
            }
        });
    }

    private static boolean isBusy(BackendSlot slot) {
        return slot.home.calls().waitingNanos() > 0 || slot.isDeparted() && !slot.isSettled();
    }

    /** Takes a bound graph out of service. */
    void release(Anchor anchor) {
        anchors.remove(anchor);
        retire(anchor.close());
    }

    /** Gives back what bound graphs held that nobody can reach any more. */
    void releaseForgotten() {
        for (Reference<? extends BoundGraph> r = forgotten.poll(); r != null; r = forgotten.poll()) {
            release((Anchor) r);
        }
    }

    /** Takes what is bound to this slot off it. */
    void takeFrom(BackendSlot slot, List<Binding> into) {
        for (Anchor a : anchors) {
            Binding b = a.takeFrom(slot);
            if (b != null) {
                into.add(b);
            }
        }
    }

    /** How many bound graphs run there. */
    int functions(BackendSlot slot) {
        return (int) anchors.stream().map(Anchor::binding).filter(b -> b != null && b.slot() == slot).count();
    }
}
