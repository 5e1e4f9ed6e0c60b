package org.rebind.tracer.internal.trace;

import java.util.List;
import org.rebind.graph.Graph;
import org.rebind.tracer.internal.tensor.ConcreteTensor;

/**
 * What a trace found.
 *
 * @param graph checked, not simplified; its results are the function's, then those that effects need
 * @param captured the values of the parameters after the given ones: tensors the function met that are no arguments
 * @param effects declared effects, in order
 * @param resultCount how many of the graph's results are the function's
 * @param firstRead the first read of a traced tensor's values; null if there was none. With one, the graph is what the
 *     function does for this call's values, and must not serve another call
 */
public record TraceResult(Graph graph, List<ConcreteTensor> captured, List<Effect> effects, int resultCount,
        TraceAbort firstRead) {
    public TraceResult {
        captured = List.copyOf(captured);
        effects = List.copyOf(effects);
    }
}
