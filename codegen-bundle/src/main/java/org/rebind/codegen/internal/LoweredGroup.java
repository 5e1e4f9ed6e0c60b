package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.codegen.Target;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Stmt;
import org.rebind.graph.Binary;
import org.rebind.graph.BroadcastTo;
import org.rebind.graph.Cast;
import org.rebind.graph.Graph;
import org.rebind.graph.Op;
import org.rebind.graph.Reshape;
import org.rebind.graph.Unary;

/** What lowering one group of values shares: its body, indices, buffers, and values that are at hand. */
final class LoweredGroup implements Memory {
    final Graph graph;
    final Target target;
    final Facts facts;
    final Group group;
    final Names names = new Names();
    final Body body = new Body(names);
    final Indices indices;
    final Pull pull;
    final Map<Integer, Array.Buffer> reads;
    final Map<Integer, Array.Buffer> writes;
    /** Index of each axis of the group, once its loop is open. */
    final Map<Integer, Affine> axisIndex = new HashMap<>();
    /** Results of reductions that are done: how to read them now. */
    final Map<Integer, Expr> accumulated = new LinkedHashMap<>();
    final Holding holding;
    private final Map<Integer, Boolean> ofReduction = new HashMap<>();

    LoweredGroup(Graph graph, Target target, Facts facts, Group group, Buffers buffers, Holding holding) {
        this.graph = graph;
        this.target = target;
        this.facts = facts;
        this.group = group;
        this.indices = new Indices(body, facts);
        this.pull = new Pull(graph, body, indices, this);
        this.reads = buffers.reads(names);
        this.writes = buffers.writes(names);
        this.holding = holding;
    }

    @Override
    public Array.Buffer buffer(int value) {
        return reads.get(value);
    }

    @Override
    public Expr existing(int value, List<Affine> index) {
        List<Integer> operand = group.reductions.get(value);
        if (operand == null) {
            return holding.existing(this, value, index);
        }
        Expr e = accumulated.get(value);
        if (e == null) {
            throw new IllegalStateException("value " + value + " is needed before its reduction is done");
        }
        return e;
    }

    /** On a CPU, whose division of vectors is slow, for what comes of a reduction here, such as the sums of a softmax. */
    @Override
    public boolean dividesByReciprocal(int value) {
        return !target.exact() && !target.isGpu() && isOfReduction(value);
    }

    private boolean isOfReduction(int value) {
        if (group.reductions.containsKey(value)) {
            return true;
        }
        if (reads.containsKey(value) || graph.isParam(value)) {
            return false;
        }
        Boolean known = ofReduction.get(value);
        if (known == null) {
            Op op = graph.node(value).op();
            boolean moves = op instanceof Cast || op instanceof Reshape || op instanceof BroadcastTo;
            known = (moves || op instanceof Unary || op instanceof Binary)
                    && graph.node(value).inputs().stream().anyMatch(this::isOfReduction);
            ofReduction.put(value, known);
        }
        return known;
    }

    @Override
    public void computed(int value, List<Affine> index, Expr e) {
        holding.computed(this, value, index, e);
    }

    /** The index of a value whose axes follow those of the group. */
    List<Affine> index(List<Integer> mapping) {
        List<Affine> index = new ArrayList<>();
        for (int a : mapping) {
            index.add(a == Mapping.ONE ? Affine.ZERO : axisIndex.get(a));
        }
        return index;
    }

    /** Names a loop variable of an axis and says where that puts the group's axes. */
    void enter(Axis axis, Affine at) {
        List<Dim> sizes = axis.ids().stream().map(group.axes::get).toList();
        List<Affine> parts = axis.ids().size() == 1 ? List.of(at) : indices.unravel(at, sizes);
        for (int i = 0; i < sizes.size(); i++) {
            axisIndex.put(axis.ids().get(i), parts.get(i));
        }
    }

    /** A new loop variable for an axis. */
    Expr.Var variable(String name, Dim size) {
        Expr.Var v = new Expr.Var(names.fresh(name), DType.INT32);
        indices.range(v, size);
        return v;
    }

    Expr operandOf(int reduction) {
        int input = graph.node(reduction).inputs().get(0);
        return pull.value(input, index(group.reductions.get(reduction)));
    }

    /** Stores the outputs that cover exactly these axes of the group. */
    void store(List<Integer> axes) {
        List<Stmt> stores = new ArrayList<>();
        for (int out : group.outputs) {
            List<Integer> m = group.outputAxes.get(out);
            if (Mapping.covers(m, axes)) {
                List<Affine> index = index(m);
                Expr value = pull.value(out, index);
                Affine position = pull.position(out, index);
                pull.accesses().add(new Pull.Access(writes.get(out), position));
                stores.add(new Stmt.Store(writes.get(out), position.toExpr(), value));
            }
        }
        stores.forEach(body::add);
    }

    boolean stores(List<Integer> axes) {
        return group.outputs.stream().anyMatch(o -> Mapping.covers(group.outputAxes.get(o), axes));
    }

    Set<Integer> outputsBeing(List<Integer> axes) {
        Set<Integer> s = new HashSet<>();
        group.outputs.stream().filter(o -> Mapping.covers(group.outputAxes.get(o), axes)).forEach(s::add);
        return s;
    }

    Dim product(List<Axis> axes) {
        return axes.stream().map(Axis::size).reduce(Dim.of(1), Dim::times);
    }
}
