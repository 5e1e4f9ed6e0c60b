package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rebind.DType;
import org.rebind.codegen.Target;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;
import org.rebind.codegen.ir.Stmt;

/**
 * Makes a body read well: drops lets nobody uses, and puts those used once where they are used if that keeps expressions
 * short and moves no load past a store. Contracts products and sums where the target allows.
 */
final class Tidy {

    private final boolean gpu;
    private final boolean contract;
    /** Nodes of the longest expression that is put where it is used; calls of vectors read worse than operators. */
    private final int longest;
    private Map<Expr.Var, Integer> uses;

    private Tidy(boolean gpu, boolean contract, int longest) {
        this.gpu = gpu;
        this.contract = contract;
        this.longest = longest;
    }

    static List<Stmt> tidy(List<Stmt> body, Target target) {
        Tidy t = new Tidy(target.isGpu(), !target.exact() && (target.isGpu() || target.vectorBits() >= 256),
                target.heap() && target.vectorBits() > 0 ? 6 : 12);
        return t.block(dropDead(body));
    }

    static List<Stmt> dropDead(List<Stmt> body) {
        Map<Expr.Var, Integer> uses = count(body);
        List<Stmt> kept = keepUsed(body, uses);
        return count(kept).size() == uses.size() ? kept : dropDead(kept);
    }

    private static Map<Expr.Var, Integer> count(List<Stmt> body) {
        Map<Expr.Var, Integer> uses = new HashMap<>();
        Trees.visit(body, e -> {
            if (e instanceof Expr.Var v) {
                uses.merge(v, 1, Integer::sum);
            }
        });
        return uses;
    }

    private static List<Stmt> keepUsed(List<Stmt> body, Map<Expr.Var, Integer> uses) {
        List<Stmt> kept = new ArrayList<>();
        for (Stmt s : body) {
            if (s instanceof Stmt.Let l && !uses.containsKey(l.variable())) {
                continue;
            }
            kept.add(withBody(s, keepUsed(Trees.inside(s), uses)));
        }
        return kept;
    }

    static Stmt withBody(Stmt s, List<Stmt> body) {
        if (s instanceof Stmt.Loop l) {
            return new Stmt.Loop(l.variable(), l.from(), l.to(), l.step(), l.kind(), body);
        }
        if (s instanceof Stmt.Fold f) {
            return new Stmt.Fold(f.variable(), f.from(), f.to(), f.kind(), body, f.accumulators());
        }
        return s instanceof Stmt.If i ? new Stmt.If(i.condition(), body) : s;
    }

    private List<Stmt> block(List<Stmt> body) {
        uses = count(body);
        return inline(body, List.of());
    }

    private static boolean writes(Stmt s, Set<Array> arrays) {
        return s instanceof Stmt.Store st && arrays.contains(st.array()) || s instanceof Stmt.Transposed t && arrays.contains(t.to())
                || Trees.inside(s).stream().anyMatch(x -> writes(x, arrays));
    }

    /** @param after accumulators whose values are evaluated at the end of this block */
    private List<Stmt> inline(List<Stmt> body, List<Stmt.Accumulator> after) {
        Map<Expr.Var, Expr> pending = new HashMap<>();
        List<Stmt> out = new ArrayList<>();
        for (int i = 0; i < body.size(); i++) {
            Stmt s = body.get(i);
            if (s instanceof Stmt.Let l) {
                Expr value = contracted(substitute(l.value(), pending));
                if (uses.getOrDefault(l.variable(), 0) == 1 && Trees.size(value) <= longest
                        && usedHere(l.variable(), loads(value), body, i, after)) {
                    pending.put(l.variable(), value);
                } else {
                    out.add(new Stmt.Let(l.variable(), value));
                }
            } else {
                out.add(replaced(s, pending));
            }
        }
        last = pending;
        return out;
    }

    private Map<Expr.Var, Expr> last;

    private Stmt replaced(Stmt s, Map<Expr.Var, Expr> pending) {
        if (s instanceof Stmt.Store st) {
            return new Stmt.Store(st.array(), substitute(st.index(), pending), stored(st.array(),
                    contracted(substitute(st.value(), pending))));
        }
        if (s instanceof Stmt.Transposed t) {
            return Trees.map(List.of(t), e -> substitute(e, pending)).get(0);
        }
        if (s instanceof Stmt.Mutable m) {
            return new Stmt.Mutable(m.variable(), substitute(m.initial(), pending));
        }
        if (s instanceof Stmt.Assign a) {
            return new Stmt.Assign(a.variable(), contracted(substitute(a.value(), pending)));
        }
        if (s instanceof Stmt.Loop l) {
            return new Stmt.Loop(l.variable(), l.from(), l.to(), l.step(), l.kind(), inline(l.body(), List.of()));
        }
        if (s instanceof Stmt.If i) {
            return new Stmt.If(substitute(i.condition(), pending), inline(i.body(), List.of()));
        }
        if (s instanceof Stmt.Fold f) {
            List<Stmt> body = inline(f.body(), f.accumulators());
            Map<Expr.Var, Expr> inner = last;
            return new Stmt.Fold(f.variable(), f.from(), f.to(), f.kind(), body, f.accumulators().stream()
                    .map(a -> new Stmt.Accumulator(a.variable(), a.combine(), contracted(substitute(a.value(), inner)),
                            a.extreme())).toList());
        }
        return s;
    }

    /** Storing a half rounds it; to do so before is nothing but another conversion. */
    private Expr stored(Array array, Expr value) {
        Fn rounding = array.dtype() == DType.FLOAT16 ? Fn.ROUND_FLOAT16 : Fn.ROUND_BFLOAT16;
        boolean half = array instanceof Array.Buffer && (array.dtype() == DType.FLOAT16 || array.dtype() == DType.BFLOAT16);
        return gpu && half && value instanceof Expr.Apply a && a.fn() == rounding ? a.args().get(0) : value;
    }

    private static Set<Array> loads(Expr value) {
        Set<Array> loaded = new HashSet<>();
        Trees.visit(value, e -> {
            if (e instanceof Expr.Load l) {
                loaded.add(l.array());
            }
        });
        return loaded;
    }

    /**
     * Whether a variable's one use is an expression of this very block, not of a loop inside or a loop's bound, and
     * nothing before it writes what the variable's value reads.
     */
    private static boolean usedHere(Expr.Var v, Set<Array> loaded, List<Stmt> body, int from,
            List<Stmt.Accumulator> after) {
        for (int i = from + 1; i < body.size(); i++) {
            Stmt s = body.get(i);
            boolean loop = s instanceof Stmt.Loop || s instanceof Stmt.Fold;
            if (!loop && Trees.expressions(s).stream().anyMatch(e -> uses(e, v))) {
                // a let may itself move on, so what follows must not write either
                return !(s instanceof Stmt.Let) || body.subList(i, body.size()).stream().noneMatch(x -> writes(x, loaded))
                        || loaded.isEmpty();
            }
            if (writes(s, loaded)) {
                return false;
            }
        }
        return after.stream().anyMatch(a -> uses(a.value(), v));
    }

    private static boolean uses(Expr e, Expr.Var v) {
        return e.equals(v) || Trees.children(e).stream().anyMatch(c -> uses(c, v));
    }

    private static Expr substitute(Expr e, Map<Expr.Var, Expr> pending) {
        if (e instanceof Expr.Var v) {
            Expr p = pending.get(v);
            return p == null ? e : p;
        }
        return Trees.map(e, c -> substitute(c, pending));
    }

    /** Folds a product into the sum around it, a guard into the load it guards. */
    private Expr contracted(Expr e) {
        Expr x = Trees.map(e, this::contracted);
        if (x instanceof Expr.Apply a && a.fn() == Fn.SELECT && a.args().get(1) instanceof Expr.Load l && l.guard() != null
                && l.guard().equals(a.args().get(0)) && a.args().get(2) instanceof Expr.Const c) {
            return new Expr.Load(l.array(), l.index(), l.type(), l.guard(), c);
        }
        if (!contract || !x.type().isFloating() || !(x instanceof Expr.Apply a)) {
            return x;
        }
        if (a.fn() == Fn.ADD && product(a.args().get(0)) instanceof Expr.Apply p) {
            return Expr.apply(Fn.FMA, x.type(), p.args().get(0), p.args().get(1), a.args().get(1));
        }
        if (a.fn() == Fn.ADD && product(a.args().get(1)) instanceof Expr.Apply p) {
            return Expr.apply(Fn.FMA, x.type(), p.args().get(0), p.args().get(1), a.args().get(0));
        }
        if (a.fn() == Fn.SUBTRACT && product(a.args().get(0)) instanceof Expr.Apply p) {
            return Expr.apply(Fn.FMA, x.type(), p.args().get(0), p.args().get(1),
                    Expr.apply(Fn.NEGATIVE, x.type(), a.args().get(1)));
        }
        return x;
    }

    private static Expr product(Expr e) {
        return e instanceof Expr.Apply a && a.fn() == Fn.MULTIPLY ? e : null;
    }
}
