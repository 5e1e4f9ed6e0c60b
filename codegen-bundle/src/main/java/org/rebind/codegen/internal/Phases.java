package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;
import org.rebind.codegen.ir.Stmt;
import org.rebind.codegen.ir.Stmt.Accumulator;
import org.rebind.codegen.ir.Stmt.Combine;
import org.rebind.codegen.ir.Stmt.Kind;

/**
 * The reductions of one row and what follows them: each phase folds what depends on earlier phases only, then the row's
 * outputs are stored.
 */
final class Phases {
    /** Elements summed one after the other by a single thread, before the sum is added to a sum of sums. */
    private static final int RUN = 256;

    private final LoweredGroup g;
    private final List<Axis> folded;
    private final Kind kind;
    private final Map<Axis, Expr.Var> variables = new LinkedHashMap<>();
    private Part part;

    /** The part of the outermost folded axis to fold. @param length at most {@code to - from}, for all parts */
    record Part(Expr from, Expr to, Dim length) {
    }

    /** @param folded loops, outermost first @param kind of the innermost loop */
    Phases(LoweredGroup g, List<Axis> folded, Kind kind) {
        this.g = g;
        this.folded = folded;
        this.kind = kind;
    }

    /** The reductions of a group by phase, first to last. */
    static List<List<Integer>> of(LoweredGroup g) {
        Map<Integer, Integer> phase = new LinkedHashMap<>();
        g.group.reductions.keySet().stream().sorted().forEach(r -> phase.put(r, 0));
        TreeMap<Integer, List<Integer>> byPhase = new TreeMap<>();
        for (int r : phase.keySet()) {
            int p = after(g, g.graph.node(r).inputs().get(0), phase, new LinkedHashMap<>());
            phase.put(r, p + 1);
            byPhase.computeIfAbsent(p, x -> new ArrayList<>()).add(r);
        }
        return new ArrayList<>(byPhase.values());
    }

    private static int after(LoweredGroup g, int v, Map<Integer, Integer> phase, Map<Integer, Integer> known) {
        if (phase.containsKey(v)) {
            return phase.get(v);
        }
        if (g.reads.containsKey(v) || g.graph.isParam(v)) {
            return 0;
        }
        Integer before = known.get(v);
        if (before == null) {
            before = 0;
            for (int i : g.graph.node(v).inputs()) {
                before = Math.max(before, after(g, i, phase, known));
            }
            known.put(v, before);
        }
        return before;
    }

    void lower() {
        int n = 0;
        for (List<Integer> phase : of(g)) {
            g.holding.phase = ++n;
            fold(phase);
        }
        g.holding.phase = n + 1;
        List<Integer> keptAxes = g.group.kept();
        if (g.stores(keptAxes) && !keptAxes.equals(g.group.order)) {
            if (kind == Kind.THREADS) {
                g.body.open();
                g.store(keptAxes);
                g.body.add(new Stmt.If(Expr.apply(Fn.EQUAL, DType.BOOL, Lowering.THREAD, Expr.integer(0)), g.body.close()));
            } else {
                g.store(keptAxes);
            }
            g.pull.forget();
        }
        if (g.stores(g.group.order)) {
            nest(0, List.of());
        }
    }

    private void fold(List<Integer> phase) {
        nest(0, phase);
    }

    /** Folds a part only and gives the one reduction's accumulator, not rounded. */
    Expr.Var partial(Part of) {
        this.part = of;
        return nest(0, of(g).get(0)).get(0).variable();
    }

    /** All these axes as one loop. */
    static Axis flat(List<Axis> axes) {
        return new Axis(axes.stream().flatMap(a -> a.ids().stream()).toList(),
                axes.stream().map(Axis::size).reduce(Dim.of(1), Dim::times), true);
    }

    /** The loop over one folded axis and those inside it. @param phase empty for the outputs */
    private List<Accumulator> nest(int depth, List<Integer> phase) {
        Axis axis = folded.get(depth);
        boolean inner = depth == folded.size() - 1;
        Kind loopKind = inner && !isOrdered(phase) ? kind : Kind.SERIAL;
        boolean whole = depth > 0 || part == null;
        Part range = whole ? new Part(Expr.integer(0), new Expr.Size(axis.size()), axis.size()) : part;
        if (loopKind == Kind.SERIAL && needsRuns(phase, range.length)) {
            return runs(depth, phase, axis, range);
        }
        return loop(depth, phase, axis, range.from, range.to, loopKind);
    }

    private List<Accumulator> loop(int depth, List<Integer> phase, Axis axis, Expr from, Expr to, Kind loopKind) {
        boolean inner = depth == folded.size() - 1;
        Expr.Var v = variables.computeIfAbsent(axis, a -> g.variable(inner ? "j" : "k", a.size()));
        g.body.open(v);
        g.enter(axis, Affine.of(v));
        g.holding.position = inner && depth == 0 && (kind == Kind.LANES || loopKind == Kind.THREADS) ? Affine.of(v) : null;
        List<Accumulator> accumulators = new ArrayList<>();
        if (inner && phase.isEmpty()) {
            g.store(g.group.order);
        } else if (inner) {
            phase.forEach(r -> accumulators.add(accumulator(r, g.operandOf(r))));
        } else {
            for (Accumulator a : nest(depth + 1, phase)) {
                accumulators.add(new Accumulator(fresh(a), a.combine(), a.variable()));
            }
        }
        g.holding.position = null;
        List<Stmt> body = g.body.close();
        g.pull.forget();
        finish(phase, v, from, to, loopKind, body, accumulators, depth == 0);
        return accumulators;
    }

    private void finish(List<Integer> phase, Expr.Var v, Expr from, Expr to, Kind loopKind, List<Stmt> body,
            List<Accumulator> accumulators, boolean outermost) {
        if (phase.isEmpty()) {
            g.body.add(new Stmt.Loop(v, from, to, 1, loopKind, body));
            return;
        }
        g.body.add(new Stmt.Fold(v, from, to, loopKind, body, accumulators));
        accumulators.forEach(a -> g.body.define(a.variable()));
        if (outermost) {
            publish(phase, accumulators);
        }
    }

    private void publish(List<Integer> phase, List<Accumulator> accumulators) {
        for (int i = 0; i < phase.size(); i++) {
            int r = phase.get(i);
            DType d = g.graph.type(r).dtype();
            Expr result = accumulators.get(i).variable();
            if (result.type() != Body.register(d)) {
                result = g.body.let("result", Arithmetic.cast(result, result.type(), d));
            } else if (d == DType.FLOAT16 || d == DType.BFLOAT16) {
                result = g.body.let("rounded", Arithmetic.rounded(result, d));
            }
            g.accumulated.put(r, result);
        }
    }

    /** Long sums by one thread run in blocks, so that the error grows with the square root of their length at most. */
    private boolean needsRuns(List<Integer> phase, Dim length) {
        return phase.stream().anyMatch(r -> Reductions.combine(g.graph.node(r).op()) == Combine.SUM
                && Reductions.accumulator(g.target, g.graph.node(r).op(), g.graph.type(r).dtype()) == DType.FLOAT32)
                && phase.stream().noneMatch(r -> isArg(r)) && !(length.isFixed() && length.value() <= 4 * RUN);
    }

    private boolean isOrdered(List<Integer> phase) {
        return phase.stream().anyMatch(r -> Reductions.isOrdered(g.target, g.graph.node(r).op(), g.graph.type(r).dtype()));
    }

    private boolean isArg(int r) {
        Combine c = Reductions.combine(g.graph.node(r).op());
        return c == Combine.ARGMAX || c == Combine.ARGMIN;
    }

    private List<Accumulator> runs(int depth, List<Integer> phase, Axis axis, Part range) {
        Dim blocks = range.length.plus(RUN - 1).floorDiv(RUN);
        Expr.Var b = g.variable("run", blocks);
        g.body.open(b);
        Expr offset = Expr.apply(Fn.MULTIPLY, DType.INT32, b, Expr.integer(RUN));
        Expr from = g.body.let("from", range.from.equals(Expr.integer(0)) ? offset
                : Expr.apply(Fn.ADD, DType.INT32, range.from, offset));
        Expr to = g.body.let("to", Expr.apply(Fn.INDEX_MIN, DType.INT32, Expr.apply(Fn.ADD, DType.INT32, from,
                Expr.integer(RUN)), range.to));
        List<Accumulator> totals = new ArrayList<>();
        for (Accumulator a : loop(depth, phase, axis, from, to, Kind.SERIAL)) {
            totals.add(new Accumulator(fresh(a), a.combine(), a.variable()));
        }
        finish(phase, b, Expr.integer(0), new Expr.Size(blocks), Kind.SERIAL, g.body.close(), totals, depth == 0);
        return totals;
    }

    private Expr.Var fresh(Accumulator a) {
        return new Expr.Var(g.names.fresh(a.variable().name().replaceAll("\\d+$", "")), a.variable().type());
    }

    private Accumulator accumulator(int r, Expr value) {
        Combine combine = Reductions.combine(g.graph.node(r).op());
        String name = g.names.fresh(Naming.variable(g.graph.node(r).op()));
        if (combine == Combine.ARGMAX || combine == Combine.ARGMIN) {
            return new Accumulator(new Expr.Var(name, DType.INT32), combine, value,
                    new Expr.Var(g.names.fresh("best"), value.type()));
        }
        DType wide = Reductions.accumulator(g.target, g.graph.node(r).op(), g.graph.type(r).dtype());
        return new Accumulator(new Expr.Var(name, wide), combine,
                value.type() == wide ? value : Expr.apply(Fn.CAST, wide, value));
    }
}
