package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;
import org.rebind.graph.Relation;

/** Index arithmetic of one kernel: knows the ranges of its variables, so that most quotients vanish. */
final class Indices {
    /** What a variable made by {@link #divide} or {@link #remainder} stands for. */
    private record Part(Affine whole, Dim divisor, Expr.Var other, boolean quotient) {
    }

    private final Body body;
    private final Facts facts;
    private final Map<Expr.Var, Dim> extents = new HashMap<>();
    /** Whether what is computed may be hidden by a guard. */
    boolean hidden;
    private final Map<Expr.Var, Part> parts = new HashMap<>();

    Indices(Body body, Facts facts) {
        this.body = body;
        this.facts = facts;
    }

    /** States that 0 <= v < extent. */
    void range(Expr.Var v, Dim extent) {
        extents.put(v, extent);
    }

    Facts facts() {
        return facts;
    }

    /** Row-major position of an index in a shape. */
    Affine linear(List<Affine> index, Shape shape) {
        Affine sum = Affine.ZERO;
        Dim stride = Dim.of(1);
        for (int a = shape.rank() - 1; a >= 0; a--) {
            sum = join(index.get(a).times(stride).plus(sum)); // outer terms first, as people write them
            stride = stride.times(shape.dim(a));
        }
        return sum;
    }

    /** The index at a row-major position; axes of size 1 are 0. */
    List<Affine> unravel(Affine position, List<Dim> sizes) {
        List<Affine> index = new ArrayList<>();
        Affine rest = position;
        int first = 0;
        while (first < sizes.size() && sizes.get(first).equals(Dim.of(1))) {
            first++;
        }
        for (int a = sizes.size() - 1; a >= 0; a--) {
            Dim n = sizes.get(a);
            if (n.equals(Dim.of(1))) {
                index.add(0, Affine.ZERO);
            } else if (a == first) {
                index.add(0, rest);
            } else {
                index.add(0, remainder(rest, n));
                rest = divide(rest, n);
            }
        }
        return index;
    }

    /** The quotient; by 0, which only code that never runs asks for, it is 0. */
    Affine divide(Affine x, Dim n) {
        if (n.equals(Dim.of(0))) {
            return Affine.ZERO;
        }
        Affine[] split = split(x, n);
        Affine rest = split[1];
        return inRange(rest, n) ? split[0] : nonNegative(rest) ? split[0].plus(part(rest, n, true)) : part(x, n, true);
    }

    Affine remainder(Affine x, Dim n) {
        if (n.equals(Dim.of(0))) {
            return x; // still depends on the loops, so that nothing is loaded outside of them
        }
        Affine rest = split(x, n)[1];
        return inRange(rest, n) ? rest : nonNegative(rest) ? part(rest, n, false) : part(x, n, false);
    }

    /** x = n * first + second. */
    private static Affine[] split(Affine x, Dim n) {
        Affine quotient = Affine.ZERO;
        Affine rest = Affine.ZERO;
        for (Map.Entry<Expr.Var, Dim> e : x.terms().entrySet()) {
            var q = e.getValue().divideExactly(n);
            if (q.isPresent()) {
                quotient = quotient.plus(Affine.of(e.getKey()).times(q.get()));
            } else {
                rest = rest.plus(Affine.of(e.getKey()).times(e.getValue()));
            }
        }
        var q = x.constant().equals(Dim.of(0)) ? Optional.<Dim>empty()
                : x.constant().divideExactly(n);
        return q.isPresent() ? new Affine[] {quotient.plus(q.get()), rest}
                : new Affine[] {quotient, rest.plus(x.constant())};
    }

    private Affine part(Affine x, Dim n, boolean quotient) {
        Expr whole = x.toExpr();
        Expr size = new Expr.Size(n);
        if (hidden && !facts.positive(n)) { // what a guard hides may divide by the size of an empty operand
            size = Expr.apply(Fn.INDEX_MAX, DType.INT32, size, Expr.integer(1));
        }
        Expr.Var q = body.let("q", Expr.apply(Fn.INDEX_DIVIDE, DType.INT32, whole, size));
        Expr.Var r = body.let("r", Expr.apply(Fn.INDEX_REMAINDER, DType.INT32, whole, size));
        parts.put(q, new Part(x, n, r, true));
        parts.put(r, new Part(x, n, q, false));
        extents.put(r, n);
        upper(x).ifPresent(most -> extents.putIfAbsent(q, most.floorDiv(n).plus(1)));
        return Affine.of(quotient ? q : r);
    }

    /** Replaces n * (x / n) + x % n by x. */
    private Affine join(Affine x) {
        for (Map.Entry<Expr.Var, Dim> e : x.terms().entrySet()) {
            Part p = parts.get(e.getKey());
            if (p == null || p.quotient) {
                continue;
            }
            Dim factor = e.getValue();
            if (x.coefficient(p.other).equals(factor.times(p.divisor))) {
                Affine parts = Affine.of(e.getKey()).times(factor)
                        .plus(Affine.of(p.other).times(factor.times(p.divisor)));
                return join(x.plus(parts.times(Dim.of(-1))).plus(p.whole.times(factor)));
            }
        }
        return x;
    }

    private boolean inRange(Affine x, Dim n) {
        return nonNegative(x) && upper(x).map(most -> facts.holds(most, Relation.LT, n)).orElse(false);
    }

    boolean nonNegative(Affine x) {
        return bound(x, false).map(least -> facts.holds(Dim.of(0), Relation.LE, least)).orElse(false);
    }

    /** The largest value, if it can be told. */
    private Optional<Dim> upper(Affine x) {
        return bound(x, true);
    }

    private Optional<Dim> bound(Affine x, boolean upper) {
        Dim sum = x.constant();
        for (Map.Entry<Expr.Var, Dim> e : x.terms().entrySet()) {
            Dim c = e.getValue();
            boolean positive = facts.holds(Dim.of(0), Relation.LE, c);
            if (!positive && !facts.holds(c, Relation.LE, Dim.of(0))) {
                return Optional.empty();
            }
            if (positive == upper) {
                Dim extent = extents.get(e.getKey());
                if (extent == null) {
                    return Optional.empty();
                }
                sum = sum.plus(c.times(extent.minus(1)));
            }
        }
        return Optional.of(sum);
    }
}
