package org.rebind.codegen.internal;

import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;
import org.rebind.codegen.ir.Stmt;
import org.rebind.codegen.ir.Stmt.Kind;

/**
 * The proof that a loop over rows keeps nothing of the exponentials of a row less its largest but their quotients by their sum, as a softmax
 * does. Those are the same, but for roundings, if something else is subtracted from the row.
 */
final class Shares {
    private final Stmt.Fold exponentials;
    private final Expr.Var sum;
    private final Array array; // where the exponentials are kept
    private final Expr place;
    private final Expr share;
    private boolean replaced; // whether shares have taken their places there

    private Shares(Stmt.Fold exponentials, Array array, Expr place) {
        this.exponentials = exponentials;
        this.sum = exponentials.accumulators().get(0).variable();
        this.array = array;
        this.place = place;
        this.share = Arithmetic.quotient(new Expr.Load(array, place, sum.type()), sum);
    }

    /** Whether it is so for a loop that begins with the fold of the largest, and for the fold at this place in it. */
    static boolean only(Stmt.Loop rows, int at, Kernel kernel) {
        List<Stmt> body = rows.body();
        if (!(body.get(0) instanceof Stmt.Fold first) || !(body.get(at) instanceof Stmt.Fold f) || !LookAhead.isOfExponentials(f, first)) {
            return false;
        }
        Expr.Var most = first.accumulators().get(0).variable();
        Map<Expr.Var, Expr> known = new HashMap<>();
        Stmt.Store kept = null;
        for (Stmt s : f.body()) {
            if (s instanceof Stmt.Let l) {
                known.put(l.variable(), Expansion.rename(l.value(), known));
            } else if (s instanceof Stmt.Store st && kept == null) {
                kept = st;
            } else {
                return false;
            }
        }
        if (kept == null || !(kept.array() instanceof Array.Buffer) && !isOwn(kept.array(), rows, at, kernel)
                || !Expansion.rename(kept.value(), known).equals(Expansion.rename(f.accumulators().get(0).value(), known))
                || uses(List.of(unshifted(f, most)), most) || uses(body.subList(1, at), most)
                || uses(body.subList(at + 1, body.size()), most)) {
            return false;
        }
        return new Shares(f, kept.array(), Expansion.rename(kept.index(), known)).areAll(body.subList(at + 1, body.size()));
    }

    /** Whether scratch memory is read by what follows in the same row only. */
    private static boolean isOwn(Array array, Stmt.Loop rows, int at, Kernel kernel) {
        return array instanceof Array.Scratch && reads(rows.body().subList(0, at + 1), array) == 0
                && reads(rows.body(), array) == reads(kernel.body(), array);
    }

    private static int reads(List<Stmt> body, Array array) {
        int[] n = {0};
        Trees.visit(body, e -> n[0] += e instanceof Expr.Load l && l.array().equals(array) ? 1 : 0);
        return n[0];
    }

    private static boolean uses(List<Stmt> body, Expr.Var v) {
        boolean[] found = {false};
        Trees.visit(body, e -> found[0] |= e.equals(v));
        return found[0];
    }

    /** The fold with nothing subtracted from the row. */
    static Stmt.Fold unshifted(Stmt.Fold f, Expr.Var most) {
        return new Stmt.Fold(f.variable(), f.from(), f.to(), f.kind(), Trees.map(f.body(), e -> unshifted(e, most)),
                f.accumulators().stream().map(a -> new Stmt.Accumulator(a.variable(), a.combine(), unshifted(a.value(), most))).toList());
    }

    private static Expr unshifted(Expr e, Expr.Var most) {
        Expr mapped = Trees.map(e, c -> unshifted(c, most));
        if (!(mapped instanceof Expr.Apply a)) {
            return mapped;
        }
        List<Expr> x = a.args();
        return a.fn() == Fn.SUBTRACT && x.get(1).equals(most) ? x.get(0)
                : a.fn() == Fn.FMA && x.get(2).equals(Expr.apply(Fn.NEGATIVE, most.type(), most))
                        ? Expr.apply(Fn.MULTIPLY, a.type(), x.get(0), x.get(1)) : mapped;
    }

    /** Whether these statements, which follow the fold in the row, use the exponentials and their sum for the shares alone. */
    private boolean areAll(List<Stmt> after) {
        Map<Expr.Var, Expr> known = new HashMap<>();
        for (Stmt s : after) {
            if (s instanceof Stmt.Let l) { // of the sum, and for shares; not of an exponential, which may be no longer there when it is used
                Expr value = Expansion.rename(l.value(), known);
                if (reads(List.of(l), array) > 0) {
                    return false;
                }
                known.put(l.variable(), value);
            } else if (s instanceof Stmt.Loop l && isAlike(l.from(), l.to(), l.kind()) && l.step() == 1) {
                if (!areAll(l.body(), l.variable(), List.of(), known)) {
                    return false;
                }
            } else if (s instanceof Stmt.Fold f && isAlike(f.from(), f.to(), f.kind())) {
                if (!areAll(f.body(), f.variable(), f.accumulators(), known)) {
                    return false;
                }
            } else {
                return false;
            }
        }
        return replaced || array instanceof Array.Scratch;
    }

    private boolean isAlike(Expr from, Expr to, Kind kind) {
        return kind == Kind.LANES && from.equals(exponentials.from()) && to.equals(exponentials.to());
    }

    private boolean areAll(List<Stmt> body, Expr.Var lane, List<Stmt.Accumulator> accumulators, Map<Expr.Var, Expr> outer) {
        Map<Expr.Var, Expr> known = new HashMap<>(outer);
        known.put(lane, exponentials.variable());
        boolean stored = false;
        for (Stmt s : body) {
            if (stored && reads(List.of(s), array) > 0) {
                return false;
            }
            if (s instanceof Stmt.Let l) {
                known.put(l.variable(), Expansion.rename(l.value(), known));
            } else if (s instanceof Stmt.Store st) {
                Expr index = Expansion.rename(st.index(), known);
                if (!isOfShares(index) || !isOfShares(Expansion.rename(st.value(), known))) {
                    return false;
                }
                if (st.array().equals(array)) {
                    if (!index.equals(place)) {
                        return false;
                    }
                    stored = true;
                }
            } else {
                return false;
            }
        }
        for (Stmt.Accumulator a : accumulators) {
            if (stored && reads(List.of(new Stmt.Let(a.variable(), a.value())), array) > 0 || !isOfShares(Expansion.rename(a.value(), known))) {
                return false;
            }
        }
        replaced |= stored;
        return true;
    }

    /** Whether a value has exponentials and sum in shares only. */
    private boolean isOfShares(Expr e) {
        return isOfShares(e, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    /** @param seen what is, as a let that is used several times is there as often */
    private boolean isOfShares(Expr e, Set<Expr> seen) {
        if (!seen.add(e) || !replaced && e.equals(share)) {
            return true;
        }
        if (e.equals(sum) || !replaced && e instanceof Expr.Load l && l.array().equals(array)) {
            return false;
        }
        return Trees.children(e).stream().allMatch(c -> isOfShares(c, seen));
    }
}
