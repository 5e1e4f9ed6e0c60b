package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;
import org.rebind.graph.*;

/**
 * Evaluates values of a graph at one index: elementwise ops become expressions, movement ops change the index, stored
 * values become loads.
 */
final class Pull {
    private record Key(int value, List<Affine> index, Expr guard) {
    }

    private final Graph graph;
    private final Body body;
    private final Indices indices;
    private final Memory memory;
    private final Map<Key, Expr> done = new HashMap<>();
    private final List<Access> accesses = new ArrayList<>();

    /** A load or store. */
    record Access(Array array, Affine position) {
    }

    Pull(Graph graph, Body body, Indices indices, Memory memory) {
        this.graph = graph;
        this.body = body;
        this.indices = indices;
        this.memory = memory;
    }

    List<Access> accesses() {
        return accesses;
    }

    /** Forgets what was computed in blocks that are closed by now. */
    void forget() {
        done.clear();
    }

    /** The value at this index. */
    Expr value(int value, List<Affine> index) {
        return value(value, index, null);
    }

    /** @param guard where false (never mind null) the result may be anything, but nothing is read out of bounds */
    private Expr value(int value, List<Affine> index, Expr guard) {
        Key key = new Key(value, index, guard);
        Expr known = done.get(key);
        if (known == null) {
            known = memory.existing(value, index);
            if (known == null) {
                known = compute(value, index, guard);
                if (guard == null) {
                    memory.computed(value, index, known);
                }
            }
            done.put(key, known);
        }
        return known;
    }

    private Expr compute(int value, List<Affine> index, Expr guard) {
        Array.Buffer buffer = memory.buffer(value);
        if (buffer != null) {
            return load(buffer, indices.linear(index, graph.type(value).shape()), guard);
        }
        Node n = graph.node(value);
        return n.op().accept(new AtIndex(n, index, guard));
    }

    private Expr load(Array.Buffer buffer, Affine position, Expr guard) {
        accesses.add(new Access(buffer, position));
        DType type = Body.register(buffer.dtype());
        Expr load = guard == null ? new Expr.Load(buffer, position.toExpr(), type)
                : new Expr.Load(buffer, position.toExpr(), type, guard, zero(type));
        return body.let(buffer.name() + "i", load);
    }

    static Expr zero(DType type) {
        return type.isFloating() ? new Expr.Const(0.0, type) : new Expr.Const(0L, type);
    }

    /** Row-major position of an index of a value. */
    Affine position(int value, List<Affine> index) {
        return indices.linear(index, graph.type(value).shape());
    }

    /** One node at one index. */
    private final class AtIndex implements Op.Visitor<Expr> {
        private final Node node;
        private final List<Affine> index;
        private final Expr guard;
        private final DType type;

        AtIndex(Node node, List<Affine> index, Expr guard) {
            this.node = node;
            this.index = index;
            this.guard = guard;
            this.type = node.type().dtype();
        }

        private Expr operand(int i) {
            return value(node.inputs().get(i), index, guard);
        }

        private Expr moved(List<Affine> other) {
            return value(node.inputs().get(0), other, guard);
        }

        private Shape shape(int i) {
            return graph.type(node.inputs().get(i)).shape();
        }

        private Expr let(Expr e) {
            return body.let(Naming.variable(node.op()), e);
        }

        @Override
        public Expr full(Full op) {
            return new Expr.Const(op.value(), Body.register(type));
        }

        @Override
        public Expr iota(Iota op) {
            Expr i = index.get(op.axis()).toExpr();
            return type == DType.INT32 ? let(i) : let(Arithmetic.cast(let(i), DType.INT32, type));
        }

        @Override
        public Expr unary(Unary op) {
            int x = node.inputs().get(0);
            if (op == Unary.EXP && isLessMost(x)) {
                return let(Arithmetic.rounded(Expr.apply(Fn.EXPNEG, Body.register(type), operand(0)), type));
            }
            return let(Arithmetic.unary(op, operand(0), graph.type(x).dtype()));
        }

        /** Whether a value is something less the largest of its row, and so at most 0. */
        private boolean isLessMost(int value) {
            Node difference = node(value, Binary.class);
            if (difference == null || difference.op() != Binary.SUBTRACT) {
                return false;
            }
            int x = difference.inputs().get(0);
            Node spread = node(difference.inputs().get(1), BroadcastTo.class);
            Node kept = spread == null ? null : node(spread.inputs().get(0), Reshape.class);
            Node most = kept == null ? null : node(kept.inputs().get(0), Reduce.class);
            if (most == null || ((Reduce) most.op()).kind() != Reduce.Kind.MAX || most.inputs().get(0) != x) {
                return false;
            }
            List<Dim> dims = new ArrayList<>(graph.type(x).shape().dims());
            ((Reduce) most.op()).axes().forEach(a -> dims.set(a, Dim.of(1)));
            return kept.type().shape().dims().equals(dims);
        }

        /** What makes a value, null if it is not such an op. */
        private Node node(int value, Class<? extends Op> op) {
            return !graph.isParam(value) && op.isInstance(graph.node(value).op()) ? graph.node(value) : null;
        }

        @Override
        public Expr binary(Binary op) {
            Expr a = operand(0);
            Expr b = operand(1);
            if (op == Binary.DIVIDE && type == Body.register(type) && body.depth(b) < body.depth(a)
                    && memory.dividesByReciprocal(node.inputs().get(1))) {
                return let(Arithmetic.quotient(body, a, b));
            }
            return let(Arithmetic.binary(op, a, b, graph.type(node.inputs().get(0)).dtype()));
        }

        @Override
        public Expr where(Where op) {
            return let(Expr.apply(Fn.SELECT, Body.register(type), operand(0), operand(1), operand(2)));
        }

        @Override
        public Expr cast(Cast op) {
            Expr x = operand(0);
            DType from = graph.type(node.inputs().get(0)).dtype();
            return from == type ? x : let(Arithmetic.cast(x, from, type));
        }

        @Override
        public Expr reshape(Reshape op) {
            Array.Buffer buffer = memory.buffer(node.inputs().get(0));
            if (buffer != null) {
                return load(buffer, indices.linear(index, node.type().shape()), guard);
            }
            return moved(Reshapes.index(indices, index, node.type().shape().dims(), shape(0).dims()));
        }

        @Override
        public Expr permute(Permute op) {
            Affine[] other = new Affine[index.size()];
            for (int i = 0; i < other.length; i++) {
                other[op.axes().get(i)] = index.get(i);
            }
            return moved(List.of(other));
        }

        @Override
        public Expr flip(Flip op) {
            List<Affine> other = new ArrayList<>(index);
            for (int a : op.axes()) {
                other.set(a, index.get(a).times(Dim.of(-1)).plus(shape(0).dim(a).minus(1)));
            }
            return moved(other);
        }

        @Override
        public Expr broadcastTo(BroadcastTo op) {
            Shape from = shape(0);
            int lead = index.size() - from.rank();
            List<Affine> other = new ArrayList<>();
            for (int a = 0; a < from.rank(); a++) {
                other.add(from.dim(a).equals(Dim.of(1)) ? Affine.ZERO : index.get(lead + a));
            }
            return moved(other);
        }

        @Override
        public Expr slice(Slice op) {
            List<Affine> other = new ArrayList<>();
            for (int a = 0; a < index.size(); a++) {
                other.add(index.get(a).times(Dim.of(op.stride().get(a))).plus(op.start().get(a)));
            }
            return moved(other);
        }

        @Override
        public Expr pad(Pad op) {
            List<Affine> other = new ArrayList<>();
            Expr inside = null;
            for (int a = 0; a < index.size(); a++) {
                Dim low = op.low().get(a);
                Dim high = op.high().get(a);
                other.add(index.get(a).plus(low.times(-1)));
                inside = low.equals(Dim.of(0)) ? inside : and(inside, notLess(index.get(a), low));
                inside = high.equals(Dim.of(0)) ? inside : and(inside, less(index.get(a), low.plus(shape(0).dim(a))));
            }
            if (inside == null) {
                return moved(other);
            }
            Expr condition = body.let("inside", inside);
            return choose(condition, hidden(node.inputs().get(0), other, both(guard, condition)),
                    new Expr.Const(op.value(), Body.register(type)));
        }

        @Override
        public Expr concatenate(Concatenate op) {
            Affine at = index.get(op.axis());
            Dim start = Dim.of(0);
            List<Dim> starts = new ArrayList<>();
            for (int i = 0; i < node.inputs().size(); i++) {
                starts.add(start);
                start = start.plus(shape(i).dim(op.axis()));
            }
            Expr result = null;
            for (int i = node.inputs().size() - 1; i >= 0; i--) {
                List<Affine> other = new ArrayList<>(index);
                other.set(op.axis(), at.plus(starts.get(i).times(-1)));
                if (node.inputs().size() == 1) {
                    return moved(other);
                }
                boolean last = i == node.inputs().size() - 1;
                Expr before = last ? null : body.let("first", less(at, starts.get(i + 1)));
                Expr own = i == 0 ? before : last ? notLess(at, starts.get(i))
                        : and(notLess(at, starts.get(i)), before);
                Expr part = hidden(node.inputs().get(i), other, both(guard, body.let("here", own)));
                result = last ? part : let(Expr.apply(Fn.SELECT, Body.register(type), before, part, result));
            }
            return result;
        }

        private Expr hidden(int value, List<Affine> at, Expr condition) {
            boolean before = indices.hidden;
            indices.hidden = true;
            Expr e = value(value, at, condition);
            indices.hidden = before;
            return e;
        }

        private Expr choose(Expr condition, Expr yes, Expr no) {
            return let(Expr.apply(Fn.SELECT, yes.type(), condition, yes, no));
        }

        private Expr both(Expr a, Expr b) {
            return a == null ? b : body.let("inside", and(a, b));
        }

        private Expr and(Expr a, Expr b) {
            return a == null ? b : Expr.apply(Fn.LOGICAL_AND, DType.BOOL, a, b);
        }

        private Expr less(Affine i, Dim n) {
            return Expr.apply(Fn.LESS, DType.BOOL, i.toExpr(), new Expr.Size(n));
        }

        private Expr notLess(Affine i, Dim n) {
            return Expr.apply(Fn.LESS_EQUAL, DType.BOOL, new Expr.Size(n), i.toExpr());
        }

        @Override
        public Expr take(Take op) {
            Shape from = shape(0);
            int count = shape(1).rank();
            Dim n = from.dim(op.axis());
            Expr i = value(node.inputs().get(1), index.subList(op.axis(), op.axis() + count), guard);
            Expr.Var at = body.let("at", Arithmetic.clamp(body, i, n));
            indices.range(at, n);
            List<Affine> other = new ArrayList<>(index.subList(0, op.axis()));
            other.add(Affine.of(at));
            other.addAll(index.subList(op.axis() + count, index.size()));
            if (indices.facts().positive(n)) {
                return moved(other);
            }
            Expr some = body.let("some", Expr.apply(Fn.LESS, DType.BOOL, Expr.integer(0), new Expr.Size(n)));
            return hidden(node.inputs().get(0), other, both(guard, some));
        }

        @Override
        public Expr scatterAdd(ScatterAdd op) {
            throw unscheduled();
        }

        @Override
        public Expr reduce(Reduce op) {
            if (!Reductions.isTrivial(graph, node)) {
                throw unscheduled();
            }
            return moved(Reductions.withAxes(index, op.axes()));
        }

        @Override
        public Expr argReduce(ArgReduce op) {
            if (!Reductions.isTrivial(graph, node)) {
                throw unscheduled();
            }
            return Pull.zero(type);
        }

        @Override
        public Expr cumSum(CumSum op) {
            throw unscheduled();
        }

        @Override
        public Expr matmul(Matmul op) {
            throw unscheduled();
        }

        private IllegalStateException unscheduled() {
            return new IllegalStateException(node.op().opName() + " is needed at index " + index
                    + ", where the schedule does not have it");
        }
    }
}
