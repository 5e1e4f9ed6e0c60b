package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;
import org.rebind.codegen.ir.Stmt;
import org.rebind.codegen.ir.Stmt.Combine;
import org.rebind.codegen.ir.Stmt.Kind;

/**
 * Reductions along outer axes on a CPU, for a block of neighbouring columns at a time: rows are streamed, and each column
 * of the block has its accumulator in a small array.
 */
final class Columns {
    private static final int RUN = 256;
    /** Rows read together, so that a column's accumulator is loaded and stored once for all of them. */
    private static final int TOGETHER = 4;

    private final LoweredGroup g;
    private final List<Axis> folded;
    private final Axis inner;
    private final Expr.Var block;
    private final Expr end;
    private final int width;
    private final Expr.Var column;
    private final Map<Axis, Expr.Var> variables = new LinkedHashMap<>();
    private final Map<Integer, Array.Scratch> results = new LinkedHashMap<>();
    private final Map<Integer, Array.Scratch> bests = new LinkedHashMap<>();
    private final Map<Integer, Array.Scratch> runs = new LinkedHashMap<>();

    Columns(LoweredGroup g, List<Axis> folded, Axis inner, Expr.Var block, Expr end, int width) {
        this.g = g;
        this.folded = folded;
        this.inner = inner;
        this.block = block;
        this.end = end;
        this.width = width;
        this.column = g.variable("j", inner.size());
    }

    void lower() {
        for (List<Integer> phase : Phases.of(g)) {
            declare(phase);
            lanes(() -> phase.forEach(r -> start(r, results)));
            boolean inRuns = phase.stream().anyMatch(this::needsRuns);
            if (inRuns) {
                inRuns(phase);
            } else {
                accumulate(0, Expr.integer(0), new Expr.Size(folded.get(0).size()), phase, results);
            }
        }
        List<Integer> keptAxes = g.group.kept();
        if (g.stores(keptAxes)) {
            lanes(() -> g.store(keptAxes));
        }
        if (g.stores(g.group.order)) {
            nest(0, () -> g.store(g.group.order));
        }
    }

    /**
     * Folds a part of the outermost folded axis only, in one run: it must be short.
     *
     * @param stored what becomes of each column's one accumulator, not rounded
     */
    void part(Expr from, Expr to, BiFunction<Expr.Var, Expr, Stmt> stored) {
        List<Integer> phase = Phases.of(g).get(0);
        declare(phase);
        lanes(() -> phase.forEach(r -> start(r, results)));
        accumulate(0, from, to, phase, results);
        lanes(() -> g.body.add(stored.apply(column, load(results.get(phase.get(0))))));
    }

    private Expr at() {
        return Expr.apply(Fn.SUBTRACT, DType.INT32, column, block);
    }

    private void declare(List<Integer> phase) {
        for (int r : phase) {
            Combine c = combine(r);
            DType value = Body.register(g.graph.type(g.graph.node(r).inputs().get(0)).dtype());
            String name = Naming.variable(g.graph.node(r).op());
            if (c == Combine.ARGMAX || c == Combine.ARGMIN) {
                bests.put(r, scratch("best", value));
                results.put(r, scratch(name, DType.INT32));
            } else {
                results.put(r, scratch(name, Reductions.accumulator(g.target, g.graph.node(r).op(), value)));
            }
        }
    }

    private Array.Scratch scratch(String name, DType type) {
        return new Array.Scratch(g.names.fresh(name), type, Expr.integer(width));
    }

    private Combine combine(int r) {
        return Reductions.combine(g.graph.node(r).op());
    }

    private boolean needsRuns(int r) {
        Dim n = folded.get(0).size();
        return combine(r) == Combine.SUM && results.get(r).dtype() == DType.FLOAT32
                && !(n.isFixed() && n.value() <= 4 * RUN);
    }

    /** A loop over the block's columns. */
    private void lanes(Runnable body) {
        g.body.open(column);
        g.enter(inner, Affine.of(column));
        publish();
        body.run();
        g.body.add(new Stmt.Loop(column, block, end, 1, Kind.LANES, g.body.close()));
        g.pull.forget();
    }

    private void publish() {
        results.forEach((r, array) -> {
            DType d = g.graph.type(r).dtype();
            Expr e = g.body.let(array.name() + "j", load(array));
            g.accumulated.put(r, d == e.type() ? e : g.body.let("result", Arithmetic.cast(e, e.type(), d)));
        });
    }

    private Expr load(Array array) {
        return new Expr.Load(array, at(), array.dtype());
    }

    private void start(int r, Map<Integer, Array.Scratch> into) {
        Array.Scratch best = bests.get(r);
        Array.Scratch result = into.get(r);
        if (best != null) {
            g.body.add(new Stmt.Store(best, at(), Combining.neutral(combine(r), best.dtype())));
            g.body.add(new Stmt.Store(result, at(), Expr.integer(0)));
        } else {
            g.body.add(new Stmt.Store(result, at(), Combining.neutral(combine(r), result.dtype())));
        }
    }

    /** Loops over the folded axes, the innermost in steps of several rows where that is possible, around one over the columns. */
    private void accumulate(int depth, Expr from, Expr to, List<Integer> phase, Map<Integer, Array.Scratch> into) {
        Axis axis = folded.get(depth);
        Runnable one = () -> lanes(() -> phase.forEach(r -> accumulate(r, into)));
        if (depth < folded.size() - 1) {
            Dim next = folded.get(depth + 1).size();
            loop(axis, from, to, () -> accumulate(depth + 1, Expr.integer(0), new Expr.Size(next), phase, into));
        } else if (axis.ids().size() > 1 || phase.stream().anyMatch(bests::containsKey) || isShort(from, to)) {
            loop(axis, from, to, one);
        } else {
            Expr whole = whole(from, to);
            together(axis, from, whole, phase, into);
            if (!whole.equals(to)) {
                loop(axis, whole, to, one);
            }
        }
    }

    /** Where the last whole step ends. */
    private Expr whole(Expr from, Expr to) {
        boolean zero = from.equals(Expr.integer(0));
        if (zero && to instanceof Expr.Size s && s.dim().isFixed()) {
            long n = s.dim().value();
            return n % TOGETHER == 0 ? to : Expr.integer(n - n % TOGETHER);
        }
        Expr rest = Expr.apply(Fn.INDEX_REMAINDER, DType.INT32, zero ? to : Expr.apply(Fn.SUBTRACT, DType.INT32, to, from),
                Expr.integer(TOGETHER));
        return g.body.let("whole", Expr.apply(Fn.SUBTRACT, DType.INT32, to, rest));
    }

    private static boolean isShort(Expr from, Expr to) {
        return from.equals(Expr.integer(0)) && to instanceof Expr.Size s && s.dim().isFixed() && s.dim().value() < 2 * TOGETHER;
    }

    private void together(Axis axis, Expr from, Expr to, List<Integer> phase, Map<Integer, Array.Scratch> into) {
        Expr.Var first = g.variable("k", axis.size());
        g.body.open(first);
        List<Expr.Var> rows = new ArrayList<>(List.of(first));
        for (int i = 1; i < TOGETHER; i++) {
            Expr.Var next = g.body.let(first.name(), Expr.apply(Fn.ADD, DType.INT32, first, Expr.integer(i)));
            g.indices.range(next, axis.size());
            rows.add(next);
        }
        lanes(() -> {
            for (int r : phase) {
                Array.Scratch result = into.get(r);
                Expr sum = load(result);
                for (Expr.Var row : rows) {
                    g.enter(axis, Affine.of(row));
                    sum = g.body.let(result.name() + "j", Combining.combine(combine(r), sum, widened(g.operandOf(r), result)));
                }
                g.body.add(new Stmt.Store(result, at(), sum));
            }
        });
        g.body.add(new Stmt.Loop(first, from, to, TOGETHER, Kind.SERIAL, g.body.close()));
        g.pull.forget();
    }

    private static Expr widened(Expr value, Array.Scratch result) {
        return value.type() == result.dtype() ? value : Expr.apply(Fn.CAST, result.dtype(), value);
    }

    private void accumulate(int r, Map<Integer, Array.Scratch> into) {
        Expr value = g.operandOf(r);
        Array.Scratch result = into.get(r);
        Array.Scratch best = bests.get(r);
        if (best == null) {
            g.body.add(new Stmt.Store(result, at(), Combining.combine(combine(r), load(result), widened(value, result))));
            return;
        }
        Expr.Var old = g.body.let("old", load(best));
        Expr.Var better = g.body.let("better", Combining.better(combine(r), value, old));
        Expr row = g.axisIndex.get(folded.get(0).ids().get(0)).toExpr();
        g.body.add(new Stmt.Store(result, at(), Expr.apply(Fn.SELECT, DType.INT32, better, row, load(result))));
        g.body.add(new Stmt.Store(best, at(), Expr.apply(Fn.SELECT, value.type(), better, value, old)));
    }

    /** Loops over the folded axes around one over the columns. */
    private void nest(int depth, Runnable body) {
        if (depth == folded.size()) {
            lanes(body);
            return;
        }
        Axis axis = folded.get(depth);
        loop(axis, Expr.integer(0), new Expr.Size(axis.size()), () -> nest(depth + 1, body));
    }

    private void loop(Axis axis, Expr from, Expr to, Runnable inside) {
        Expr.Var v = variables.computeIfAbsent(axis, a -> g.variable("k", a.size()));
        g.body.open(v);
        g.enter(axis, Affine.of(v));
        inside.run();
        g.body.add(new Stmt.Loop(v, from, to, 1, Kind.SERIAL, g.body.close()));
        g.pull.forget();
    }

    /** Sums of {@link #RUN} rows each, added up: the error stays that of a short sum. */
    private void inRuns(List<Integer> phase) {
        Map<Integer, Array.Scratch> target = new LinkedHashMap<>(results);
        List<Integer> summed = new ArrayList<>();
        for (int r : phase) {
            if (needsRuns(r)) {
                runs.put(r, scratch(results.get(r).name() + "Run", results.get(r).dtype()));
                target.put(r, runs.get(r));
                summed.add(r);
            }
        }
        Dim n = folded.get(0).size();
        Expr.Var run = g.variable("run", n);
        g.body.open(run);
        lanes(() -> summed.forEach(r -> start(r, runs)));
        Expr to = g.body.let("runEnd", Expr.apply(Fn.INDEX_MIN, DType.INT32,
                Expr.apply(Fn.ADD, DType.INT32, run, Expr.integer(RUN)), new Expr.Size(n)));
        accumulate(0, run, to, phase, target);
        lanes(() -> summed.forEach(r -> g.body.add(new Stmt.Store(results.get(r), at(),
                Combining.combine(Combine.SUM, load(results.get(r)), load(runs.get(r)))))));
        g.body.add(new Stmt.Loop(run, Expr.integer(0), new Expr.Size(n), RUN, Kind.SERIAL, g.body.close()));
    }
}
