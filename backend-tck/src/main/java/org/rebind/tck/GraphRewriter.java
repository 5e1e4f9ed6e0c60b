package org.rebind.tck;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.TensorType;
import org.rebind.graph.BroadcastTo;
import org.rebind.graph.Full;
import org.rebind.graph.Graph;
import org.rebind.graph.Iota;
import org.rebind.graph.Node;
import org.rebind.graph.Op;
import org.rebind.graph.Pad;
import org.rebind.graph.Reshape;
import org.rebind.graph.Slice;

/** Copies graphs, with sizes filled in or nodes replaced. Stateless. */
public final class GraphRewriter {
    /** What to put in a node's place. */
    @FunctionalInterface
    public interface Replacement {
        /** The new value for a node; {@code inputs} belong to {@code g}. */
        GraphBuilder.Value replace(GraphBuilder g, Op op, List<GraphBuilder.Value> inputs);
    }

    private GraphRewriter() {
    }

    /** The graph with each node replaced. */
    public static Graph rewrite(Graph graph, Replacement replacement) {
        GraphBuilder g = new GraphBuilder();
        graph.guards().forEach(x -> g.guard(x.left(), x.relation(), x.right()));
        List<GraphBuilder.Value> values = new ArrayList<>();
        graph.params().forEach(p -> values.add(g.param(p.name(), p.type())));
        for (Node n : graph.nodes()) {
            values.add(replacement.replace(g, n.op(), n.inputs().stream().map(values::get).toList()));
        }
        return g.results(graph.results().stream().map(values::get).toList()).build();
    }

    /** The graph for these sizes alone: every symbol a number, no guards. @param symbols in order of {@code symbols()} */
    public static Graph fix(Graph graph, long[] symbols) {
        Map<String, Dim> numbers = graph.symbolMap(symbols).entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> Dim.of(e.getValue())));
        GraphBuilder g = new GraphBuilder();
        List<GraphBuilder.Value> values = new ArrayList<>();
        graph.params().forEach(p -> values.add(g.param(p.name(),
                new TensorType(p.type().dtype(), p.type().shape().substitute(numbers)))));
        for (Node n : graph.nodes()) {
            values.add(g.op(fix(n.op(), numbers), n.inputs().stream().map(values::get).toList()));
        }
        return g.results(graph.results().stream().map(values::get).toList()).build();
    }

    private static Op fix(Op op, Map<String, Dim> numbers) {
        if (op instanceof Full f) {
            return new Full(f.dtype(), f.shape().substitute(numbers), f.value());
        }
        if (op instanceof Iota i) {
            return new Iota(i.dtype(), i.shape().substitute(numbers), i.axis());
        }
        if (op instanceof Reshape r) {
            return new Reshape(r.shape().substitute(numbers));
        }
        if (op instanceof BroadcastTo b) {
            return new BroadcastTo(b.shape().substitute(numbers));
        }
        if (op instanceof Slice s) {
            return new Slice(dims(s.start(), numbers), dims(s.size(), numbers), s.stride());
        }
        if (op instanceof Pad p) {
            return new Pad(dims(p.low(), numbers), dims(p.high(), numbers), p.value());
        }
        return op; // the others name no sizes
    }

    private static List<Dim> dims(List<Dim> dims, Map<String, Dim> numbers) {
        return Shape.of(dims).substitute(numbers).dims();
    }
}
