package org.rebind.graph;

import java.util.stream.Collectors;
import org.rebind.TensorType;

/**
 * The text form of graphs, one line a value, stable between runs:
 *
 * <pre>
 * { %x:float32[batch, 3] %w:float32[3] where batch == 32 .
 *   a:float32[batch, 3] = broadcast_to %w
 *   b:float32[batch, 3] = multiply %x a
 *   in (b) }
 * </pre>
 */
public final class GraphPrinter {
    private GraphPrinter() {
    }

    public static String print(Graph g) {
        StringBuilder s = new StringBuilder("{ ");
        for (int i = 0; i < g.params().size(); i++) {
            s.append(name(g, i)).append(':').append(g.type(i)).append(' ');
        }
        if (!g.guards().isEmpty()) {
            s.append(g.guards().stream().map(x -> x.left() + " " + x.relation() + " " + x.right())
                    .collect(Collectors.joining(", ", "where ", " ")));
        }
        s.append(".\n");
        for (int i = g.params().size(); i < g.valueCount(); i++) {
            s.append("  ").append(line(g, i)).append('\n');
        }
        return s.append(g.results().stream().map(r -> name(g, r)).collect(Collectors.joining(", ", "  in (", ") }")))
                .toString();
    }

    /** One node's line. */
    public static String line(Graph g, int value) {
        Node n = g.node(value);
        TensorType t = n.type();
        String attributes = n.op().attributes();
        return name(g, value) + ":" + t + " = " + n.op().opName() + (attributes.isEmpty() ? "" : "[" + attributes + "]")
                + n.inputs().stream().map(i -> " " + name(g, i)).collect(Collectors.joining());
    }

    /** The name of a value: a, b, ..., z, ba, bb, ... for nodes; the parameter's own, made distinct, for parameters. */
    public static String name(Graph g, int value) {
        if (g.isParam(value)) {
            String own = g.params().get(value).name();
            boolean distinct = g.params().stream().filter(p -> p.name().equals(own)).count() == 1;
            return distinct ? "%" + own : "%" + own + "#" + value;
        }
        StringBuilder s = new StringBuilder();
        int n = value - g.params().size();
        do {
            s.insert(0, (char) ('a' + n % 26));
            n /= 26;
        } while (n > 0);
        return s.toString();
    }
}
