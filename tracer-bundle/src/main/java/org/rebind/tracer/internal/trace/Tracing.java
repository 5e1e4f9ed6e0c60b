package org.rebind.tracer.internal.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.rebind.Tensor;
import org.rebind.graph.Graph;
import org.rebind.tracer.internal.tensor.ConcreteTensor;

/** Runs a function on traced tensors and gives the graph of what it did. */
public final class Tracing {
    private Tracing() {
    }

    /**
     * Traces. The trace ends when this returns; what the body throws passes through unchanged.
     *
     * @param body gets one traced tensor a parameter and returns the results: traced tensors, or ones from outside
     * @param params types, with symbols where sizes are dynamic
     * @param hintSizes the sizes of this call, for each parameter
     * @throws TraceAbort if the body read a traced tensor's values, also when it swallowed the abort
     */
    public static TraceResult trace(Function<List<Tensor>, List<Tensor>> body, List<Graph.Param> params,
            List<long[]> hintSizes) {
        return trace(body, new Trace(params, hintSizes, null, false), params.size());
    }

    /**
     * Traces one call with its arguments at hand: reading a traced tensor's values computes them from the graph so far,
     * and {@link TraceResult#firstRead} tells that it happened.
     *
     * @param arguments one for each parameter
     */
    public static TraceResult trace(Function<List<Tensor>, List<Tensor>> body, List<Graph.Param> params,
            List<long[]> hintSizes, ConcreteTensor[] arguments) {
        return trace(body, new Trace(params, hintSizes, arguments.clone(), false), params.size());
    }

    /** Traces again to compare: like {@link #trace}, but effects declared by {@code Rebind.onTrace} do not run. */
    public static TraceResult retrace(Function<List<Tensor>, List<Tensor>> body, List<Graph.Param> params,
            List<long[]> hintSizes) {
        return trace(body, new Trace(params, hintSizes, null, true), params.size());
    }

    private static TraceResult trace(Function<List<Tensor>, List<Tensor>> body, Trace trace, int paramCount) {
        List<Tensor> inputs = new ArrayList<>();
        for (int i = 0; i < paramCount; i++) {
            inputs.add(trace.tensor(i));
        }
        Trace outer = trace.enter();
        try {
            List<Tensor> results = body.apply(inputs);
            endIfAborted(trace);
            return trace.finish(results);
        } catch (Throwable e) {
            endIfAborted(trace); // the body wrapped or replaced the abort
            throw e;
        } finally {
            Trace.leave(outer);
            trace.end();
        }
    }

    private static void endIfAborted(Trace trace) {
        if (trace.firstRead() != null && trace.readsAbort()) {
            throw trace.firstRead();
        }
    }
}
