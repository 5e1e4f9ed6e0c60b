package org.rebind.tracer.internal.eager;

import java.util.ArrayList;
import java.util.List;
import org.rebind.Dim;
import org.rebind.TensorType;
import org.rebind.graph.Binary;
import org.rebind.graph.BroadcastTo;
import org.rebind.graph.Graph;
import org.rebind.graph.Guard;
import org.rebind.graph.Node;
import org.rebind.graph.Op;
import org.rebind.graph.Relation;
import org.rebind.graph.Where;
import org.rebind.tracer.internal.simplify.Pass;
import org.rebind.tracer.internal.tensor.ConcreteTensor;

/**
 * A graph run as eager mode would have run the function: each op by itself, so that a graph which differs from call to
 * call (by a number that the function has read, say) compiles nothing anew.
 */
final class OpByOp {
    private final Eager eager;
    private final Graph graph;
    private final ConcreteTensor[] values;

    private OpByOp(Eager eager, Graph graph, ConcreteTensor[] inputs) {
        this.eager = eager;
        this.graph = graph;
        this.values = new ConcreteTensor[graph.valueCount()];
        System.arraycopy(inputs, 0, values, 0, inputs.length);
    }

    static ConcreteTensor[] run(Eager eager, Graph graph, ConcreteTensor[] inputs, long[] symbols) {
        return new OpByOp(eager, Pass.REMOVE_DEAD_CODE.apply(fixed(graph, symbols)), inputs).run();
    }

    /** The graph with its symbols replaced by their numbers. */
    private static Graph fixed(Graph g, long[] symbols) {
        List<Guard> numbers = new ArrayList<>();
        g.symbolMap(symbols).forEach((name, n) ->
                numbers.add(new Guard(Dim.symbol(name), Relation.EQ, Dim.of(n), "this call")));
        return numbers.isEmpty() ? g
                : Pass.SUBSTITUTE_SYMBOLS.apply(new Graph(g.params(), g.nodes(), g.results(), numbers));
    }

    private ConcreteTensor[] run() {
        for (int v = graph.params().size(); v < values.length; v++) {
            Node n = graph.node(v);
            if (!(n.op() instanceof BroadcastTo) || !onlyForElementwise(v)) {
                values[v] = node(n);
            }
        }
        return graph.results().stream().map(r -> values[r]).toArray(ConcreteTensor[]::new);
    }

    private static boolean elementwise(Op op) {
        return op instanceof Binary || op instanceof Where;
    }

    /** Whether a broadcast value need not exist, since those who use it broadcast by themselves. */
    private boolean onlyForElementwise(int value) {
        return !graph.results().contains(value) && graph.nodes().stream()
                .allMatch(n -> elementwise(n.op()) || !n.inputs().contains(value));
    }

    private ConcreteTensor node(Node n) {
        ConcreteTensor[] operands = new ConcreteTensor[n.inputs().size()];
        List<TensorType> types = new ArrayList<>(operands.length);
        boolean broadcast = false;
        for (int i = 0; i < operands.length; i++) {
            int v = n.inputs().get(i);
            types.add(graph.type(v));
            while (values[v] == null) { // a broadcast that was left out, perhaps of another one
                v = graph.node(v).inputs().get(0);
                broadcast = true;
            }
            operands[i] = values[v];
        }
        return broadcast ? eager.elementwise(n.op(), operands, types, n.type())
                : eager.apply(n.op(), operands, n.type());
    }
}
