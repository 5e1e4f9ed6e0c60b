package org.rebind.tracer.internal.simplify;

import java.util.ArrayList;
import java.util.List;
import org.rebind.TensorType;
import org.rebind.graph.Full;
import org.rebind.graph.Graph;
import org.rebind.graph.Node;
import org.rebind.graph.Op;

/** A walk over a graph that builds another one, node by node; subclasses say what becomes of a node. Used once. */
abstract class Rewriter {
    private final Graph source;
    private final List<Node> nodes = new ArrayList<>();

    Rewriter(Graph source) {
        this.source = source;
    }

    final Graph run() {
        int params = source.params().size();
        int[] number = new int[source.valueCount()];
        for (int v = 0; v < number.length; v++) {
            if (v < params) {
                number[v] = v;
            } else {
                Node n = source.node(v);
                number[v] = rewrite(n.op(), n.inputs().stream().map(i -> number[i]).toList(), n.type());
            }
        }
        List<Integer> results = source.results().stream().map(r -> number[r]).toList();
        return nodes.equals(source.nodes()) && results.equals(source.results()) ? source
                : new Graph(source.params(), nodes, results, source.guards());
    }

    /** The value, in the new graph, that stands for a node. @param inputs values of the new graph */
    abstract int rewrite(Op op, List<Integer> inputs, TensorType type);

    /** Adds a node to the new graph. */
    final int add(Op op, List<Integer> inputs, TensorType type) {
        nodes.add(new Node(op, inputs, type));
        return source.params().size() + nodes.size() - 1;
    }

    /** The op that makes a value of the new graph; null for parameters. */
    final Op op(int value) {
        return value < source.params().size() ? null : node(value).op();
    }

    final int input(int value, int i) {
        return node(value).inputs().get(i);
    }

    final TensorType type(int value) {
        return value < source.params().size() ? source.params().get(value).type() : node(value).type();
    }

    /** What a value is everywhere, if it is a constant; else null. */
    final Number constant(int value) {
        return op(value) instanceof Full f ? f.value() : null;
    }

    private Node node(int value) {
        return nodes.get(value - source.params().size());
    }
}
