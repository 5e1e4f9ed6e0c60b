package org.rebind.tck;

import java.util.List;
import org.rebind.DType;
import org.rebind.graph.CumSum;
import org.rebind.graph.Matmul;
import org.rebind.graph.Op;
import org.rebind.graph.Reduce;
import org.rebind.graph.ScatterAdd;
import org.rebind.graph.Unary;

/**
 * Error bounds of what adds or multiplies many floats: n units of rounding times the sum of magnitudes, which holds for
 * every order of summation.
 */
final class SumBounds {
    private final GraphBuilder g;
    private final BoundArithmetic m;
    private final boolean ordered;
    private GraphBuilder.Value most; // no partial sum of the op at hand is larger, in whatever order; null if unknown
    private GraphBuilder.Value vanishing; // whether a partial product may be 0; null if the op at hand has none

    /** @param ordered whether no order of evaluation but the interpreter's is allowed, or none gives another result */
    SumBounds(GraphBuilder g, BoundArithmetic m, boolean ordered) {
        this.g = g;
        this.m = m;
        this.ordered = ordered;
    }

    GraphBuilder.Value of(Op op, List<GraphBuilder.Value> x, List<GraphBuilder.Value> errors, GraphBuilder.Value r) {
        boolean clean = errors.stream().allMatch(e -> e == null);
        boolean picks = op instanceof Reduce p && (p.kind() == Reduce.Kind.MAX || p.kind() == Reduce.Kind.MIN);
        if (clean && (ordered || picks)) {
            return null;
        }
        most = null;
        vanishing = null;
        GraphBuilder.Value e;
        if (op instanceof Reduce reduce) {
            e = reduce(reduce, x.get(0), errors.get(0), r);
        } else if (op instanceof CumSum) {
            long n = x.get(0).shape().size(((CumSum) op).axis());
            e = m.add(m.apply(op, errors.get(0)), rounding(m.apply(op, m.magnitude(x.get(0))), r, n));
        } else if (op instanceof Matmul) {
            e = matmul((Matmul) op, x, errors, r);
        } else if (op instanceof ScatterAdd) {
            e = scatter((ScatterAdd) op, x, errors, r);
        } else {
            throw new IllegalStateException("the kit has no error bound for " + op.opName());
        }
        return e == null ? null : whereFinite(r, e, x, errors);
    }

    private GraphBuilder.Value rounding(GraphBuilder.Value magnitudes, GraphBuilder.Value r, long n) {
        most = magnitudes;
        if (ordered || n <= 1) {
            return null;
        }
        return m.add(m.mul(magnitudes, n * Tolerances.ulp(r.dtype())), n * Tolerances.smallest(r.dtype()));
    }

    private GraphBuilder.Value reduce(Reduce op, GraphBuilder.Value x, GraphBuilder.Value e, GraphBuilder.Value r) {
        GraphBuilder.Value inherited = m.apply(op, e);
        long n = op.axes().stream().mapToLong(a -> x.shape().size(a)).reduce(1, (a, b) -> a * b);
        return switch (op.kind()) {
            case MAX, MIN -> g.op(new Reduce(Reduce.Kind.MAX, op.axes()), e);
            case SUM -> m.add(inherited, rounding(m.apply(op, m.magnitude(x)), r, n));
            case PROD -> {
                GraphBuilder.Value size = m.magnitude(x);
                GraphBuilder.Value product = m.apply(op, size);
                GraphBuilder.Value grown = e == null ? null : m.sub(m.apply(op, m.add(size, e)), product);
                GraphBuilder.Value grownMost = m.apply(op, m.max(size, m.constant(1, size)));
                GraphBuilder.Value own = ordered || n <= 1 ? m.constant(0, product) : m.add(
                        m.mul(product, n * Tolerances.ulp(r.dtype())), m.mul(grownMost, n * Tolerances.smallest(r.dtype())));
                GraphBuilder.Value inverse = m.apply(op, m.max(m.div(m.constant(1, size), size), m.constant(1, size)));
                vanishing = ordered ? null : m.less(m.constant(Tolerances.largest(r.dtype()), inverse), inverse);
                GraphBuilder.Value inRange = m.less(grownMost, m.constant(Tolerances.largest(r.dtype()), grownMost));
                yield m.elseInfinite(inRange, m.add(grown, own));
            }
        };
    }

    private GraphBuilder.Value matmul(Matmul op, List<GraphBuilder.Value> x, List<GraphBuilder.Value> errors,
            GraphBuilder.Value r) {
        GraphBuilder.Value a = m.magnitude(x.get(0));
        GraphBuilder.Value b = m.magnitude(x.get(1));
        GraphBuilder.Value e = rounding(g.op(op, a, b), r, x.get(0).shape().size(-1));
        e = errors.get(0) == null ? e : m.add(e, g.op(op, errors.get(0), m.add(b, errors.get(1))));
        return errors.get(1) == null ? e : m.add(e, g.op(op, a, errors.get(1)));
    }

    private GraphBuilder.Value scatter(ScatterAdd op, List<GraphBuilder.Value> x, List<GraphBuilder.Value> errors,
            GraphBuilder.Value r) {
        GraphBuilder.Value index = x.get(1);
        GraphBuilder.Value e = g.op(op, m.dense(errors.get(0), r.shape()), index,
                m.dense(errors.get(2), x.get(2).shape()));
        e = m.add(e, rounding(g.op(op, m.magnitude(x.get(0)), index, m.magnitude(x.get(2))), r,
                index.shape().size(0) + 1));
        return m.add(e, m.fromFlag(m.anywhere(errors.get(1), r.shape())));
    }

    /**
     * A result that is not finite is certain if the operands were, no partial sum can have overflowed, and no partial product can
     * have come to 0, which makes of an infinity something else.
     */
    private GraphBuilder.Value whereFinite(GraphBuilder.Value r, GraphBuilder.Value e, List<GraphBuilder.Value> x,
            List<GraphBuilder.Value> errors) {
        GraphBuilder.Value doubtful = vanishing;
        for (int i = 0; i < x.size(); i++) {
            if (x.get(i).dtype().isFloating()) {
                GraphBuilder.Value size = m.magnitude(x.get(i));
                GraphBuilder.Value huge = m.and(m.finite(size),
                        m.less(m.constant(Math.sqrt(Tolerances.largest(r.dtype())) / 1e6, size), size));
                doubtful = m.or(doubtful, m.anywhere(huge, r.shape()));
            }
            if (errors.get(i) != null) {
                GraphBuilder.Value some = errors.get(i).dtype() == DType.BOOL ? errors.get(i)
                        : m.positive(errors.get(i));
                doubtful = m.or(doubtful, m.anywhere(some, r.shape()));
            }
        }
        GraphBuilder.Value known = m.known(e);
        GraphBuilder.Value reach = m.max(m.magnitude(r), most);
        GraphBuilder.Value inRange = m.less(m.add(reach, known), m.constant(Tolerances.largest(r.dtype()), known));
        GraphBuilder.Value unfinished = m.fromFlag(g.op(Unary.LOGICAL_NOT, m.not(doubtful)));
        return m.where(m.finite(r), m.elseInfinite(inRange, known), unfinished);
    }
}
