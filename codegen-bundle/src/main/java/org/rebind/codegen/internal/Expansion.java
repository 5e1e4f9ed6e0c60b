package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.rebind.DType;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;
import org.rebind.codegen.ir.Stmt;
import org.rebind.codegen.ir.Stmt.Accumulator;
import org.rebind.codegen.ir.Stmt.Combine;
import org.rebind.codegen.ir.Stmt.Kind;

/**
 * Folds in terms of loops: one accumulator in order, several scalars for Java (C2 does not reorder float sums, but runs
 * independent ones at once), or an array of lanes for C compilers, which vectorise the loop over it.
 */
final class Expansion {
    private static final int UNROLL = 4;
    private static final int LANES = 16;

    private final Names names;

    /** @param taken identifiers of the kernel */
    Expansion(Names taken) {
        this.names = taken;
    }

    private static Expr op(Fn fn, Expr a, Expr b) {
        return Expr.apply(fn, DType.INT32, a, b);
    }

    static boolean isArg(Accumulator a) {
        return a.combine() == Combine.ARGMAX || a.combine() == Combine.ARGMIN;
    }

    /** One accumulator each, in order. */
    List<Stmt> serial(Stmt.Fold f, Expr from, Expr to, int step) {
        List<Stmt> out = new ArrayList<>();
        List<Stmt> body = new ArrayList<>(f.body());
        for (Accumulator a : f.accumulators()) {
            Expr.Var key = isArg(a) ? a.extreme() : a.variable();
            out.add(new Stmt.Mutable(key, Combining.neutral(a.combine(), key.type())));
            if (!isArg(a)) {
                body.add(new Stmt.Assign(key, Combining.combine(a.combine(), key, a.value())));
                continue;
            }
            out.add(new Stmt.Mutable(a.variable(), Expr.integer(0)));
            Expr value = a.value();
            if (!(value instanceof Expr.Var)) {
                Expr.Var v = new Expr.Var(names.fresh("value"), value.type());
                body.add(new Stmt.Let(v, value));
                value = v;
            }
            body.add(new Stmt.If(Combining.better(a.combine(), value, key), List.of(new Stmt.Assign(key, value),
                    new Stmt.Assign(a.variable(), f.variable()))));
        }
        out.add(new Stmt.Loop(f.variable(), from, to, step, Kind.SERIAL, body));
        return out;
    }

    private static boolean isPlain(Stmt.Fold f) {
        return f.accumulators().stream().noneMatch(Expansion::isArg)
                && f.body().stream().allMatch(s -> s instanceof Stmt.Let || s instanceof Stmt.Store);
    }

    /** Several scalar accumulators. */
    List<Stmt> unrolled(Stmt.Fold f) {
        boolean reordered = f.accumulators().stream().anyMatch(a -> a.variable().type().isFloating());
        if (!isPlain(f) || !reordered) {
            return serial(f, f.from(), f.to(), 1);
        }
        List<Stmt> out = new ArrayList<>();
        Expr main = main(f, UNROLL, out);
        List<Stmt> body = new ArrayList<>();
        List<List<Expr.Var>> parts = new ArrayList<>();
        for (Accumulator a : f.accumulators()) {
            List<Expr.Var> own = new ArrayList<>();
            for (int q = 0; q < UNROLL; q++) {
                Expr.Var v = new Expr.Var(names.fresh(a.variable().name() + q), a.variable().type());
                out.add(new Stmt.Mutable(v, Combining.neutral(a.combine(), v.type())));
                own.add(v);
            }
            parts.add(own);
        }
        for (int q = 0; q < UNROLL; q++) {
            Map<Expr.Var, Expr> renamed = new HashMap<>();
            if (q > 0) {
                renamed.put(f.variable(), op(Fn.ADD, f.variable(), Expr.integer(q)));
            }
            body.addAll(copy(f.body(), renamed));
            for (int i = 0; i < parts.size(); i++) {
                Accumulator a = f.accumulators().get(i);
                Expr.Var v = parts.get(i).get(q);
                body.add(new Stmt.Assign(v, Combining.combine(a.combine(), v, rename(a.value(), renamed))));
            }
        }
        out.add(new Stmt.Loop(f.variable(), f.from(), main, UNROLL, Kind.SERIAL, body));
        List<Stmt> rest = new ArrayList<>(f.body());
        for (int i = 0; i < parts.size(); i++) {
            Accumulator a = f.accumulators().get(i);
            List<Expr.Var> p = parts.get(i);
            out.add(new Stmt.Mutable(a.variable(), Combining.combine(a.combine(),
                    Combining.combine(a.combine(), p.get(0), p.get(1)), Combining.combine(a.combine(), p.get(2), p.get(3)))));
            rest.add(new Stmt.Assign(a.variable(), Combining.combine(a.combine(), a.variable(), a.value())));
        }
        out.add(new Stmt.Loop(f.variable(), main, f.to(), 1, Kind.SERIAL, rest));
        return out;
    }

    private Expr main(Stmt.Fold f, int width, List<Stmt> out) {
        Expr.Var main = new Expr.Var(names.fresh("main"), DType.INT32);
        boolean zero = f.from().equals(Expr.integer(0));
        Expr length = zero ? f.to() : op(Fn.SUBTRACT, f.to(), f.from());
        Expr end = op(Fn.SUBTRACT, f.to(), op(Fn.INDEX_REMAINDER, length, Expr.integer(width)));
        if (zero && f.to() instanceof Expr.Size s && s.dim().isFixed()) {
            long whole = s.dim().value() / width * width;
            return whole == s.dim().value() ? f.to() : Expr.integer(whole);
        }
        out.add(new Stmt.Let(main, end));
        return main;
    }

    /** An array of accumulators, one a lane. */
    List<Stmt> lanes(Stmt.Fold f, java.util.function.Consumer<Array.Scratch> declare) {
        if (!isPlain(f)) {
            return serial(f, f.from(), f.to(), 1);
        }
        List<Stmt> out = new ArrayList<>();
        Expr main = main(f, LANES, out);
        Expr.Var lane = new Expr.Var(names.fresh("lane"), DType.INT32);
        List<Stmt> start = new ArrayList<>();
        Map<Expr.Var, Expr> renamed = new HashMap<>();
        renamed.put(f.variable(), op(Fn.ADD, f.variable(), lane));
        List<Stmt> inner = new ArrayList<>(copy(f.body(), renamed));
        List<Stmt> ends = new ArrayList<>();
        List<Stmt> rest = new ArrayList<>(f.body());
        for (Accumulator a : f.accumulators()) {
            Expr.Var v = a.variable();
            Array.Scratch lanes = new Array.Scratch(names.fresh(v.name() + "Lanes"), v.type(), Expr.integer(LANES));
            declare.accept(lanes);
            Expr element = new Expr.Load(lanes, lane, v.type());
            start.add(new Stmt.Store(lanes, lane, Combining.neutral(a.combine(), v.type())));
            inner.add(new Stmt.Store(lanes, lane, Combining.combine(a.combine(), element, rename(a.value(), renamed))));
            ends.add(new Stmt.Assign(v, Combining.combine(a.combine(), v, element)));
            rest.add(new Stmt.Assign(v, Combining.combine(a.combine(), v, a.value())));
        }
        Expr width = Expr.integer(LANES);
        out.add(new Stmt.Loop(lane, Expr.integer(0), width, 1, Kind.SERIAL, start));
        out.add(new Stmt.Loop(f.variable(), f.from(), main, LANES, Kind.SERIAL,
                List.of(new Stmt.Loop(lane, Expr.integer(0), width, 1, Kind.SERIAL, inner))));
        f.accumulators().forEach(a -> out.add(new Stmt.Mutable(a.variable(),
                Combining.neutral(a.combine(), a.variable().type()))));
        out.add(new Stmt.Loop(lane, Expr.integer(0), width, 1, Kind.SERIAL, ends));
        out.add(new Stmt.Loop(f.variable(), main, f.to(), 1, Kind.SERIAL, rest));
        return out;
    }

    /** Statements again, with lets under new names. */
    List<Stmt> copy(List<Stmt> body, Map<Expr.Var, Expr> renamed) {
        List<Stmt> out = new ArrayList<>();
        for (Stmt s : body) {
            if (s instanceof Stmt.Let l) {
                Expr value = rename(l.value(), renamed);
                Expr.Var v = l.variable();
                if (!renamed.isEmpty()) {
                    v = new Expr.Var(names.fresh(v.name()), v.type());
                    renamed.put(l.variable(), v);
                }
                out.add(new Stmt.Let(v, value));
            } else if (s instanceof Stmt.Store st) {
                out.add(new Stmt.Store(st.array(), rename(st.index(), renamed), rename(st.value(), renamed)));
            }
        }
        return out;
    }

    static Expr rename(Expr e, Map<Expr.Var, Expr> renamed) {
        if (e instanceof Expr.Var v) {
            return renamed.getOrDefault(v, v);
        }
        return renamed.isEmpty() ? e : Trees.map(e, c -> rename(c, renamed));
    }
}
