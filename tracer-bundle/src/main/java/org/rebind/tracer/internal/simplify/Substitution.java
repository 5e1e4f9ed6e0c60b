package org.rebind.tracer.internal.simplify;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.TensorType;
import org.rebind.graph.ArgReduce;
import org.rebind.graph.Binary;
import org.rebind.graph.BroadcastTo;
import org.rebind.graph.Cast;
import org.rebind.graph.Concatenate;
import org.rebind.graph.CumSum;
import org.rebind.graph.Flip;
import org.rebind.graph.Full;
import org.rebind.graph.Graph;
import org.rebind.graph.Guard;
import org.rebind.graph.Iota;
import org.rebind.graph.Matmul;
import org.rebind.graph.Node;
import org.rebind.graph.Op;
import org.rebind.graph.Pad;
import org.rebind.graph.Permute;
import org.rebind.graph.Reduce;
import org.rebind.graph.Relation;
import org.rebind.graph.Reshape;
import org.rebind.graph.ScatterAdd;
import org.rebind.graph.Slice;
import org.rebind.graph.Take;
import org.rebind.graph.Unary;
import org.rebind.graph.Where;

/** Replacement of symbols by numbers or other symbols: those that guards say they equal, or given ones. */
final class Substitution implements Op.Visitor<Op> {
    private final Map<String, Dim> values;

    private Substitution(Map<String, Dim> values) {
        this.values = values;
    }

    static Graph apply(Graph g) {
        return apply(g, equalities(g.guards()));
    }

    /** @param values dims by symbol; what else there is stays */
    static Graph apply(Graph g, Map<String, Dim> values) {
        if (values.isEmpty()) {
            return g;
        }
        Substitution s = new Substitution(values);
        List<Graph.Param> params = g.params().stream().map(p -> new Graph.Param(p.name(), s.type(p.type()))).toList();
        List<Node> nodes = g.nodes().stream().map(n -> new Node(n.op().accept(s), n.inputs(), s.type(n.type())))
                .toList();
        List<Guard> guards = new ArrayList<>();
        for (Guard guard : g.guards()) {
            Dim left = s.dim(guard.left());
            Dim right = s.dim(guard.right());
            if (!Boolean.TRUE.equals(Guard.decide(left, guard.relation(), right))) {
                guards.add(new Guard(left, guard.relation(), right, guard.why()));
            }
        }
        return new Graph(params, nodes, g.results(), guards);
    }

    /** Chains end in a number or in a symbol that is not replaced itself. */
    private static Map<String, Dim> equalities(List<Guard> guards) {
        Map<String, Dim> values = new HashMap<>();
        for (Guard g : guards) {
            if (g.relation() != Relation.EQ) {
                continue;
            }
            Dim left = g.left().substitute(values);
            Dim right = g.right().substitute(values);
            boolean swap = left.symbolName().isEmpty();
            Optional<String> name = swap ? right.symbolName() : left.symbolName();
            Dim to = swap ? left : right;
            if (name.isPresent() && !to.equals(Dim.symbol(name.get())) && (to.isFixed() || to.symbolName().isPresent())) {
                Map<String, Dim> one = Map.of(name.get(), to);
                values.replaceAll((k, v) -> v.substitute(one));
                values.put(name.get(), to);
            }
        }
        return values;
    }

    private Dim dim(Dim d) {
        return d.substitute(values);
    }

    private List<Dim> dims(List<Dim> dims) {
        return dims.stream().map(this::dim).toList();
    }

    private Shape shape(Shape s) {
        return s.substitute(values);
    }

    private TensorType type(TensorType t) {
        return t.shape().isFixed() ? t : new TensorType(t.dtype(), shape(t.shape()));
    }

    @Override
    public Op full(Full op) {
        return new Full(op.dtype(), shape(op.shape()), op.value());
    }

    @Override
    public Op iota(Iota op) {
        return new Iota(op.dtype(), shape(op.shape()), op.axis());
    }

    @Override
    public Op reshape(Reshape op) {
        return new Reshape(shape(op.shape()));
    }

    @Override
    public Op broadcastTo(BroadcastTo op) {
        return new BroadcastTo(shape(op.shape()));
    }

    @Override
    public Op slice(Slice op) {
        return new Slice(dims(op.start()), dims(op.size()), op.stride());
    }

    @Override
    public Op pad(Pad op) {
        return new Pad(dims(op.low()), dims(op.high()), op.value());
    }

    @Override
    public Op unary(Unary op) {
        return op;
    }

    @Override
    public Op binary(Binary op) {
        return op;
    }

    @Override
    public Op where(Where op) {
        return op;
    }

    @Override
    public Op cast(Cast op) {
        return op;
    }

    @Override
    public Op permute(Permute op) {
        return op;
    }

    @Override
    public Op flip(Flip op) {
        return op;
    }

    @Override
    public Op concatenate(Concatenate op) {
        return op;
    }

    @Override
    public Op take(Take op) {
        return op;
    }

    @Override
    public Op scatterAdd(ScatterAdd op) {
        return op;
    }

    @Override
    public Op reduce(Reduce op) {
        return op;
    }

    @Override
    public Op argReduce(ArgReduce op) {
        return op;
    }

    @Override
    public Op cumSum(CumSum op) {
        return op;
    }

    @Override
    public Op matmul(Matmul op) {
        return op;
    }
}
