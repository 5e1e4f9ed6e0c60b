package org.rebind.tck;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.rebind.graph.Graph;

/**
 * A graph to be tried at several sizes.
 *
 * @param data one kind for each parameter, or one for all
 * @param sizes numbers of the graph's symbols, in their order; one empty array if there are none
 * @param exactSums whether the data make sums and products independent of order
 */
record OperatorCase(String name, Graph graph, List<TestData.Kind> data, List<long[]> sizes, boolean exactSums) {

    /** The sizes that find forgotten remainders: none, one, a few, and one more than a power of two. */
    static final long[] AWKWARD = {0, 1, 13, 4099};

    static OperatorCase of(String name, Consumer<GraphBuilder> body, TestData.Kind... data) {
        GraphBuilder g = new GraphBuilder();
        body.accept(g);
        Graph graph = g.build();
        if (graph.symbols().size() > 1) {
            throw new IllegalStateException(name + ": several symbols need explicit sizes");
        }
        List<long[]> sizes = graph.symbols().isEmpty() ? List.of(new long[0])
                : Arrays.stream(AWKWARD).mapToObj(n -> new long[] {n}).filter(s -> holds(graph, s)).toList();
        return new OperatorCase(name, graph, List.of(data), sizes, false);
    }

    /** This case at these sizes. */
    OperatorCase at(long[]... sizes) {
        return new OperatorCase(name, graph, data, List.of(sizes), exactSums);
    }

    static OperatorCase of(String name, List<long[]> sizes, Consumer<GraphBuilder> body, TestData.Kind... data) {
        GraphBuilder g = new GraphBuilder();
        body.accept(g);
        return new OperatorCase(name, g.build(), List.of(data), sizes, false);
    }

    /** This case with data for which sums are exact. */
    OperatorCase whole(TestData.Kind kind) {
        return new OperatorCase(name + ", exact sums", graph, List.of(kind), sizes, true);
    }

    private static boolean holds(Graph graph, long[] symbols) {
        var numbers = graph.symbolMap(symbols);
        return graph.guards().stream().allMatch(x -> x.test(numbers::get));
    }

    @Override
    public String toString() {
        return name;
    }
}
