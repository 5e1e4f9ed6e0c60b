package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.rebind.graph.Concatenate;
import org.rebind.graph.DimFacts;
import org.rebind.graph.Graph;
import org.rebind.graph.Node;
import org.rebind.graph.Op;

/**
 * A graph whose concatenations have few operands each: those of many are concatenations of parts. A kernel chooses among all operands
 * for each element, and has all their buffers as parameters, of which Java allows 255 and OpenCL as little as 128.
 *
 * @param parts values to be stored, or one kernel would have all operands again
 */
record Concatenations(Graph graph, Set<Integer> parts) {
    private static final int MOST = 32;

    static Concatenations cut(Graph g) {
        if (g.nodes().stream().noneMatch(n -> isLong(n.op(), n.inputs()))) {
            return new Concatenations(g, Set.of());
        }
        List<Node> nodes = new ArrayList<>();
        Set<Integer> parts = new HashSet<>();
        int[] number = new int[g.valueCount()];
        int params = g.params().size();
        for (int v = 0; v < number.length; v++) {
            if (!g.isParam(v)) {
                Node n = g.node(v);
                List<Integer> inputs = n.inputs().stream().map(i -> number[i]).toList();
                while (isLong(n.op(), inputs)) {
                    inputs = joined(g, nodes, n.op(), inputs);
                    parts.addAll(inputs);
                }
                nodes.add(new Node(n.op(), inputs, n.type()));
            }
            number[v] = g.isParam(v) ? v : params + nodes.size() - 1;
        }
        return new Concatenations(new Graph(g.params(), nodes, g.results().stream().map(r -> number[r]).toList(), g.guards()),
                Set.copyOf(parts));
    }

    private static boolean isLong(Op op, List<Integer> inputs) {
        return op instanceof Concatenate && inputs.size() > MOST;
    }

    /** Adds the concatenations of neighbours, about as many each. @return their values */
    private static List<Integer> joined(Graph g, List<Node> nodes, Op op, List<Integer> inputs) {
        int params = g.params().size();
        int count = (inputs.size() + MOST - 1) / MOST;
        List<Integer> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<Integer> some = inputs.subList((int) ((long) inputs.size() * i / count), (int) ((long) inputs.size() * (i + 1) / count));
            nodes.add(new Node(op, List.copyOf(some), op.type(some.stream().map(v -> g.isParam(v) ? g.type(v)
                    : nodes.get(v - params).type()).toList(), DimFacts.of(g.guards()))));
            parts.add(params + nodes.size() - 1);
        }
        return parts;
    }
}
