package org.rebind.tck;

import java.util.List;
import java.util.stream.IntStream;
import org.rebind.DType;
import org.rebind.Shape;
import org.rebind.graph.Binary;
import org.rebind.graph.Cast;
import org.rebind.graph.Op;
import org.rebind.graph.Reduce;
import org.rebind.graph.Unary;
import org.rebind.graph.Where;

/**
 * Float64 arithmetic on the values of a graph under construction, where null stands for zero everywhere: most bounds are
 * zero, and so cost nothing.
 */
final class BoundArithmetic {
    private final GraphBuilder g;

    BoundArithmetic(GraphBuilder g) {
        this.g = g;
    }

    /** |x| as float64. */
    GraphBuilder.Value magnitude(GraphBuilder.Value x) {
        return g.op(Unary.ABS, g.cast(x, DType.FLOAT64));
    }

    GraphBuilder.Value constant(double value, GraphBuilder.Value like) {
        return g.fill(value, DType.FLOAT64, like.shape());
    }

    GraphBuilder.Value infinity(GraphBuilder.Value like) {
        return constant(Double.POSITIVE_INFINITY, like);
    }

    /** {@code x}, or zeros of this shape. */
    GraphBuilder.Value dense(GraphBuilder.Value x, Shape shape) {
        return x != null ? x : g.fill(0, DType.FLOAT64, shape);
    }

    GraphBuilder.Value denseFlag(GraphBuilder.Value u, Shape shape) {
        return u != null ? u : g.fill(0, DType.BOOL, shape);
    }

    GraphBuilder.Value add(GraphBuilder.Value a, GraphBuilder.Value b) {
        return a == null ? b : b == null ? a : g.op(Binary.ADD, a, b);
    }

    GraphBuilder.Value sub(GraphBuilder.Value a, GraphBuilder.Value b) {
        return b == null ? a : g.op(Binary.SUBTRACT, a, b);
    }

    GraphBuilder.Value mul(GraphBuilder.Value a, GraphBuilder.Value b) {
        return a == null || b == null ? null : g.op(Binary.MULTIPLY, a, b);
    }

    GraphBuilder.Value mul(GraphBuilder.Value a, double factor) {
        return a == null ? null : mul(a, constant(factor, a));
    }

    GraphBuilder.Value add(GraphBuilder.Value a, double term) {
        return g.op(Binary.ADD, a, constant(term, a));
    }

    GraphBuilder.Value div(GraphBuilder.Value a, GraphBuilder.Value b) {
        return a == null ? null : g.op(Binary.DIVIDE, a, b);
    }

    GraphBuilder.Value max(GraphBuilder.Value a, GraphBuilder.Value b) {
        return a == null ? b : b == null ? a : g.op(Binary.MAXIMUM, a, b);
    }

    GraphBuilder.Value unary(Unary op, GraphBuilder.Value x) {
        return x == null ? null : g.op(op, x);
    }

    GraphBuilder.Value less(GraphBuilder.Value a, GraphBuilder.Value b) {
        return g.op(Binary.LESS, a, b);
    }

    GraphBuilder.Value positive(GraphBuilder.Value a) {
        return less(constant(0, a), a);
    }

    GraphBuilder.Value not(GraphBuilder.Value u) {
        return g.op(Unary.LOGICAL_NOT, u);
    }

    GraphBuilder.Value and(GraphBuilder.Value a, GraphBuilder.Value b) {
        return g.op(Binary.LOGICAL_AND, a, b);
    }

    GraphBuilder.Value or(GraphBuilder.Value a, GraphBuilder.Value b) {
        return a == null ? b : b == null ? a : g.op(Binary.LOGICAL_OR, a, b);
    }

    GraphBuilder.Value where(GraphBuilder.Value c, GraphBuilder.Value a, GraphBuilder.Value b) {
        return g.op(new Where(), c, a, b);
    }

    /** {@code a} where {@code c}, infinite elsewhere. */
    GraphBuilder.Value elseInfinite(GraphBuilder.Value c, GraphBuilder.Value a) {
        return where(c, a, infinity(a));
    }

    /** Whether neither infinite nor NaN. */
    GraphBuilder.Value finite(GraphBuilder.Value x) {
        GraphBuilder.Value m = magnitude(x);
        return less(m, infinity(m));
    }

    /** NaN becomes infinity: nothing is known. */
    GraphBuilder.Value known(GraphBuilder.Value e) {
        return e == null ? null : where(g.op(Unary.ISNAN, e), infinity(e), e);
    }

    /** Infinite where the flag is set, else zero. */
    GraphBuilder.Value fromFlag(GraphBuilder.Value u) {
        if (u == null) {
            return null;
        }
        GraphBuilder.Value zero = g.fill(0, DType.FLOAT64, u.shape());
        return where(u, infinity(zero), zero);
    }

    /** Whether any element of the whole tensor is set, repeated over a shape. */
    GraphBuilder.Value anywhere(GraphBuilder.Value u, Shape over) {
        if (u == null) {
            return null;
        }
        return g.broadcast(g.op(new Reduce(Reduce.Kind.MAX, allAxes(u.rank())), u), over);
    }

    static List<Integer> allAxes(int rank) {
        return IntStream.range(0, rank).boxed().toList();
    }

    GraphBuilder.Value apply(Op op, GraphBuilder.Value x) {
        return x == null ? null : g.op(op, x);
    }

    GraphBuilder.Value toFloat64(GraphBuilder.Value x) {
        return x.dtype() == DType.FLOAT64 ? x : g.op(new Cast(DType.FLOAT64), x);
    }
}
