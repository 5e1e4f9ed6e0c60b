package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.codegen.Target;
import org.rebind.codegen.ir.Stmt.Combine;
import org.rebind.graph.ArgReduce;
import org.rebind.graph.Graph;
import org.rebind.graph.Matmul;
import org.rebind.graph.Node;
import org.rebind.graph.Op;
import org.rebind.graph.Reduce;

/** Facts about reductions that several passes share. */
final class Reductions {
    /** Elements one partial result of a split reduction folds. */
    static final int SPLIT = 16384;

    private Reductions() {
    }

    static boolean is(Op op) {
        return op instanceof Reduce || op instanceof ArgReduce;
    }

    static List<Integer> axes(Op op) {
        return op instanceof Reduce r ? r.axes().stream().sorted().toList() : List.of(((ArgReduce) op).axis());
    }

    /** Whether every axis folded has size 1. */
    static boolean isTrivial(Graph g, Node n) {
        var shape = g.type(n.inputs().get(0)).shape();
        return axes(n.op()).stream().allMatch(a -> shape.dim(a).equals(Dim.of(1)));
    }

    /** A result's index as one of the operand, 0 along the folded axes. */
    static List<Affine> withAxes(List<Affine> index, Collection<Integer> axes) {
        List<Affine> other = new ArrayList<>();
        int next = 0;
        for (int a = 0; a < index.size() + axes.size(); a++) {
            other.add(axes.contains(a) ? Affine.ZERO : index.get(next++));
        }
        return other;
    }

    static Combine combine(Op op) {
        if (op instanceof ArgReduce a) {
            return a.kind() == ArgReduce.Kind.MAX ? Combine.ARGMAX : Combine.ARGMIN;
        }
        return Combine.valueOf(((Reduce) op).kind().name());
    }

    private static boolean sums(Op op) {
        return op instanceof Reduce r && (r.kind() == Reduce.Kind.SUM || r.kind() == Reduce.Kind.PROD);
    }

    /** The type a reduction accumulates in: exact sums of float32 need more than their own. */
    static DType accumulator(Target target, Op op, DType value) {
        DType register = Body.register(value);
        return target.exact() && target.float64() && (sums(op) || op instanceof Matmul) && register == DType.FLOAT32
                ? DType.FLOAT64 : register;
    }

    /** Whether a reduction has to run in order: exact sums of float64, which nothing wider can make exact. */
    static boolean isOrdered(Target target, Op op, DType value) {
        return target.exact() && sums(op) && accumulator(target, op, value) == value && value.isFloating();
    }

    /**
     * Whether few results are folded from many elements, so that the fold itself has to be spread over threads.
     *
     * @param column whether the operand's last axis is kept
     */
    static boolean isSplit(Target target, Node n, Dim kept, Dim folded, boolean column) {
        if (!(n.op() instanceof Reduce) || isOrdered(target, n.op(), n.type().dtype())) {
            return false;
        }
        if (column && target.isGpu()) {
            return !folded.isFixed() || folded.value() >= 1024;
        }
        if (!kept.isFixed() || kept.value() == 0) {
            return false;
        }
        if (!folded.isFixed()) {
            return kept.value() <= 16;
        }
        long elements = kept.value() * folded.value();
        return elements >= 4 * SPLIT && (column ? kept.value() <= 16384 && folded.value() >= 2048
                : kept.value() <= 32 && folded.value() >= 4096);
    }

    /** Whether the last axis that is not of size 1 is kept. */
    static boolean isColumn(Graph g, Node n) {
        var shape = g.type(n.inputs().get(0)).shape();
        for (int a = shape.rank() - 1; a >= 0; a--) {
            if (!shape.dim(a).equals(Dim.of(1))) {
                return !axes(n.op()).contains(a);
            }
        }
        return false;
    }
}
