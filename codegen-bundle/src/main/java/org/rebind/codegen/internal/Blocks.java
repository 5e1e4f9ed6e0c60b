package org.rebind.codegen.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.rebind.DType;
import org.rebind.codegen.BlockMemory;
import org.rebind.codegen.Dialect;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;
import org.rebind.codegen.ir.Stmt;
import org.rebind.codegen.ir.Stmt.Accumulator;
import org.rebind.codegen.ir.Stmt.Kind;

/**
 * A loop over lanes in small loops over blocks of it, for compilers that vectorise loops only where they are small and index all arrays
 * alike. Rows of the kernel's arrays are copied to scratch memory and back, loops compute operands there, and the
 * dialect's functions for blocks replace them by their values, with one array more to work in. What has no such form is done by a last loop. Iterations are
 * independent, so each of these steps may go through a whole block before the next one.
 */
final class Blocks {
    private static final int SHORTEST = 128;
    /** Elements of all scratch memory in use: five eighths of a level 1 cache. */
    private static final int CACHED = 5120;
    /** Operations that are rather computed again than kept. */
    private static final int AGAIN = 2;
    /** Shorter rows stay as they are: a vectorised loop starts and ends with up to 15 elements one by one, and those are slow. */
    private static final int SHORTEST_ROW = 256;

    /**
     * What fills one array of scratch memory.
     *
     * @param source to copy from, null if computed
     * @param value the operand, or where the source's part for this block starts
     * @param function that replaces operands by its values, null if none
     */
    private record Step(Expr.Var values, Array source, Expr value, String function) {
    }

    /** Values that go back to an array in one piece. */
    private record Result(Array array, Expr start, Expr.Var values) {
    }

    private final StatementWriter w;
    private final Expr.Var variable;
    private final Expr from;
    private final Expr to;
    private final Expr.Var block;
    private final Expr.Var count;
    private final Expr.Var lane;
    private final Map<Expr.Var, Expr> lets = new LinkedHashMap<>();
    /** What has a step, as a stand-in for the load of its value: a variable. */
    private final Map<Expr, Expr.Var> done = new HashMap<>();
    private final List<Step> steps = new ArrayList<>();
    private final List<Result> results = new ArrayList<>();
    /** Where values lie, once all steps are known. */
    private final Map<Expr.Var, Array.Scratch> places = new LinkedHashMap<>();
    /** Where functions work. */
    private Array.Scratch spare;

    private Blocks(StatementWriter w, Expr.Var variable, Expr from, Expr to) {
        this.w = w;
        this.variable = variable;
        this.from = from;
        this.to = to;
        this.block = new Expr.Var(w.names.fresh("block"), DType.INT32);
        this.count = new Expr.Var(w.names.fresh("count"), DType.INT32);
        this.lane = new Expr.Var(w.names.fresh("lane"), DType.INT32);
    }

    /** Prints a loop or fold over lanes, if the dialect has functions for blocks and it calls one. */
    static boolean write(StatementWriter w, Stmt s) {
        if (w.dialect.style() != Dialect.Style.JAVA || !applies(w.dialect, s)) {
            return false;
        }
        if (s instanceof Stmt.Loop l) {
            new Blocks(w, l.variable(), l.from(), l.to()).write(l.body(), List.of());
        } else if (s instanceof Stmt.Fold f) {
            f.accumulators().forEach(a -> w.statement(new Stmt.Mutable(a.variable(), Combining.neutral(a.combine(), a.variable().type()))));
            new Blocks(w, f.variable(), f.from(), f.to()).write(f.body(), f.accumulators());
        }
        return true;
    }

    private static boolean applies(Dialect dialect, Stmt s) {
        boolean loop = s instanceof Stmt.Loop l && l.kind() == Kind.LANES && l.step() == 1 && isLong(l.from(), l.to()) && isRegular(s, l.variable());
        boolean fold = s instanceof Stmt.Fold f && f.kind() == Kind.LANES && isLong(f.from(), f.to()) && isRegular(s, f.variable())
                && f.accumulators().stream().noneMatch(Expansion::isArg);
        int[] calls = new int[2];
        Trees.visit(List.of(s), e -> {
            if (e instanceof Expr.Apply a && a.fn().isCostly()) {
                calls[function(dialect, e) != null ? 0 : 1]++;
            }
        });
        return (loop || fold) && calls[0] > 0 && calls[0] >= calls[1] && !readsWhatItWrote(s);
    }

    /** Whether it is all of a kernel's part of its extent, or a row that is known to be long. */
    private static boolean isLong(Expr from, Expr to) {
        return from.equals(Lowering.LO) && to.equals(Lowering.HI)
                || from.equals(Expr.integer(0)) && to instanceof Expr.Size n && n.dim().isFixed() && n.dim().value() >= SHORTEST_ROW;
    }

    /** Whether it only computes and stores, from neighbours and from what is the same for all lanes: others cost more than functions do. */
    private static boolean isRegular(Stmt s, Expr.Var variable) {
        Map<Expr.Var, Expr> lets = new HashMap<>();
        boolean[] regular = {Trees.inside(s).stream().allMatch(x -> x instanceof Stmt.Let || x instanceof Stmt.Store)};
        Trees.inside(s).forEach(x -> {
            if (x instanceof Stmt.Let l) {
                lets.put(l.variable(), l.value());
            }
        });
        Trees.visit(List.of(s), e -> {
            if (e instanceof Expr.Load l) {
                Expr index = inlined(l.index(), lets);
                regular[0] &= l.guard() == null && (neighbours(index, variable) || !varies(index, variable));
            }
        });
        return regular[0];
    }

    /** A load after a store to the same array would have to wait for it. */
    static boolean readsWhatItWrote(Stmt s) {
        Set<Array> written = new HashSet<>();
        boolean[] found = new boolean[1];
        Consumer<Expr> visit = e -> found[0] |= e instanceof Expr.Load l && written.contains(l.array());
        for (Stmt x : Trees.inside(s)) {
            Trees.expressions(x).forEach(e -> Trees.visit(e, visit));
            if (x instanceof Stmt.Store st) {
                written.add(st.array());
            }
        }
        if (s instanceof Stmt.Fold f) {
            f.accumulators().forEach(a -> Trees.visit(a.value(), visit));
        }
        return found[0];
    }

    /** The function for blocks that computes this, null if there is none. */
    private static String function(Dialect dialect, Expr e) {
        return e instanceof Expr.Apply a && a.type() == DType.FLOAT32 && a.args().size() == 1
                ? dialect.functions().get("BLOCK." + a.fn() + "." + a.type()) : null;
    }

    private void write(List<Stmt> body, List<Accumulator> accumulators) {
        List<Stmt> last = new ArrayList<>();
        List<Stmt.Store> pieces = new ArrayList<>();
        Map<Array, Integer> stores = new HashMap<>();
        body.forEach(s -> stores.merge(s instanceof Stmt.Store st ? st.array() : null, 1, Integer::sum));
        for (Stmt s : body) {
            if (s instanceof Stmt.Let l) {
                lets.put(l.variable(), staged(l.value()));
                last.add(s);
            } else if (s instanceof Stmt.Store st) {
                Expr value = staged(st.value());
                Expr start = stores.get(st.array()) == 1 ? start(st.array(), st.index()) : null;
                if (start == null) {
                    last.add(new Stmt.Store(st.array(), staged(st.index()), value));
                } else {
                    pieces.add(new Stmt.Store(st.array(), start, value));
                }
            }
        }
        List<Accumulator> parts = accumulators.stream().map(a -> new Accumulator(new Expr.Var(w.names.fresh(a.variable().name() + "Part"),
                a.variable().type()), a.combine(), staged(a.value()))).toList();
        for (Stmt.Store st : pieces) { // after all functions' steps, which may yet give what it uses a step
            results.add(new Result(st.array(), st.index(), resolved(st.value()) instanceof Expr.Var v && isValue(v) ? v : step(null, st.value(), null)));
        }
        print(last, accumulators, parts, place(last, parts));
    }

    private Expr resolved(Expr e) {
        return e instanceof Expr.Var v && lets.containsKey(v) ? resolved(lets.get(v)) : e;
    }

    private boolean isValue(Expr.Var v) {
        return steps.stream().anyMatch(s -> s.values.equals(v));
    }

    /** An expression whose calls of functions for blocks, and loads of neighbours, are values of steps. */
    private Expr staged(Expr e) {
        Expr.Var known = done.get(e);
        if (known != null) {
            return known;
        }
        Expr made = e;
        if (e instanceof Expr.Load l) {
            Expr start = l.guard() == null ? start(l.array(), l.index()) : null;
            made = start == null ? Trees.map(e, this::staged) : step(l.array(), start, null);
        } else {
            String function = function(w.dialect, e);
            made = Trees.map(e, this::staged);
            if (function != null) {
                Expr operand = ((Expr.Apply) made).args().get(0);
                keep(operand);
                made = step(null, operand, function);
            }
        }
        if (made instanceof Expr.Var v && !(e instanceof Expr.Var)) {
            done.put(e, v);
        }
        return made;
    }

    private Expr.Var step(Array source, Expr value, String function) {
        Expr.Var values = new Expr.Var("#" + steps.size(), DType.FLOAT32); // no identifier: it never gets printed
        steps.add(new Step(values, source, value, function));
        return values;
    }

    /** Gives a step of its own to what the operand uses and is dear, since others may use it as well. */
    private void keep(Expr operand) {
        Trees.visit(operand, e -> {
            if (e instanceof Expr.Var v && v.type() == DType.FLOAT32 && lets.containsKey(v) && operations(v) > AGAIN) {
                keep(lets.get(v));
                lets.put(v, step(null, lets.get(v), null));
            }
        });
    }

    private int operations(Expr e) {
        if (e instanceof Expr.Var v) {
            return lets.containsKey(v) ? operations(lets.get(v)) : 0;
        }
        int n = !(e instanceof Expr.Apply a) ? 0 : a.fn().isCostly() || a.fn() == Fn.DIVIDE ? AGAIN + 1 : 1;
        for (Expr c : Trees.children(e)) {
            n += operations(c);
        }
        return n;
    }

    /** Where a block's part of a float array starts if its lanes are neighbours, else null. */
    private Expr start(Array array, Expr index) {
        Expr whole = inlined(index, lets);
        return array.dtype() == DType.FLOAT32 && neighbours(whole, variable)
                ? Expansion.rename(whole, Map.of(variable, block)) : null;
    }

    private static Expr inlined(Expr e, Map<Expr.Var, Expr> lets) {
        return e instanceof Expr.Var v && lets.containsKey(v) ? inlined(lets.get(v), lets) : Trees.map(e, x -> inlined(x, lets));
    }

    private static boolean neighbours(Expr index, Expr.Var variable) {
        if (index instanceof Expr.Apply a && (a.fn() == Fn.ADD || a.fn() == Fn.SUBTRACT)) {
            Expr x = a.args().get(0);
            Expr y = a.args().get(1);
            return !varies(y, variable) && neighbours(x, variable) || a.fn() == Fn.ADD && !varies(x, variable) && neighbours(y, variable);
        }
        return index.equals(variable);
    }

    private static boolean varies(Expr e, Expr.Var variable) {
        boolean[] found = new boolean[1];
        Trees.visit(e, x -> found[0] |= x.equals(variable) || x instanceof Expr.Load);
        return found[0];
    }

    /** Gives all values scratch memory, that of values which are no longer needed again; returns how many arrays that takes. */
    private int place(List<Stmt> last, List<Accumulator> parts) {
        Map<Expr.Var, Integer> until = new HashMap<>();
        for (int i = 0; i < steps.size(); i++) {
            int at = i;
            used(steps.get(i).value, new HashSet<>(), v -> until.put(v, at));
        }
        Consumer<Expr.Var> atEnd = v -> until.put(v, steps.size());
        last.stream().filter(s -> s instanceof Stmt.Store).forEach(s -> Trees.expressions(s).forEach(e -> used(e, new HashSet<>(), atEnd)));
        parts.forEach(a -> used(a.value(), new HashSet<>(), atEnd));
        results.forEach(r -> atEnd.accept(r.values));
        Deque<Array.Scratch> free = new ArrayDeque<>();
        int arrays = 0;
        for (int i = 0; i < steps.size(); i++) {
            for (Map.Entry<Expr.Var, Array.Scratch> e : places.entrySet()) {
                if (until.getOrDefault(e.getKey(), -1) == i) {
                    free.push(e.getValue());
                }
            }
            places.put(steps.get(i).values, free.isEmpty() ? w.blockArray(arrays++) : free.pop());
        }
        spare = w.blockArray(arrays++);
        return arrays;
    }

    private void used(Expr e, Set<Expr.Var> seen, Consumer<Expr.Var> visitor) {
        Trees.visit(e, x -> {
            if (x instanceof Expr.Var v && isValue(v)) {
                visitor.accept(v);
            } else if (x instanceof Expr.Var v && lets.containsKey(v) && seen.add(v)) {
                used(lets.get(v), seen, visitor);
            }
        });
    }

    private void print(List<Stmt> last, List<Accumulator> accumulators, List<Accumulator> parts, int arrays) {
        int length = BlockMemory.LENGTH;
        while (length > SHORTEST && length * arrays > CACHED) {
            length /= 2;
        }
        Expr longest = Expr.integer(length);
        w.line("for (int " + block.name() + " = " + w.expressions.print(from) + ", " + count.name() + "; " + block.name() + " < "
                + w.expressions.print(to) + "; " + block.name() + " += " + count.name() + ") {"); // never past the end: that may be the last int
        w.indent++;
        w.statement(new Stmt.Assign(count, op(Fn.INDEX_MIN, op(Fn.SUBTRACT, to, block), longest)));
        steps.forEach(this::print);
        if (!parts.isEmpty()) {
            w.block(w.expansion.unrolled(new Stmt.Fold(lane, Expr.integer(0), count, Kind.LANES, computing(last, parts),
                    parts.stream().map(a -> new Accumulator(a.variable(), a.combine(), placed(a.value()))).toList())));
            for (int i = 0; i < parts.size(); i++) {
                Accumulator a = accumulators.get(i);
                w.statement(new Stmt.Assign(a.variable(), Combining.combine(a.combine(), a.variable(), parts.get(i).variable())));
            }
        } else if (last.stream().anyMatch(s -> s instanceof Stmt.Store)) {
            w.statement(new Stmt.Loop(lane, Expr.integer(0), count, 1, Kind.SERIAL, computing(last, parts)));
        }
        results.forEach(r -> copy(places.get(r.values).name(), "0", r.array.name(), w.expressions.print(r.start)));
        w.indent--;
        w.line("}");
    }

    private void print(Step s) {
        String name = places.get(s.values).name();
        if (s.source != null) {
            copy(s.source.name(), w.expressions.print(s.value), name, "0");
            return;
        }
        Array.Scratch operand = resolved(s.value) instanceof Expr.Var v ? places.get(v) : null;
        if (operand == null || !operand.name().equals(name)) {
            w.statement(new Stmt.Loop(lane, Expr.integer(0), count, 1, Kind.SERIAL,
                    computing(List.of(new Stmt.Store(places.get(s.values), lane, s.value)), List.of())));
        }
        if (s.function != null) {
            w.line(s.function + "(" + name + ", " + spare.name() + ", " + count.name() + ");");
        }
    }

    private void copy(String from, String start, String to, String place) {
        w.line("System.arraycopy(" + from + ", " + start + ", " + to + ", " + place + ", " + count.name() + ");");
    }

    private static Expr op(Fn fn, Expr a, Expr b) {
        return Expr.apply(fn, DType.INT32, a, b);
    }

    /** These statements, with the lets they need, on values where they lie. */
    private List<Stmt> computing(List<Stmt> statements, List<Accumulator> parts) {
        Set<Expr.Var> needed = new HashSet<>();
        statements.stream().filter(s -> s instanceof Stmt.Store).forEach(s -> Trees.expressions(s).forEach(e -> need(e, needed)));
        parts.forEach(a -> need(a.value(), needed));
        List<Stmt> out = new ArrayList<>();
        if (needed.contains(variable)) {
            out.add(new Stmt.Let(variable, op(Fn.ADD, block, lane)));
        }
        boolean ordered = statements.stream().anyMatch(s -> s instanceof Stmt.Let);
        List<Stmt> all = new ArrayList<>();
        if (!ordered) {
            lets.keySet().forEach(v -> all.add(new Stmt.Let(v, v)));
        }
        all.addAll(statements);
        for (Stmt s : all) {
            if (s instanceof Stmt.Store st) {
                out.add(new Stmt.Store(st.array(), placed(st.index()), placed(st.value())));
            } else if (s instanceof Stmt.Let l && needed.contains(l.variable())) {
                out.add(new Stmt.Let(l.variable(), placed(lets.get(l.variable()))));
            }
        }
        return out;
    }

    private void need(Expr e, Set<Expr.Var> needed) {
        Trees.visit(e, x -> {
            if (x instanceof Expr.Var v && needed.add(v) && lets.containsKey(v)) {
                need(lets.get(v), needed);
            }
        });
    }

    private Expr placed(Expr e) {
        if (e instanceof Expr.Var v && places.containsKey(v)) {
            return new Expr.Load(places.get(v), lane, v.type());
        }
        return Trees.map(e, this::placed);
    }
}
