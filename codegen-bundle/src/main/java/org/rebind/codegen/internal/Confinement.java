package org.rebind.codegen.internal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;
import org.rebind.codegen.ir.Stmt;
import org.rebind.graph.Relation;

/**
 * A proof that items [lo, hi) of a host kernel touch only elements [lo c, hi c) of a buffer. Each index, less the first element and
 * from the last, has to be at least 0: variables are replaced, innermost first, by the bound that makes it least.
 */
final class Confinement {
    /** What is known of a variable: {@code from <= v < to}, or {@code v = from} where there is no {@code to}; nothing without either. */
    private record Known(int order, Expr from, Expr to) {
    }

    private final Kernel kernel;
    private final Array.Buffer buffer;
    private final Dim perItem;
    private final Facts facts;
    private final Map<Expr.Var, Known> known = new HashMap<>();
    private int order;

    Confinement(Kernel kernel, Array.Buffer buffer, Dim perItem, Facts facts) {
        this.kernel = kernel;
        this.buffer = buffer;
        this.perItem = perItem;
        this.facts = facts;
    }

    /** Whether each item touches only elements of its own, as many as {@code index} moves from item to item. */
    static boolean rows(Kernel kernel, Array.Buffer buffer, Expr.Var item, Expr index) {
        Affine at = new Confinement(kernel, buffer, Dim.of(0), Facts.NONE).affine(index);
        return at != null && new Confinement(kernel, buffer, at.coefficient(item), Facts.NONE).holds();
    }

    boolean holds() {
        Expr one = Expr.integer(1);
        define(Lowering.LO, Expr.integer(0), new Expr.Size(kernel.extent()));
        define(Lowering.HI, Expr.apply(Fn.ADD, DType.INT32, Lowering.LO, one),
                Expr.apply(Fn.ADD, DType.INT32, new Expr.Size(kernel.extent()), one));
        return hold(kernel.body());
    }

    private void define(Expr.Var v, Expr from, Expr to) {
        known.put(v, new Known(order++, from, to));
    }

    private boolean hold(List<Stmt> body) {
        for (Stmt s : body) {
            if (!Trees.expressions(s).stream().allMatch(this::loads)) {
                return false;
            }
            if (s instanceof Stmt.Let l) {
                define(l.variable(), l.value(), null);
            } else if (s instanceof Stmt.Mutable m) {
                define(m.variable(), null, null);
            } else if (s instanceof Stmt.Loop l) {
                define(l.variable(), l.from(), l.to());
            } else if (s instanceof Stmt.Fold f) {
                define(f.variable(), f.from(), f.to());
            } else if (s instanceof Stmt.Store st && st.array().equals(buffer) && !isInside(st.index())
                    || s instanceof Stmt.Transposed t && (t.to().equals(buffer) || t.first().array().equals(buffer))
                    || s instanceof Stmt.WideStore || s instanceof Stmt.WideLoad) {
                return false;
            }
            if (!hold(Trees.inside(s))) {
                return false;
            }
            if (s instanceof Stmt.Fold f) {
                for (Stmt.Accumulator a : f.accumulators()) {
                    if (!loads(a.value())) {
                        return false;
                    }
                    define(a.variable(), null, null);
                    if (a.extreme() != null) {
                        define(a.extreme(), null, null);
                    }
                }
            }
        }
        return true;
    }

    private boolean loads(Expr e) {
        return !(e instanceof Expr.Load l && l.array().equals(buffer) && !isInside(l.index()))
                && Trees.children(e).stream().allMatch(this::loads);
    }

    private boolean isInside(Expr index) {
        Affine at = affine(index);
        Affine from = Affine.of(Lowering.LO).times(perItem);
        Affine last = Affine.of(Lowering.HI).times(perItem).plus(Dim.of(-1));
        return at != null && isNotNegative(at.plus(from.times(Dim.of(-1)))) && isNotNegative(last.plus(at.times(Dim.of(-1))));
    }

    private boolean isNotNegative(Affine x) {
        Optional<Expr.Var> inner = x.terms().keySet().stream().max((a, b) -> Integer.compare(order(a), order(b)));
        if (inner.isEmpty()) {
            return facts.holds(Dim.of(0), Relation.LE, x.constant());
        }
        Expr.Var v = inner.get();
        Dim factor = x.coefficient(v);
        boolean rising = facts.holds(Dim.of(0), Relation.LE, factor);
        Known k = known.get(v);
        if (k == null || k.from == null || !rising && !facts.holds(factor, Relation.LE, Dim.of(0))) {
            return false;
        }
        Affine rest = x.plus(Affine.of(v).times(factor.times(-1)));
        return rising || k.to == null ? holdsWith(rest, factor, k.from, rising, 0) : holdsWith(rest, factor, k.to, false, -1);
    }

    /** Whether {@code rest + factor * (value + plus)} is at least 0 for the values that make it least. */
    private boolean holdsWith(Affine rest, Dim factor, Expr value, boolean rising, int plus) {
        if (value instanceof Expr.Apply a && (a.fn() == Fn.INDEX_MIN || a.fn() == Fn.INDEX_MAX)) {
            boolean first = holdsWith(rest, factor, a.args().get(0), rising, plus);
            boolean any = rising == (a.fn() == Fn.INDEX_MAX); // then either operand is a bound
            return any ? first || holdsWith(rest, factor, a.args().get(1), rising, plus)
                    : first && holdsWith(rest, factor, a.args().get(1), rising, plus);
        }
        Affine bound = value instanceof Expr.Apply a && (a.fn() == Fn.INDEX_REMAINDER || a.fn() == Fn.INDEX_DIVIDE)
                ? part(a, rising) : affine(value);
        return bound != null && isNotNegative(rest.plus(bound.plus(Dim.of(plus)).times(factor)));
    }

    /** A bound of a quotient or remainder, which are of non-negative numbers; null if there is none. */
    private Affine part(Expr.Apply a, boolean lower) {
        if (lower) {
            return Affine.ZERO;
        }
        Affine divisor = affine(a.args().get(1));
        return a.fn() == Fn.INDEX_REMAINDER && divisor != null ? divisor.plus(Dim.of(-1)) : null;
    }

    private int order(Expr.Var v) {
        Known k = known.get(v);
        return k == null ? Integer.MAX_VALUE : k.order;
    }

    /** An index as a sum; terms of other forms become variables. Null if it is none. */
    private Affine affine(Expr e) {
        if (e instanceof Expr.Var v) {
            return Affine.of(v);
        } else if (e instanceof Expr.Size s) {
            return Affine.of(s.dim());
        } else if (e instanceof Expr.Const c) {
            return c.type().isFloating() ? null : Affine.of(Dim.of(c.value().longValue()));
        } else if (!(e instanceof Expr.Apply a)) {
            return null;
        } else {
            return switch (a.fn()) {
                case ADD -> sum(affine(a.args().get(0)), affine(a.args().get(1)), 1);
                case SUBTRACT -> sum(affine(a.args().get(0)), affine(a.args().get(1)), -1);
                case NEGATIVE -> sum(Affine.ZERO, affine(a.args().get(0)), -1);
                case MULTIPLY -> product(affine(a.args().get(0)), affine(a.args().get(1)));
                case INDEX_MIN, INDEX_MAX, INDEX_DIVIDE, INDEX_REMAINDER -> {
                    Expr.Var v = new Expr.Var("#" + order, DType.INT32);
                    define(v, e, null);
                    yield Affine.of(v);
                }
                default -> null;
            };
        }
    }

    private static Affine sum(Affine x, Affine y, int sign) {
        return x == null || y == null ? null : x.plus(y.times(Dim.of(sign)));
    }

    private static Affine product(Affine x, Affine y) {
        return x == null || y == null ? null : y.terms().isEmpty() ? x.times(y.constant())
                : x.terms().isEmpty() ? y.times(x.constant()) : null;
    }
}
