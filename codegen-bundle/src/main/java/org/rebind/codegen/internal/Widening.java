package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.rebind.DType;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.Target;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;
import org.rebind.codegen.ir.Stmt;
import org.rebind.codegen.ir.Stmt.Kind;

/**
 * GPU loops that spread over threads, in terms of what a thread does: several neighbours at a time by wide accesses where
 * alignment allows, what is left one by one; the part of a row that a thread keeps goes to registers. Folds become loops
 * and one combination over the group.
 */
final class Widening {
    private final Names names;
    private final Expansion expansion;
    private final Expr.Var lane; // of all loops over lanes: none is inside another
    private final Expr.Var part; // of all loops over a thread's parts of a row
    private final Map<Expr.Var, Expr> known = new HashMap<>();
    private final Widths widths;
    private final Map<Array.Scratch, Array.Scratch> rows = new LinkedHashMap<>();
    private final Set<Expr.Var> declared = new HashSet<>(); // positions in a row that is one part a thread
    private int rowWidth;
    /** Items one thread takes at a time; 1 if none is widened. */
    private int items = 1;

    private Widening(Names names, Target target) {
        this.expansion = new Expansion(names);
        this.names = names;
        this.lane = new Expr.Var(names.fresh("lane"), DType.INT32);
        this.part = new Expr.Var(names.fresh("k"), DType.INT32);
        this.widths = new Widths(target.vectorBits() / 8, known);
    }

    static Kernel apply(Kernel k, Target target) {
        Widening w = new Widening(Names.of(k), target);
        w.known.put(Lowering.EXTENT, new Expr.Size(k.extent()));
        w.rowWidth = w.widths.common(k.body());
        List<Stmt> body = Tidy.dropDead(w.block(k.body()));
        return new Kernel(k.name(), k.buffers(), k.sizes(), k.extent(), k.launch(), k.workPerItem(),
                k.launch() == Kernel.Launch.THREADS ? w.items : 1, k.lookAhead(), k.vectorBits(), body, k.note());
    }

    private static Expr op(Fn fn, Expr a, Expr b) {
        return Expr.apply(fn, DType.INT32, a, b);
    }

    private List<Stmt> block(List<Stmt> body) {
        List<Stmt> out = new ArrayList<>();
        for (Stmt s : body) {
            if (s instanceof Stmt.Let l) {
                known.put(l.variable(), l.value());
            }
            if (s instanceof Stmt.Fold f && f.kind() == Kind.THREADS) {
                List<Stmt> serial = expansion.serial(f, f.from(), f.to(), 1);
                out.addAll(serial.subList(0, serial.size() - 1));
                Stmt.Loop l = (Stmt.Loop) serial.get(serial.size() - 1);
                out.addAll(spread(new Stmt.Loop(l.variable(), l.from(), l.to(), 1, Kind.THREADS, l.body())));
                out.add(new Stmt.Combined(f.accumulators()));
            } else if (s instanceof Stmt.Loop l && (l.kind() == Kind.THREADS || l.kind() == Kind.GRID) && l.step() == 1) {
                out.addAll(spread(l));
            } else {
                out.add(Tidy.withBody(s, block(Trees.inside(s))));
            }
        }
        return out;
    }

    private List<Stmt> spread(Stmt.Loop l) {
        if (Widths.touchesRow(l.body())) {
            return row(l);
        }
        int width = widths.of(l);
        if (width == 1) {
            return List.of(new Stmt.Loop(l.variable(), l.from(), l.to(), 1, l.kind(), block(l.body())));
        }
        if (l.kind() == Kind.GRID) {
            items = width;
        }
        List<Stmt> out = new ArrayList<>();
        Expr whole = whole(l, width, out);
        out.add(new Stmt.Loop(l.variable(), l.from(), whole, width, l.kind(), lanes(l, width)));
        if (!whole.equals(l.to())) {
            out.add(new Stmt.Loop(l.variable(), whole, l.to(), 1, l.kind(), l.body()));
        }
        return out;
    }

    /** Where the last whole block ends. */
    private Expr whole(Stmt.Loop l, int width, List<Stmt> out) {
        if (new Steps(width, l.variable(), known).isMultiple(l.to())) {
            return l.to();
        }
        if (l.to() instanceof Expr.Size s && s.dim().isFixed()) {
            return Expr.integer(s.dim().value() / width * width);
        }
        Expr.Var whole = new Expr.Var(names.fresh("whole"), DType.INT32);
        out.add(new Stmt.Let(whole, op(Fn.SUBTRACT, l.to(), op(Fn.INDEX_REMAINDER, l.to(), Expr.integer(width)))));
        return whole;
    }

    /** What a thread does with one block of neighbours. */
    private List<Stmt> lanes(Stmt.Loop l, int width) {
        Steps steps = new Steps(width, l.variable(), known);
        Widths.define(steps, l.body());
        Map<Expr.Var, Expr> lets = new HashMap<>();
        Map<Expr.Load, Array.Lanes> loads = new LinkedHashMap<>();
        List<Stmt> before = new ArrayList<>();
        List<Stmt> inner = new ArrayList<>();
        List<Stmt> after = new ArrayList<>();
        Function<Expr, Expr> rewrite = rewrite(l, steps, lets, loads, before, width);
        for (Stmt s : l.body()) {
            if (s instanceof Stmt.Store st && st.array() instanceof Array.Buffer b) {
                Array.Lanes lanes = new Array.Lanes(names.fresh("out" + width), b.dtype(), width);
                Expr value = rewrite.apply(st.value());
                before.add(new Stmt.Declare(lanes));
                inner.add(new Stmt.Store(lanes, lane, value));
                after.add(new Stmt.WideStore(b, full(st.index(), lets), lanes));
            } else {
                if (s instanceof Stmt.Let let && steps.isConstant(let.value())) {
                    before.add(new Stmt.Let(let.variable(), full(let.value(), lets)));
                    continue;
                }
                if (s instanceof Stmt.Let let) {
                    lets.put(let.variable(), full(let.value(), lets));
                }
                inner.addAll(Trees.map(List.of(s), rewrite));
            }
        }
        List<Stmt> out = new ArrayList<>(before);
        out.add(new Stmt.Loop(lane, Expr.integer(0), Expr.integer(width), 1, Kind.UNROLLED, inner));
        out.addAll(after);
        return out;
    }

    private Function<Expr, Expr> rewrite(Stmt.Loop l, Steps steps, Map<Expr.Var, Expr> lets,
            Map<Expr.Load, Array.Lanes> loads, List<Stmt> before, int width) {
        return new Function<>() {
            @Override
            public Expr apply(Expr e) {
                if (e.equals(l.variable())) {
                    return op(Fn.ADD, l.variable(), lane);
                }
                if (e instanceof Expr.Load load && load.guard() == null && load.array() instanceof Array.Buffer b
                        && steps.isWide(load.index())) {
                    Expr at = full(load.index(), lets);
                    Array.Lanes lanes = loads.computeIfAbsent(new Expr.Load(b, at, load.type()), x -> {
                        Array.Lanes n = new Array.Lanes(names.fresh(b.name() + width), b.dtype(), width);
                        before.add(new Stmt.WideLoad(n, b, at));
                        return n;
                    });
                    return new Expr.Load(lanes, lane, load.type());
                }
                return Trees.map(e, this);
            }
        };
    }

    /** An expression of the loop's variable alone. */
    private static Expr full(Expr e, Map<Expr.Var, Expr> lets) {
        if (e instanceof Expr.Var v) {
            return lets.getOrDefault(v, e);
        }
        return Trees.map(e, c -> full(c, lets));
    }

    /** A loop over a row of fixed length as one over a thread's part of it, so that kept elements stay in registers. */
    private List<Stmt> row(Stmt.Loop l) {
        int n = (int) ((Expr.Size) l.to()).dim().value();
        int step = rowWidth * Kernel.GROUP_SIZE;
        int count = (n + step - 1) / step;
        Expr own = rowWidth == 1 ? Lowering.THREAD : op(Fn.MULTIPLY, Lowering.THREAD, Expr.integer(rowWidth));
        Expr at = count == 1 ? own : op(Fn.ADD, op(Fn.MULTIPLY, part, Expr.integer(step)), own);
        Expr first = count == 1 ? Expr.integer(0) : rowWidth == 1 ? part : op(Fn.MULTIPLY, part, Expr.integer(rowWidth));
        List<Stmt> inner = (rowWidth == 1 ? l.body() : lanes(l, rowWidth)).stream()
                .map(s -> placed(s, first, count * rowWidth)).toList();
        List<Stmt> body = new ArrayList<>();
        if (count > 1 || declared.add(l.variable())) {
            body.add(new Stmt.Let(l.variable(), at));
        }
        if (n % step == 0) {
            body.addAll(inner);
        } else {
            body.add(new Stmt.If(Expr.apply(Fn.LESS, DType.BOOL, l.variable(), l.to()), inner));
        }
        return count == 1 ? body
                : List.of(new Stmt.Loop(part, Expr.integer(0), Expr.integer(count), 1, Kind.UNROLLED, body));
    }

    /** The statement with scratch indexed by the thread's own count of elements. */
    private Stmt placed(Stmt s, Expr first, int length) {
        if (s instanceof Stmt.Loop l) {
            Expr at = first.equals(Expr.integer(0)) ? l.variable() : op(Fn.ADD, first, l.variable());
            return new Stmt.Loop(l.variable(), l.from(), l.to(), l.step(), l.kind(), l.body().stream()
                    .map(x -> placed(x, at, length)).toList());
        }
        Function<Expr, Expr> kept = new Function<>() {
            @Override
            public Expr apply(Expr e) {
                return e instanceof Expr.Load l && l.array() instanceof Array.Scratch a
                        ? new Expr.Load(part(a, length), first, l.type()) : Trees.map(e, this);
            }
        };
        Stmt mapped = Trees.map(List.of(s), kept).get(0);
        return mapped instanceof Stmt.Store st && st.array() instanceof Array.Scratch a
                ? new Stmt.Store(part(a, length), first, st.value()) : mapped;
    }

    private Array.Scratch part(Array.Scratch row, int length) {
        return rows.containsValue(row) ? row
                : rows.computeIfAbsent(row, r -> new Array.Scratch(r.name(), r.dtype(), Expr.integer(length)));
    }
}
