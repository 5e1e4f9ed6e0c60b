package org.rebind.tck;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.graph.ArgReduce;
import org.rebind.graph.BroadcastTo;
import org.rebind.graph.Cast;
import org.rebind.graph.Concatenate;
import org.rebind.graph.CumSum;
import org.rebind.graph.Flip;
import org.rebind.graph.Full;
import org.rebind.graph.Graph;
import org.rebind.graph.Iota;
import org.rebind.graph.Node;
import org.rebind.graph.Op;
import org.rebind.graph.Pad;
import org.rebind.graph.Permute;
import org.rebind.graph.Reduce;
import org.rebind.graph.Reshape;
import org.rebind.graph.ScatterAdd;
import org.rebind.graph.Slice;
import org.rebind.graph.Take;

/** A program as text that can be pasted into a test. */
final class Repro {
    private Repro() {
    }

    /** The graph, its sizes and data, and Java source that builds it. */
    static String text(RandomProgram p) {
        return "seed " + p.seed() + ", sizes " + p.sizes().stream().map(Arrays::toString).collect(Collectors.joining(" "))
                + " of " + p.graph().symbols().stream().map(Graph.SymbolSource::symbol).toList() + ", data " + p.kinds()
                + "\n" + p.graph() + "\n\n" + java(p);
    }

    private static String java(RandomProgram p) {
        Graph graph = p.graph();
        StringBuilder s = new StringBuilder("GraphBuilder g = new GraphBuilder();\n");
        graph.guards().forEach(x -> s.append("g.guard(").append(dim(x.left())).append(", Relation.")
                .append(x.relation().name()).append(", ").append(dim(x.right())).append(");\n"));
        for (int v = 0; v < graph.valueCount(); v++) {
            s.append("var v").append(v).append(" = ");
            if (graph.isParam(v)) {
                s.append("g.param(\"").append(graph.params().get(v).name()).append("\", new TensorType(DType.")
                        .append(graph.type(v).dtype().name()).append(", ").append(shape(graph.type(v).shape()))
                        .append("));\n");
            } else {
                Node n = graph.node(v);
                s.append("g.op(").append(op(n.op())).append(n.inputs().stream().map(i -> ", v" + i)
                        .collect(Collectors.joining())).append(");\n");
            }
        }
        return s.append("Graph graph = g.results(").append(graph.results().stream().map(r -> "v" + r)
                .collect(Collectors.joining(", "))).append(").build();").toString();
    }

    private static String op(Op op) {
        if (op instanceof Enum<?> e) {
            return e.getDeclaringClass().getSimpleName() + "." + e.name();
        }
        return "new " + op.getClass().getSimpleName() + "(" + arguments(op) + ")";
    }

    private static String arguments(Op op) {
        if (op instanceof Full f) {
            return "DType." + f.dtype().name() + ", " + shape(f.shape()) + ", " + number(f.value());
        }
        if (op instanceof Iota i) {
            return "DType." + i.dtype().name() + ", " + shape(i.shape()) + ", " + i.axis();
        }
        if (op instanceof Slice x) {
            return dims(x.start()) + ", " + dims(x.size()) + ", " + x.stride().stream().map(v -> v + "L")
                    .collect(Collectors.joining(", ", "List.of(", ")"));
        }
        if (op instanceof Pad x) {
            return dims(x.low()) + ", " + dims(x.high()) + ", " + number(x.value());
        }
        return op instanceof Cast x ? "DType." + x.dtype().name()
                : op instanceof Reshape x ? shape(x.shape())
                : op instanceof BroadcastTo x ? shape(x.shape())
                : op instanceof Permute x ? list(x.axes())
                : op instanceof Flip x ? list(x.axes())
                : op instanceof Reduce x ? "Reduce.Kind." + x.kind() + ", " + list(x.axes())
                : op instanceof ArgReduce x ? "ArgReduce.Kind." + x.kind() + ", " + x.axis()
                : op instanceof CumSum x ? "" + x.axis()
                : op instanceof Concatenate x ? "" + x.axis()
                : op instanceof Take x ? "" + x.axis()
                : op instanceof ScatterAdd x ? "" + x.axis() : "";
    }

    private static String number(Number n) {
        return n instanceof Long ? n + "L" : n.toString();
    }

    private static String list(List<Integer> list) {
        return list.stream().map(String::valueOf).collect(Collectors.joining(", ", "List.of(", ")"));
    }

    private static String shape(Shape s) {
        return s.rank() == 0 ? "Shape.SCALAR" : s.dims().stream().map(Repro::dim)
                .collect(Collectors.joining(", ", "Shape.of(", ")"));
    }

    private static String dims(List<Dim> dims) {
        return dims.stream().map(Repro::dim).collect(Collectors.joining(", ", "List.of(", ")"));
    }

    /** Java that makes a dim: a polynomial as {@link Dim#toString} prints it, term by term. */
    private static String dim(Dim d) {
        if (d.isFixed()) {
            return "Dim.of(" + d.value() + ")";
        }
        StringBuilder s = new StringBuilder();
        for (String term : d.toString().replace(" - ", " + -").split(" \\+ ")) {
            String t = term.startsWith("-") ? "-1*" + term.substring(1) : term;
            String product = Arrays.stream(t.split("\\*")).map(f -> f.matches("-?\\d+") ? "Dim.of(" + f + ")"
                    : "Dim.symbol(\"" + f + "\")").reduce((a, b) -> a + ".times(" + b + ")").orElseThrow();
            s.append(s.length() == 0 ? product : ".plus(" + product + ")");
        }
        return s.toString();
    }
}
