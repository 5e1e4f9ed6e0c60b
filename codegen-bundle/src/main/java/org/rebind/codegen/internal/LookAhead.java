package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.Target;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;
import org.rebind.codegen.ir.Stmt;
import org.rebind.codegen.ir.Stmt.Accumulator;
import org.rebind.codegen.ir.Stmt.Combine;
import org.rebind.codegen.ir.Stmt.Kind;

/**
 * A loop over rows that begins with the largest or the sum of a row and has other loops over it, as a softmax or a layer norm does:
 * that of the next row is found in that of them which computes most, so that memory is read while something is computed or written.
 * Results stay the same bit for bit, wherever a thread's rows begin: a largest does not depend on the order, and a sum is formed in
 * the same one for the first row.
 *
 * <p>Where that loop sums up exponentials of a row less its largest, the largest size of the row is found as well. The sum of
 * both bounds all arguments there; if they are all near 0, a form of the loop without a check for each vector runs. That is so too
 * where looking ahead does not pay.
 *
 * <p>Where nothing is kept of these exponentials but their {@link Shares} of the sum, which are the same whatever was subtracted,
 * nothing is in rows near 0. There the largest need not be known, and elsewhere it is that of the elements' bits as integers, unless all are
 * negative; subtracted is the multiple of 32 at it or below. So what is subtracted tends to be the same from row to row: a row is
 * taken for what the two before it were, and what it is is found in the very loop that computes its exponentials; if it is
 * something else, they are computed again. Not so where they are written over the row itself.
 *
 * @param loop the statements in the loop's place
 * @param isAhead whether the next row is looked at
 * @param isGuessed whether rows are taken for what those before were; then {@code before} is not among the statements
 * @param isShares whether nothing is subtracted in rows that are near
 * @param before the fold among them over the first row; if not ahead, over each row. Its second result, if it has two, is the
 *     largest size as bits
 * @param both the fold among them that looks ahead, or would
 * @param near that fold for rows that are near, null if there is no such form; ahead its third result is the largest size as bits
 * @param far that fold for all rows, with the same results, null if {@code near} is
 * @param isNear a variable, whether the row is near; if guessed, 0 if rows are taken for near, {@link #SHIFTED} or {@link #UNKNOWN}
 */
record LookAhead(List<Stmt> loop, boolean isAhead, boolean isGuessed, boolean isShares, Stmt.Fold before, Stmt.Fold both,
        Stmt.Fold near, Stmt.Fold far, String isNear) {
    private static final int COSTLY = 1000;
    private static final int STORE = 100;
    /** Rows from which on two forms of a loop pay that differ by a check, and looking ahead where little is computed. */
    private static final int LONG = 256;
    /** Rows from which on it matters whether what is looked at ahead comes from memory. */
    private static final int MEMORY = 512;
    /** Vectors of processors on which it does, and bytes that their caches hold (decision 0021). */
    private static final int WIDE = 512;
    private static final int CACHED = 16 << 20;
    /** The bits of infinity, beyond which NaN lies. */
    private static final String INFINITY = "0x7f800000";
    /** As far as EXPNEAR goes, some of it left for what roundings of arguments do. */
    private static final String NEAR = "87.0f";
    /** The bits of 43: with e to the power of that and one by it, a sum and its reciprocal are far from the ends of the range. */
    private static final String NEAR_SHARES = "0x422c0000";
    /** What rows are taken for, if not for near: as much has to be subtracted as from the last one looked at; or for nothing. */
    static final int SHIFTED = 1;
    static final int UNKNOWN = 2;
    /** The bits of 32, below which the largest is when the right multiple of 32 has been subtracted. */
    private static final String SHIFT = "0x42000000";

    /** Whether to look ahead in long rows of a kernel that moves so many bytes. */
    static boolean pays(Target target, Dim bytes) {
        return target.vectorBits() < WIDE || bytes.isFixed() && bytes.value() <= CACHED;
    }

    /** The loop in its new form, null if it has none. @param apart whether loops over lanes become methods */
    static LookAhead of(Stmt.Loop rows, boolean apart, Kernel kernel, Names names, Expansion expansion) {
        List<Stmt> body = rows.body();
        if (rows.kind() != Kind.SERIAL || rows.step() != 1 || body.isEmpty() || !(body.get(0) instanceof Stmt.Fold first)
                || first.kind() != Kind.LANES || VectorWriter.isShort(first.from(), first.to())
                || !apart && VectorWriter.isShorter(first.from(), first.to(), LONG)
                || !VectorWriter.isLightResult(first) || !isPlain(first, first)) {
            return null;
        }
        Set<Array> written = new HashSet<>();
        Trees.written(body, written);
        boolean[] touched = {false};
        Trees.visit(List.of(first), e -> touched[0] |= e instanceof Expr.Load l && written.contains(l.array())
                && !isRowsOwn(l, rows, kernel));
        int best = 0;
        for (int i = 1; i < body.size(); i++) {
            if (fits(first, body.get(i)) && (best == 0 || cost(body.get(i)) >= cost(body.get(best)))) {
                best = i;
            }
        }
        if (best == 0) {
            return null;
        }
        boolean shares = Shares.only(rows, best, kernel);
        if (shares && !touched[0] && !isWrittenOver((Stmt.Fold) body.get(best))) {
            return guessed(rows, first, best, names);
        }
        if (!kernel.lookAhead() && !VectorWriter.isShorter(first.from(), first.to(), MEMORY)) {
            return twoForms(rows, first, best, shares, names);
        }
        return touched[0] ? null : ahead(rows, first, best, shares, names, expansion);
    }

    /** Whether no row of the loop touches what another row has in that array: then the next row is still as it was. */
    private static boolean isRowsOwn(Expr.Load l, Stmt.Loop rows, Kernel kernel) {
        return l.array() instanceof Array.Buffer b && rows.from().equals(Lowering.LO) && rows.to().equals(Lowering.HI)
                && Confinement.rows(kernel, b, rows.variable(), l.index());
    }

    /** Whether the other loop goes over the same lanes, and computes or writes. */
    private static boolean fits(Stmt.Fold first, Stmt other) {
        if (other instanceof Stmt.Loop l) {
            return l.kind() == Kind.LANES && l.step() == 1 && l.from().equals(first.from()) && l.to().equals(first.to())
                    && isPlain(first, l);
        }
        return other instanceof Stmt.Fold f && f.kind() == Kind.LANES && f.from().equals(first.from()) && f.to().equals(first.to())
                && f.accumulators().size() == 1 && PhaseMethods.canReturn(List.of(f.accumulators().get(0), first.accumulators().get(0)))
                && f.accumulators().get(0).combine() == Combine.SUM && cost(f) >= COSTLY && isPlain(first, f);
    }

    /** Whether all it loads and stores is of the first's type, without guards; truth values may be loaded, too. */
    private static boolean isPlain(Stmt.Fold first, Stmt loop) {
        DType type = first.accumulators().get(0).variable().type();
        boolean[] plain = {Trees.inside(loop).stream().allMatch(s -> s instanceof Stmt.Let || loop != first
                && s instanceof Stmt.Store st && st.value().type() == type && st.array().dtype() == type)};
        Trees.visit(List.of(loop), e -> plain[0] &= !(e instanceof Expr.Load l)
                || (l.type() == type || l.type().isBool()) && l.array().dtype() == l.type() && l.guard() == null);
        return plain[0];
    }

    /** How much a lane takes, roughly. */
    private static int cost(Stmt loop) {
        int[] cost = {0};
        Trees.visit(List.of(loop), e -> cost[0] += e instanceof Expr.Apply a && a.fn().isCostly() ? COSTLY : 1);
        return cost[0] + STORE * (int) Trees.inside(loop).stream().filter(s -> s instanceof Stmt.Store).count();
    }

    private static LookAhead ahead(Stmt.Loop rows, Stmt.Fold first, int best, boolean shares, Names names, Expansion expansion) {
        Accumulator a = first.accumulators().get(0);
        Expr.Var known = new Expr.Var(names.fresh(a.variable().name()), a.variable().type());
        boolean two = hasTwoForms(rows.body().get(best), first, shares);
        Stmt.Fold before = row(first, rows.variable(), rows.from(), first.variable(), List.of(), List.of(), names, expansion);
        if (shares) { // what the first row comes to does depend on whether it is near
            before = sized(before, names);
        }
        Expr.Var start = before.accumulators().get(0).variable();

        Expr.Var after = new Expr.Var(names.fresh("after"), DType.INT32);
        Expr one = Expr.integer(1);
        List<Stmt> body = new ArrayList<>();
        body.add(new Stmt.Let(a.variable(), known));
        body.addAll(rows.body().subList(1, best));
        body.add(new Stmt.Let(after, Expr.apply(Fn.INDEX_MIN, DType.INT32,
                Expr.apply(Fn.ADD, DType.INT32, rows.variable(), one), Expr.apply(Fn.SUBTRACT, DType.INT32, rows.to(), one))));
        Stmt other = rows.body().get(best);
        Stmt.Fold both = other instanceof Stmt.Fold f
                ? row(first, rows.variable(), after, f.variable(), f.body(), f.accumulators(), names, expansion)
                : row(first, rows.variable(), after, ((Stmt.Loop) other).variable(), Trees.inside(other), List.of(), names, expansion);
        Accumulator next = both.accumulators().get(both.accumulators().size() - 1);
        body.add(both);
        body.add(new Stmt.Assign(known, next.variable()));
        body.addAll(rows.body().subList(best + 1, rows.body().size()));
        List<Stmt> loop = List.of(new Stmt.If(Expr.apply(Fn.LESS, DType.BOOL, rows.from(), rows.to()), List.of(before,
                new Stmt.Mutable(known, start),
                new Stmt.Loop(rows.variable(), rows.from(), rows.to(), 1, Kind.SERIAL, body))));
        if (!two) {
            return new LookAhead(loop, true, false, false, before, both, null, null, null);
        }
        Stmt.Fold far = sized(both, names);
        return new LookAhead(loop, true, false, shares, before, both, near(shares ? Shares.unshifted(far, a.variable()) : far), far,
                names.fresh("near"));
    }

    /** The loop with each row's largest size found with its largest, null if it is not of exponentials. */
    private static LookAhead twoForms(Stmt.Loop rows, Stmt.Fold first, int best, boolean shares, Names names) {
        if (!hasTwoForms(rows.body().get(best), first, shares)) {
            return null;
        }
        Expr.Var most = first.accumulators().get(0).variable();
        Stmt.Fold sized = ownSized(first, names);
        List<Stmt> body = new ArrayList<>(rows.body());
        body.set(0, sized);
        Stmt.Fold far = (Stmt.Fold) body.get(best);
        List<Stmt> loop = List.of(new Stmt.Loop(rows.variable(), rows.from(), rows.to(), 1, Kind.SERIAL, body));
        return new LookAhead(loop, false, false, shares, sized, far, near(shares ? Shares.unshifted(far, most) : far), far,
                names.fresh("near"));
    }

    /** The first loop with the largest size of its row. */
    private static Stmt.Fold ownSized(Stmt.Fold first, Names names) {
        Accumulator a = first.accumulators().get(0);
        Expr.Var value = new Expr.Var(names.fresh("value"), a.variable().type());
        List<Stmt> lets = new ArrayList<>(first.body());
        lets.add(new Stmt.Let(value, a.value()));
        return sized(new Stmt.Fold(first.variable(), first.from(), first.to(), first.kind(), lets,
                List.of(new Accumulator(a.variable(), a.combine(), value))), names);
    }

    /** The loop with each row taken for what those before it were. */
    private static LookAhead guessed(Stmt.Loop rows, Stmt.Fold first, int best, Names names) {
        Expr.Var most = first.accumulators().get(0).variable();
        Elements all = elements((Stmt.Fold) rows.body().get(best), first, names);
        Stmt.Fold both = withSize(all.element, all.fold, names);
        Stmt.Fold far = withTop(both, all.element, most, names);
        List<Stmt> body = new ArrayList<>(rows.body());
        body.set(best, both);
        body.remove(0);
        List<Stmt> loop = List.of(new Stmt.Loop(rows.variable(), rows.from(), rows.to(), 1, Kind.SERIAL, body));
        return new LookAhead(loop, false, true, true, ownSized(first, names), both, near(Shares.unshifted(both, most)), far,
                names.fresh("kind"));
    }

    /** Whether a fold writes where it reads. */
    private static boolean isWrittenOver(Stmt.Fold f) {
        Set<Array> written = new HashSet<>();
        Trees.written(f.body(), written);
        boolean[] over = {false};
        Trees.visit(List.of(f), e -> over[0] |= e instanceof Expr.Load l && written.contains(l.array()));
        return over[0];
    }

    /** A fold of exponentials, and the variable in it that holds the element. */
    private record Elements(Stmt.Fold fold, Expr.Var element) {
    }

    private static Elements elements(Stmt.Fold f, Stmt.Fold first, Names names) {
        Map<Expr.Var, Expr> known = new HashMap<>(Map.of(first.variable(), f.variable()));
        Expr element = resolved(first.body(), known, first.accumulators().get(0).value());
        for (Stmt s : f.body()) {
            if (s instanceof Stmt.Let l) {
                known.put(l.variable(), Expansion.rename(l.value(), known));
                if (known.get(l.variable()).equals(element)) {
                    return new Elements(f, l.variable());
                }
            }
        }
        Expr.Var value = new Expr.Var(names.fresh("value"), element.type());
        List<Stmt> body = new ArrayList<>(List.of(new Stmt.Let(value, element)));
        body.addAll(Trees.map(f.body(), e -> replaced(e, element, value)));
        return new Elements(withBody(f, body, element, value), value);
    }

    /**
     * The fold with the largest of its elements' bits less what is subtracted. Not of what the exponential takes, where that is one
     * rounding less: a row's kind must not depend on what it was taken for.
     */
    private static Stmt.Fold withTop(Stmt.Fold f, Expr.Var element, Expr.Var most, Names names) {
        Expr less = Expr.apply(Fn.SUBTRACT, most.type(), element, most);
        Expr.Var from = new Expr.Var(names.fresh("from"), most.type());
        List<Stmt> body = new ArrayList<>();
        for (Stmt s : f.body()) {
            body.addAll(Trees.map(List.of(s), e -> replaced(e, less, from)));
            if (s instanceof Stmt.Let l && l.variable().equals(element)) {
                body.add(new Stmt.Let(from, less));
            }
        }
        return with("top", bits(from), withBody(f, body, less, from), names);
    }

    /** The fold with another body, in which the variable stands for an expression. */
    private static Stmt.Fold withBody(Stmt.Fold f, List<Stmt> body, Expr expression, Expr.Var value) {
        return new Stmt.Fold(f.variable(), f.from(), f.to(), f.kind(), body, f.accumulators().stream()
                .map(a -> new Accumulator(a.variable(), a.combine(), replaced(a.value(), expression, value))).toList());
    }

    private static Expr replaced(Expr e, Expr expression, Expr.Var value) {
        return e.equals(expression) ? value : Trees.map(e, c -> replaced(c, expression, value));
    }

    private static boolean hasTwoForms(Stmt other, Stmt.Fold first, boolean shares) {
        return other instanceof Stmt.Fold f && (shares || !VectorWriter.isShorter(f.from(), f.to(), LONG)) && isOfExponentials(f, first);
    }

    /** The fold with the largest size of what its last result is the largest of, as bits. */
    private static Stmt.Fold sized(Stmt.Fold f, Names names) {
        return withSize(f.accumulators().get(f.accumulators().size() - 1).value(), f, names);
    }

    private static Stmt.Fold withSize(Expr of, Stmt.Fold f, Names names) {
        return with("size", Expr.apply(Fn.BIT_AND, DType.INT32, bits(of), Expr.integer(Integer.MAX_VALUE)), f, names);
    }

    /** The fold with the largest of another integer, too. */
    private static Stmt.Fold with(String name, Expr integer, Stmt.Fold f, Names names) {
        List<Accumulator> all = new ArrayList<>(f.accumulators());
        all.add(new Accumulator(new Expr.Var(names.fresh(name), DType.INT32), Combine.MAX, integer));
        return new Stmt.Fold(f.variable(), f.from(), f.to(), f.kind(), f.body(), all);
    }

    static Expr bits(Expr value) {
        return Expr.apply(Fn.FLOAT_BITS, DType.INT32, value);
    }

    /** Whether the row that a fold found the largest and the largest size of is near, in terms of its results. */
    String isNear(Stmt.Fold sized) {
        List<Accumulator> all = sized.accumulators();
        String size = all.get(isGuessed ? 1 : all.size() - 1).variable().name();
        return isShares ? size + " <= " + NEAR_SHARES
                : all.get(all.size() - 2).variable().name() + " + Float.intBitsToFloat(" + size + ") <= " + NEAR;
    }

    /** Whether the row of {@code far} is what it was taken for, in terms of its results and of what was subtracted, if guessed. */
    String isRight(String subtracted) {
        String size = far.accumulators().get(1).variable().name();
        String top = far.accumulators().get(2).variable().name();
        return size + " <= " + NEAR_SHARES + " ? " + subtracted + " == 0 : " + size + " <= " + INFINITY + " && 0 <= " + top + " && " + top
                + " < " + SHIFT;
    }

    /** What has to be subtracted of shares, unless the row is near. @param most the largest */
    static String shift(String most) {
        return "32.0f * (float) Math.floor(0.03125f * " + most + ")";
    }

    /** Whether the largest has to be found again, by all means. @param top the largest bits, if {@code isShares} */
    String isUnknown(String most, String top, String size) {
        return size + " > " + INFINITY + " || " + (isShares ? top + " < 0 && " + size + " > " + NEAR_SHARES : most + " == 0");
    }

    private static Stmt.Fold near(Stmt.Fold far) {
        return new Stmt.Fold(far.variable(), far.from(), far.to(), far.kind(), Trees.map(far.body(), LookAhead::near),
                far.accumulators().stream().map(x -> new Accumulator(x.variable(), x.combine(), near(x.value()))).toList());
    }

    private static Expr near(Expr e) {
        Expr mapped = Trees.map(e, LookAhead::near);
        return mapped instanceof Expr.Apply a && a.fn() == Fn.EXPNEG ? new Expr.Apply(Fn.EXPNEAR, a.args(), a.type()) : mapped;
    }

    /** Whether a fold is the sum of EXPNEG, and all of these have an element less the largest as their argument. */
    static boolean isOfExponentials(Stmt.Fold f, Stmt.Fold first) {
        Accumulator most = first.accumulators().get(0);
        Map<Expr.Var, Expr> known = new HashMap<>(Map.of(first.variable(), f.variable()));
        Expr element = resolved(first.body(), known, most.value());
        boolean[] fits = {most.combine() == Combine.MAX
                && resolved(f.body(), known, f.accumulators().get(0).value()) instanceof Expr.Apply a && a.fn() == Fn.EXPNEG};
        List<Expr> values = new ArrayList<>(List.of(f.accumulators().get(0).value()));
        f.body().forEach(s -> values.addAll(Trees.expressions(s)));
        values.forEach(v -> Trees.visit(Expansion.rename(v, known), e -> fits[0] &= !(e instanceof Expr.Apply a)
                || a.fn() != Fn.EXPNEG || isLess(a.args().get(0), element, most.variable())));
        return fits[0];
    }

    /** An expression in terms of what is not declared in these statements; they become known. */
    private static Expr resolved(List<Stmt> body, Map<Expr.Var, Expr> known, Expr e) {
        for (Stmt s : body) {
            if (s instanceof Stmt.Let l) {
                known.put(l.variable(), Expansion.rename(l.value(), known));
            }
        }
        return Expansion.rename(e, known);
    }

    private static boolean isLess(Expr e, Expr element, Expr.Var most) {
        if (!(e instanceof Expr.Apply a)) {
            return false;
        }
        List<Expr> x = a.args();
        return a.fn() == Fn.SUBTRACT && x.get(0).equals(element) && x.get(1).equals(most)
                || a.fn() == Fn.FMA && x.get(2).equals(Expr.apply(Fn.NEGATIVE, most.type(), most))
                && (Expr.apply(Fn.MULTIPLY, a.type(), x.get(0), x.get(1)).equals(element)
                        || Expr.apply(Fn.MULTIPLY, a.type(), x.get(1), x.get(0)).equals(element));
    }

    /**
     * The fold over another row, and what else is done and folded for each of its lanes. It loads first: large arrays begin at the
     * same place of a page, and a load whose last 12 address bits are those of a store just before it waits for the store.
     */
    private static Stmt.Fold row(Stmt.Fold f, Expr.Var row, Expr other, Expr.Var lane, List<Stmt> also,
            List<Accumulator> more, Names names, Expansion expansion) {
        Accumulator a = f.accumulators().get(0);
        Map<Expr.Var, Expr> renamed = new HashMap<>();
        renamed.put(row, other);
        renamed.put(f.variable(), lane);
        List<Stmt> body = new ArrayList<>(expansion.copy(f.body(), renamed));
        Expr.Var value = new Expr.Var(names.fresh("value"), a.variable().type());
        body.add(new Stmt.Let(value, Expansion.rename(a.value(), renamed)));
        body.addAll(also);
        Expr.Var result = new Expr.Var(names.fresh(a.variable().name()), a.variable().type());
        List<Accumulator> all = new ArrayList<>(more);
        all.add(new Accumulator(result, a.combine(), value));
        return new Stmt.Fold(lane, f.from(), f.to(), Kind.LANES, body, all);
    }
}
