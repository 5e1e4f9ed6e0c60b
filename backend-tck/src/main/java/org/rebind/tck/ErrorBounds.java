package org.rebind.tck;

import java.util.ArrayList;
import java.util.List;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.backend.Backend;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.ArgReduce;
import org.rebind.graph.Binary;
import org.rebind.graph.BroadcastTo;
import org.rebind.graph.Cast;
import org.rebind.graph.Concatenate;
import org.rebind.graph.CumSum;
import org.rebind.graph.Flip;
import org.rebind.graph.Full;
import org.rebind.graph.Graph;
import org.rebind.graph.Iota;
import org.rebind.graph.Matmul;
import org.rebind.graph.Node;
import org.rebind.graph.Op;
import org.rebind.graph.Pad;
import org.rebind.graph.Permute;
import org.rebind.graph.Reduce;
import org.rebind.graph.Reshape;
import org.rebind.graph.ScatterAdd;
import org.rebind.graph.Slice;
import org.rebind.graph.Take;
import org.rebind.graph.Unary;
import org.rebind.graph.Where;

/**
 * What a graph gives on the interpreter, and how far a correct backend may be off in each element. The bounds come from a
 * running error analysis (Higham, Accuracy and Stability of Numerical Algorithms, ch. 2-3), written as a graph: beside
 * each float value stands its absolute error in float64, beside each integer or bool whether it may differ at all. So a
 * cancellation or a pole widens the tolerance where it is and nowhere else, and everything else stays tight.
 */
public final class ErrorBounds {
    /**
     * One expected result.
     *
     * @param bound null if it must be equal; for floats the largest error as float64, infinite where nothing can be said;
     *     otherwise as bool, true where the value may differ
     * @param signedZero whether the sign of zeros counts
     */
    public record Expected(HostBuffer value, HostBuffer bound, boolean signedZero) {
    }

    /** A value and what is known of it. */
    private record Tracked(GraphBuilder.Value value, GraphBuilder.Value result, GraphBuilder.Value error,
            boolean signedZero) {
    }

    private final GraphBuilder g = new GraphBuilder();
    private final BoundArithmetic m = new BoundArithmetic(g);
    private final FunctionBounds functions = new FunctionBounds(g, m);
    private final boolean exact;
    private final boolean exactSums;
    private final List<Tracked> values = new ArrayList<>();

    private ErrorBounds(boolean exact, boolean exactSums) {
        this.exact = exact;
        this.exactSums = exactSums;
    }

    /**
     * Expected results.
     *
     * @param interpreter the oracle
     * @param exact as {@link ExecutableOptions#exact}: a single sum, difference, product or quotient has no error; the
     *     order of the additions within one reduction or matrix product stays the backend's own
     * @param exactSums whether the data are such that sums and products come out the same in any order
     */
    public static List<Expected> of(Backend interpreter, Graph graph, List<HostBuffer> inputs, long[] symbols,
            boolean exact, boolean exactSums) {
        Graph fixed = GraphRewriter.fix(graph, symbols);
        ErrorBounds bounds = new ErrorBounds(exact, exactSums);
        Graph both = bounds.build(fixed);
        List<HostBuffer> got = Execution.run(interpreter, both, ExecutableOptions.DEFAULT, inputs, new long[0]);
        List<Expected> expected = new ArrayList<>();
        int next = fixed.results().size();
        for (int i = 0; i < fixed.results().size(); i++) {
            Tracked t = bounds.values.get(fixed.results().get(i));
            expected.add(new Expected(got.get(i), t.result == null ? null : got.get(next++), t.signedZero));
        }
        return expected;
    }

    private Graph build(Graph graph) {
        for (Graph.Param p : graph.params()) {
            values.add(new Tracked(g.param(p.name(), p.type()), null, null, true));
        }
        for (Node n : graph.nodes()) {
            List<Tracked> in = n.inputs().stream().map(values::get).toList();
            values.add(track(n.op(), in, g.op(n.op(), in.stream().map(Tracked::value).toList())));
        }
        graph.results().forEach(r -> g.results(values.get(r).value));
        graph.results().stream().map(r -> values.get(r).result).filter(e -> e != null).forEach(e -> g.results(e));
        return g.build();
    }

    private Tracked track(Op op, List<Tracked> in, GraphBuilder.Value r) {
        if (op instanceof Full || op instanceof Iota) {
            return new Tracked(r, null, null, true);
        }
        if (op instanceof Reshape || op instanceof Permute || op instanceof Flip || op instanceof BroadcastTo
                || op instanceof Slice || op instanceof Pad || op instanceof Concatenate) {
            return moved(op, in, r);
        }
        if (!r.dtype().isFloating()) {
            GraphBuilder.Value u = flag(op, in, r);
            return new Tracked(r, u, u, false);
        }
        return floating(op, in, r);
    }

    private Tracked moved(Op op, List<Tracked> in, GraphBuilder.Value r) {
        boolean zeros = in.stream().allMatch(Tracked::signedZero);
        if (in.stream().allMatch(t -> t.error == null)) {
            return new Tracked(r, null, null, zeros);
        }
        boolean floats = r.dtype().isFloating();
        List<GraphBuilder.Value> errors = in.stream().map(t -> floats ? m.dense(t.error, t.value.shape())
                : m.denseFlag(t.error, t.value.shape())).toList();
        Op same = op instanceof Pad p ? new Pad(p.low(), p.high(), floats ? (Number) 0.0 : (Number) 0L) : op;
        GraphBuilder.Value e = g.op(same, errors);
        return new Tracked(r, e, e, zeros);
    }

    // ---- integers and bools: may the value differ?

    private GraphBuilder.Value flag(Op op, List<Tracked> in, GraphBuilder.Value r) {
        Tracked x = in.get(0);
        if (in.stream().allMatch(t -> t.error == null)) {
            return null;
        }
        if (op instanceof Unary u && u == Unary.ISNAN) {
            return m.not(m.finite(x.error));
        }
        if (op instanceof Binary b && x.value.dtype().isFloating()) {
            return comparison(x, in.get(1));
        }
        if (op instanceof Cast c && x.value.dtype().isFloating()) {
            return truncation(c, x);
        }
        if (op instanceof Where) {
            GraphBuilder.Value chosen = m.where(x.value, m.denseFlag(in.get(1).error, r.shape()),
                    m.denseFlag(in.get(2).error, r.shape()));
            return m.or(chosen, x.error);
        }
        if (op instanceof Reduce reduce) {
            return g.op(new Reduce(Reduce.Kind.MAX, reduce.axes()), x.error);
        }
        if (op instanceof ArgReduce arg) {
            return x.value.dtype().isFloating() ? extreme(arg, x)
                    : g.op(new Reduce(Reduce.Kind.MAX, List.of(arg.axis())), x.error);
        }
        if (op instanceof Take take) {
            return m.or(x.error == null ? null : g.op(take, x.error, in.get(1).value), chosen(take, in.get(1), r));
        }
        if (op instanceof CumSum || op instanceof Matmul || op instanceof ScatterAdd) {
            GraphBuilder.Value any = null;
            for (Tracked t : in) {
                any = m.or(any, m.anywhere(t.error, r.shape()));
            }
            return any;
        }
        return in.stream().map(Tracked::error).reduce(null, m::or); // elementwise
    }

    private GraphBuilder.Value comparison(Tracked a, Tracked b) {
        GraphBuilder.Value e = m.add(a.error, b.error);
        GraphBuilder.Value distance = m.magnitude(m.sub(m.toFloat64(a.value), m.toFloat64(b.value)));
        return m.and(m.positive(e), m.not(m.less(e, distance)));
    }

    private GraphBuilder.Value truncation(Cast c, Tracked x) {
        GraphBuilder.Value v = m.toFloat64(x.value);
        if (c.dtype() == DType.BOOL) {
            return m.and(m.positive(x.error), m.not(m.less(x.error, m.magnitude(v))));
        }
        GraphBuilder.Value same = g.op(Binary.EQUAL, m.unary(Unary.TRUNC, m.add(v, x.error)),
                m.unary(Unary.TRUNC, m.sub(v, x.error)));
        return m.and(m.positive(x.error), m.not(m.and(same, m.finite(x.error))));
    }

    /** Whether another element could be the extreme one. */
    private GraphBuilder.Value extreme(ArgReduce arg, Tracked x) {
        Shape full = x.value.shape();
        List<Integer> axes = List.of(arg.axis());
        GraphBuilder.Value v = m.toFloat64(x.value);
        v = arg.kind() == ArgReduce.Kind.MAX ? v : g.op(Unary.NEGATIVE, v);
        GraphBuilder.Value floor = g.op(new Reduce(Reduce.Kind.MAX, axes), m.sub(v, x.error));
        GraphBuilder.Value candidate = m.not(m.less(m.add(v, x.error), g.unreduce(floor, full, axes)));
        GraphBuilder.Value count = g.op(new Reduce(Reduce.Kind.SUM, axes), g.cast(candidate, DType.FLOAT64));
        GraphBuilder.Value worst = g.op(new Reduce(Reduce.Kind.MAX, axes), x.error);
        return m.or(m.and(m.positive(worst), m.less(m.constant(1, count), count)), m.not(m.finite(worst)));
    }

    /** Where a taken slice comes from an index that may differ. */
    private GraphBuilder.Value chosen(Take take, Tracked index, GraphBuilder.Value r) {
        if (index.error == null) {
            return null;
        }
        List<Dim> dims = new ArrayList<>();
        int rank = index.value.rank();
        for (int i = 0; i < r.rank(); i++) {
            boolean ofIndex = i >= take.axis() && i < take.axis() + rank;
            dims.add(ofIndex ? r.shape().dim(i) : Dim.of(1));
        }
        return g.broadcast(g.op(new Reshape(Shape.of(dims)), index.error), r.shape());
    }

    // ---- floats: by how much?

    private Tracked floating(Op op, List<Tracked> in, GraphBuilder.Value r) {
        SumBounds sums = new SumBounds(g, m, exactSums);
        List<GraphBuilder.Value> operands = in.stream().map(Tracked::value).toList();
        List<GraphBuilder.Value> errors = in.stream().map(Tracked::error).toList();
        boolean clean = errors.stream().allMatch(e -> e == null);
        if (op instanceof Where) {
            return chosen(in, r);
        }
        if (op instanceof Cast) {
            GraphBuilder.Value inherited = in.get(0).value.dtype().isFloating() ? errors.get(0) : m.fromFlag(errors.get(0));
            return finish(r, inherited, rounding(r, 1), errors, clean);
        }
        if (op instanceof Unary u) {
            GraphBuilder.Value x = m.toFloat64(operands.get(0));
            GraphBuilder.Value own = Tolerances.ulps(u) == 0 ? null : rounding(r, Tolerances.ulps(u));
            boolean zeros = (u == Unary.NEGATIVE || u == Unary.ABS) && in.get(0).signedZero;
            Tracked t = finish(r, functions.unary(u, x, m.toFloat64(r), errors.get(0)), own, errors, false);
            return new Tracked(t.value, t.result, t.error, zeros);
        }
        if (op instanceof Binary b) {
            return poles(b, in, binary(b, operands, errors, r, clean));
        }
        if (op instanceof Take take) {
            GraphBuilder.Value e = errors.get(0) == null ? null : g.op(take, errors.get(0), operands.get(1));
            e = m.add(e, m.fromFlag(chosen(take, in.get(1), r)));
            return new Tracked(r, e, e, in.get(0).signedZero);
        }
        GraphBuilder.Value e = sums.of(op, operands, errors, r);
        return new Tracked(r, e, e, false);
    }

    private Tracked binary(Binary b, List<GraphBuilder.Value> operands, List<GraphBuilder.Value> errors,
            GraphBuilder.Value r, boolean clean) {
        GraphBuilder.Value x = m.toFloat64(operands.get(0));
        GraphBuilder.Value y = m.toFloat64(operands.get(1));
        GraphBuilder.Value inherited = clean ? null
                : functions.binary(b, x, y, m.toFloat64(r), errors.get(0), errors.get(1));
        boolean arithmetic = b == Binary.ADD || b == Binary.SUBTRACT || b == Binary.MULTIPLY || b == Binary.DIVIDE;
        int ulps = arithmetic && exact ? 0 : b == Binary.ADD || b == Binary.SUBTRACT || b == Binary.MULTIPLY ? 1
                : b == Binary.REMAINDER && !clean ? 1 : Tolerances.ulps(b); // of other operands the nearest number may be another
        GraphBuilder.Value own = ulps == 0 ? null : rounding(r, ulps);
        if (b == Binary.MULTIPLY && own != null) { // a fused multiply-add never sees the product overflow
            GraphBuilder.Value overflow = m.and(m.not(m.finite(r)), m.and(m.finite(x), m.finite(y)));
            own = m.where(overflow, m.infinity(own), own);
        }
        return finish(r, inherited, own, errors, clean && Tolerances.ulps(b) == 0);
    }

    /** Where the sign of a zero that does not count decides which infinity, or which half turn, nothing is known. */
    private Tracked poles(Binary b, List<Tracked> in, Tracked r) {
        boolean divides = b == Binary.DIVIDE || b == Binary.FLOOR_DIVIDE;
        Tracked zero = in.get(divides ? 1 : 0);
        if (zero.signedZero || !divides && b != Binary.POW && b != Binary.ATAN2) {
            return r;
        }
        GraphBuilder.Value at = m.toFloat64(zero.value);
        GraphBuilder.Value e = m.add(r.error, m.fromFlag(g.op(Binary.EQUAL, at, m.constant(0, at))));
        return new Tracked(r.value, e, e, false);
    }

    private Tracked chosen(List<Tracked> in, GraphBuilder.Value r) {
        GraphBuilder.Value uncertain = in.get(0).error;
        GraphBuilder.Value a = in.get(1).error;
        GraphBuilder.Value b = in.get(2).error;
        boolean zeros = in.get(1).signedZero && in.get(2).signedZero;
        if (uncertain == null && a == null && b == null) {
            return new Tracked(r, null, null, zeros);
        }
        GraphBuilder.Value da = m.dense(a, r.shape());
        GraphBuilder.Value db = m.dense(b, r.shape());
        GraphBuilder.Value e = m.where(in.get(0).value, da, db);
        if (uncertain != null) {
            GraphBuilder.Value distance = m.magnitude(m.sub(m.toFloat64(in.get(1).value), m.toFloat64(in.get(2).value)));
            e = m.where(uncertain, m.known(m.add(distance, m.add(da, db))), e);
        }
        return new Tracked(r, e, e, zeros && uncertain == null);
    }

    /** ulps of the result, zero where it is not finite. */
    private GraphBuilder.Value rounding(GraphBuilder.Value r, int ulps) {
        GraphBuilder.Value size = m.magnitude(r);
        GraphBuilder.Value own = m.add(m.mul(size, ulps * Tolerances.ulp(r.dtype())), Tolerances.smallest(r.dtype()));
        return m.where(m.finite(r), own, m.constant(0, own));
    }

    /**
     * Inherited and own error together. A result that is not finite is certain only if all operands were; one whose
     * error reaches the largest number may overflow.
     *
     * @param rounded whether the result itself must be the correctly rounded one
     */
    private Tracked finish(GraphBuilder.Value r, GraphBuilder.Value inherited, GraphBuilder.Value own,
            List<GraphBuilder.Value> errors, boolean rounded) {
        GraphBuilder.Value e = inherited;
        if (inherited != null) {
            GraphBuilder.Value sum = errors.stream().map(x -> x != null && x.dtype().isBool() ? m.fromFlag(x) : x)
                    .reduce(null, m::add);
            GraphBuilder.Value certain = m.where(m.positive(sum), m.infinity(sum), m.constant(0, sum));
            GraphBuilder.Value known = m.known(inherited);
            GraphBuilder.Value inRange = m.less(m.add(m.magnitude(r), known),
                    m.constant(Tolerances.largest(r.dtype()), known));
            e = m.where(m.finite(r), m.elseInfinite(inRange, known), certain);
        }
        GraphBuilder.Value total = m.add(e, own);
        return new Tracked(r, rounded && inherited == null ? null : total, total, false);
    }
}
