package org.rebind.tracer.internal.trace;

import java.util.List;
import java.util.function.Consumer;
import org.rebind.Tensor;

/**
 * A declared effect of a traced function: to be called after each execution, in order.
 *
 * @param results which results of the graph are its tensors
 */
public record Effect(Consumer<List<Tensor>> callback, List<Integer> results) {
    public Effect {
        results = List.copyOf(results);
    }
}
