package org.rebind.graph;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.TensorType;

/** Checks that a graph is well formed: order, arity, types by each op's own rule under the graph's guards, symbols. */
public final class GraphChecker {
    private GraphChecker() {
    }

    /** @throws GraphException naming the first value that breaks a rule */
    public static Graph check(Graph g) {
        Set<String> known = new HashSet<>();
        g.symbols().forEach(s -> known.add(s.symbol()));
        for (int i = 0; i < g.params().size(); i++) {
            symbols(g, i, known);
        }
        DimFacts facts = DimFacts.of(g.guards());
        for (int i = g.params().size(); i < g.valueCount(); i++) {
            node(g, i, facts);
            symbols(g, i, known);
        }
        for (int r : g.results()) {
            if (r < 0 || r >= g.valueCount()) {
                throw new GraphException("result " + r + " is no value of a graph of " + g.valueCount() + " values");
            }
        }
        return g;
    }

    private static void node(Graph g, int value, DimFacts facts) {
        Node n = g.node(value);
        List<TensorType> types = new ArrayList<>();
        for (int i : n.inputs()) {
            if (i < 0 || i >= value) {
                throw new GraphException("value " + value + " (" + n.op().opName() + ") uses value " + i
                        + ", which is not defined before it");
            }
            types.add(g.type(i));
        }
        TensorType expected;
        try {
            expected = n.op().type(types, facts);
        } catch (RuntimeException e) {
            throw new GraphException("ill-typed node: " + GraphPrinter.line(g, value) + ": " + e.getMessage(), e);
        }
        if (!same(expected, n.type(), facts)) {
            throw new GraphException("node " + GraphPrinter.line(g, value) + " should have type " + expected);
        }
    }

    private static boolean same(TensorType a, TensorType b, DimFacts facts) {
        boolean same = a.dtype() == b.dtype() && a.shape().rank() == b.shape().rank();
        for (int i = 0; same && i < a.shape().rank(); i++) {
            same = TypeRules.equal(facts, a.shape().dim(i), b.shape().dim(i));
        }
        return same;
    }

    private static void symbols(Graph g, int value, Set<String> known) {
        Shape s = g.type(value).shape();
        for (Dim d : s.dims()) {
            for (String name : d.symbols()) {
                if (!known.contains(name)) {
                    throw new GraphException("value " + value + " has shape " + s + ", but no parameter axis is exactly "
                            + name);
                }
            }
        }
    }
}
