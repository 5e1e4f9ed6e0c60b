package org.rebind.tracer.internal.simplify;

import java.util.ArrayList;
import java.util.List;
import org.rebind.graph.Graph;
import org.rebind.graph.Node;

/** Removal of nodes that no result needs. Parameters stay. */
public final class DeadCode {
    private DeadCode() {
    }

    public static Graph remove(Graph g) {
        boolean[] live = new boolean[g.valueCount()];
        g.results().forEach(r -> live[r] = true);
        for (int v = g.valueCount() - 1; v >= g.params().size(); v--) {
            if (live[v]) {
                g.node(v).inputs().forEach(i -> live[i] = true);
            }
        }
        int[] number = new int[g.valueCount()];
        List<Node> nodes = new ArrayList<>();
        for (int v = 0; v < number.length; v++) {
            if (g.isParam(v)) {
                number[v] = v;
            } else if (live[v]) {
                Node n = g.node(v);
                number[v] = g.params().size() + nodes.size();
                nodes.add(new Node(n.op(), n.inputs().stream().map(i -> number[i]).toList(), n.type()));
            }
        }
        return nodes.size() == g.nodes().size() ? g
                : new Graph(g.params(), nodes, g.results().stream().map(r -> number[r]).toList(), g.guards());
    }
}
