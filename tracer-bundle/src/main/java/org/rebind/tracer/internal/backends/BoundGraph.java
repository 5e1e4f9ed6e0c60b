package org.rebind.tracer.internal.backends;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.rebind.KernelSource;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Graph;
import org.rebind.tracer.internal.tensor.ConcreteTensor;
import org.rebind.tracer.internal.tensor.InFlight;

/**
 * A graph bound to the best backend there is for it. Thread-safe. It is moved to a better backend when one arrives (in
 * the background: a call never waits for that) and to the next best when its own departs or fails.
 */
public final class BoundGraph implements AutoCloseable {
    final ExecutableOptions options;
    final Optional<String> explicit;
    final Anchor anchor;
    private final Graph graph;
    private final Rebinding rebinding;
    private final Results results;

    BoundGraph(Graph graph, ExecutableOptions options, Optional<String> explicit, Rebinding rebinding,
            ReferenceQueue<BoundGraph> queue) {
        this.graph = graph;
        this.options = options;
        this.explicit = explicit;
        this.rebinding = rebinding;
        this.results = new Results(graph);
        this.anchor = new Anchor(this, queue);
    }

    public Graph graph() {
        return graph;
    }

    /**
     * Runs the graph. Takes no lock and never waits, but for a compilation where no backend has the graph ready, and
     * for values that another device has to send. If the backend fails, the call is run again on the next best one,
     * and if that fails too, by the interpreter: calls are pure. Works after {@link #close} as well, more slowly.
     *
     * @param values one for each parameter of the graph, then room for each result, which is put there; a result that is a
     *     parameter is that very input
     * @param symbols numbers of {@code graph.symbols()}, in order; the graph's guards must hold for them
     * @throws RuntimeException what the interpreter throws
     */
    public void run(ConcreteTensor[] values, long[] symbols) {
        Binding b = anchor.binding();
        BackendFault fault = null;
        if (b != null) {
            InFlight calls = b.slot().home.calls();
            int token = calls.enter();
            try {
                // looked at after being counted: see Home, InFlight
                if (anchor.binding() == b && !b.slot().isDeparted() && execute(b, values, symbols)) {
                    return;
                }
            } catch (BackendFault f) {
                fault = f;
            } finally {
                calls.exit(token);
            }
        }
        new SlowCall(this, rebinding, values, symbols).run(fault);
    }

    /**
     * Executes, counted in the slot's calls. False if an input is on another device only, or released: nothing is done then.
     *
     * @throws BackendFault whatever the backend threw
     */
    boolean execute(Binding b, ConcreteTensor[] values, long[] symbols) {
        DeviceBuffer[] in = new DeviceBuffer[graph.params().size()];
        try {
            for (int i = 0; i < in.length; i++) {
                DeviceBuffer host = b.onHost() ? values[i].borrowIfThere() : null;
                in[i] = host != null ? host : values[i].on(b.slot().home);
                if (in[i] == null) {
                    return false;
                }
            }
            results.wrap(b.executable().execute(in, symbols), in, values, symbols, b.slot().home);
            return true;
        } catch (Throwable t) { // a backend may throw anything, LinkageError included
            throw BackendFault.executing(b.slot(), t);
        } finally {
            for (DeviceBuffer buffer : in) {
                if (buffer instanceof HostBuffer host) {
                    host.release();
                }
            }
            Reference.reachabilityFence(values); // their buffers are freed when they are unreachable
        }
    }

    /** The symbols of the last call; null if none ran. */
    long[] lastSymbols() {
        return results.lastSymbols();
    }

    /** Name of the backend that calls run on now. */
    public String backendName() {
        Binding b = anchor.binding();
        return b != null ? b.slot().name : rebinding.snapshot().best(graph, explicit, Set.of()).name;
    }

    /** The kernels of the executable that calls run on now; empty while there is none. */
    public List<KernelSource> kernels() {
        return ask(e -> List.copyOf(e.kernels()), List.of()); // a list of ours, as it may outlive the backend
    }

    /** Sentences: why this backend, and why not each of the others. */
    public List<String> choice() {
        Binding b = anchor.binding();
        Snapshot s = rebinding.snapshot();
        return s.explain(graph, explicit, b != null ? b.slot() : s.best(graph, explicit, Set.of()));
    }

    /** See {@link Executable#scratchBytes}. */
    public long scratchBytes() {
        return ask(Executable::scratchBytes, 0L);
    }

    private <T> T ask(Function<Executable, T> question, T otherwise) {
        Binding b = anchor.binding();
        if (b == null) {
            return otherwise;
        }
        InFlight calls = b.slot().home.calls();
        int token = calls.enter();
        try {
            return anchor.binding() == b && !b.slot().isDeparted() ? question.apply(b.executable()) : otherwise;
        } finally {
            calls.exit(token);
        }
    }

    /** Gives the executable back after the last running call; does not wait. Idempotent. */
    @Override
    public void close() {
        rebinding.release(anchor);
    }
}
