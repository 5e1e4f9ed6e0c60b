package org.rebind.tck;

import java.util.List;
import java.util.Map;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Graph;

/**
 * A random graph with what it is to be run on.
 *
 * @param seed that made it and its data
 * @param kinds of data, by name of parameter
 * @param sizes numbers of the graph's symbols, in their order; at least one
 */
public record RandomProgram(long seed, Graph graph, Map<String, TestData.Kind> kinds, List<long[]> sizes) {
    public RandomProgram {
        kinds = Map.copyOf(kinds);
        sizes = List.copyOf(sizes);
    }

    /** Data for all parameters at these sizes; the same at every call. */
    public List<HostBuffer> inputs(long[] symbols) {
        return TestData.inputs(graph, symbols, graph.params().stream().map(p -> kinds.get(p.name())).toList(), seed);
    }

    RandomProgram with(Graph other, List<long[]> otherSizes) {
        return new RandomProgram(seed, other, kinds, otherSizes);
    }
}
