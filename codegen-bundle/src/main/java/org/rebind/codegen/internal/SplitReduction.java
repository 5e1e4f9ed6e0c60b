package org.rebind.codegen.internal;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.codegen.Kernel.Launch;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;
import org.rebind.codegen.ir.Stmt;
import org.rebind.codegen.ir.Stmt.Kind;

/**
 * A reduction to few elements in two launches: many partial results, each of a fixed part of the outermost folded axis,
 * then their combination. Results do not depend on how many threads there are. Where a CPU keeps many neighbouring columns, a
 * part is all of them: rows are read as they lie in memory, which processors fetch ahead, and in vectors.
 */
final class SplitReduction {
    /** Columns from which whole rows of them are folded at a time. */
    private static final int COLUMNS = 16;

    private final KernelMaker maker;
    private final Group group;
    private final List<Axis> axes;
    private final List<Axis> kept;
    private final List<Axis> folded;
    private final Buffers buffers;
    private final String name;
    private final int reduction;
    private final boolean rows;
    private final boolean columns;
    private final Dim results;
    private final Dim length;
    private final Dim parts;

    SplitReduction(KernelMaker maker, Group group, List<Axis> axes, Buffers buffers, String name) {
        this.maker = maker;
        this.group = group;
        this.axes = axes;
        this.kept = axes.stream().filter(a -> !a.folded()).toList();
        this.folded = axes.stream().filter(Axis::folded).toList();
        this.buffers = buffers;
        this.name = name;
        this.reduction = group.reductions.keySet().iterator().next();
        this.rows = axes.get(axes.size() - 1).folded();
        this.results = product(kept);
        this.columns = !maker.target.isGpu() && !rows && results.isFixed() && results.value() >= COLUMNS;
        Dim inner = product(folded.subList(1, folded.size()));
        long step = columns ? Math.max(1, 256 / inner.value()) : !rows ? 256 : inner.isFixed() ? Math.max(1, Reductions.SPLIT / Math.max(1, inner.value())) : 64;
        this.length = Dim.of(step);
        this.parts = folded.get(0).size().plus(step - 1).floorDiv(step);
    }

    private static Dim product(List<Axis> axes) {
        return axes.stream().map(Axis::size).reduce(Dim.of(1), Dim::times);
    }

    List<Made> make() {
        return columns ? List.of(rowParts(), combinedRows()) : List.of(partial(), combined());
    }

    private static Expr op(Fn fn, Expr a, Expr b) {
        return Expr.apply(fn, DType.INT32, a, b);
    }

    private DType type(LoweredGroup g) {
        return Reductions.accumulator(g.target, g.graph.node(reduction).op(), g.graph.type(reduction).dtype());
    }

    private Made partial() {
        LoweredGroup g = maker.lowered(group, buffers, Holding.none());
        Lowering shared = new Lowering(g, axes); // defines lo, hi, extent, thread
        Array.Buffer out = new Array.Buffer(g.names.fresh("partials"), type(g), Array.Access.WRITE);
        boolean gpu = g.target.isGpu();
        boolean groups = gpu && rows;
        Dim extent = parts.times(results);
        Expr.Var item = g.variable("part", extent);
        g.body.open(item);
        Affine at = Affine.of(item);
        if (!kept.isEmpty()) {
            List<Affine> index = g.indices.unravel(g.indices.remainder(at, results), kept.stream().map(Axis::size).toList());
            for (int a = 0; a < kept.size(); a++) {
                g.enter(kept.get(a), index.get(a));
            }
        }
        Expr part = kept.isEmpty() ? item : g.indices.divide(at, results).toExpr();
        Expr from = g.body.let("from", op(Fn.MULTIPLY, part, new Expr.Size(length)));
        Expr to = g.body.let("to", op(Fn.INDEX_MIN, op(Fn.ADD, from, new Expr.Size(length)),
                new Expr.Size(folded.get(0).size())));
        Kind inner = groups ? Kind.THREADS : gpu || !rows ? Kind.SERIAL : Kind.LANES;
        List<Axis> loops = groups && folded.size() > 1
                ? List.of(folded.get(0), Phases.flat(folded.subList(1, folded.size()))) : folded;
        Expr.Var sum = new Phases(g, loops, inner).partial(new Phases.Part(from, to, length));
        store(g, groups, new Stmt.Store(out, item, sum));
        close(g, item, gpu, groups);
        return new Assembly(g, name + "_parts", KernelMaker.space(group, axes) + " in parts of " + length)
                .with(out, extent).made(g.body.close(), extent, launch(gpu, groups),
                        length.times(product(folded.subList(1, folded.size()))), 1);
    }

    private static Launch launch(boolean gpu, boolean groups) {
        return !gpu ? Launch.CHUNKS : groups ? Launch.GROUPS : Launch.THREADS;
    }

    private static void store(LoweredGroup g, boolean groups, Stmt store) {
        g.body.add(groups ? new Stmt.If(Expr.apply(Fn.EQUAL, DType.BOOL, Lowering.THREAD, Expr.integer(0)), List.of(store))
                : store);
    }

    private static void close(LoweredGroup g, Expr.Var item, boolean gpu, boolean groups) {
        List<Stmt> body = g.body.close();
        g.body.add(gpu ? new Stmt.Loop(item, Expr.integer(0), Lowering.EXTENT, 1, groups ? Kind.GROUPS : Kind.GRID, body)
                : new Stmt.Loop(item, Lowering.LO, Lowering.HI, 1, Kind.SERIAL, body));
    }

    private Made rowParts() {
        LoweredGroup g = maker.lowered(group, buffers, Holding.none());
        Lowering shared = new Lowering(g, axes); // defines lo, hi, extent, thread
        Array.Buffer out = new Array.Buffer(g.names.fresh("partials"), type(g), Array.Access.WRITE);
        Axis inner = kept.get(kept.size() - 1);
        List<Axis> outer = kept.subList(0, kept.size() - 1);
        Expr.Var part = g.variable("part", parts);
        g.body.open(part);
        Expr from = g.body.let("from", op(Fn.MULTIPLY, part, new Expr.Size(length)));
        Expr to = g.body.let("to", op(Fn.INDEX_MIN, op(Fn.ADD, from, new Expr.Size(length)), new Expr.Size(folded.get(0).size())));
        Expr.Var row = g.variable("row", product(outer));
        if (!outer.isEmpty()) {
            g.body.open(row);
            shared.enterAll(outer, Affine.of(row));
        }
        Affine first = Affine.of(part).times(results).plus(outer.isEmpty() ? Affine.ZERO : Affine.of(row).times(inner.size()));
        blocks(g, inner, Expr.integer(0), new Expr.Size(inner.size()), (block, end) -> new Columns(g, folded, inner, block, end,
                Lowering.block(inner.size())).part(from, to, (j, sum) -> new Stmt.Store(out, first.plus(Affine.of(j)).toExpr(), sum)));
        if (!outer.isEmpty()) {
            g.body.add(new Stmt.Loop(row, Expr.integer(0), new Expr.Size(product(outer)), 1, Kind.SERIAL, g.body.close()));
        }
        close(g, part, false, false);
        return new Assembly(g, name + "_parts", KernelMaker.space(group, axes) + " in parts of " + length)
                .with(out, parts.times(results)).made(g.body.close(), parts, Launch.CHUNKS,
                        length.times(product(folded.subList(1, folded.size()))).times(results), 1);
    }

    private static void blocks(LoweredGroup g, Axis axis, Expr from, Expr to, BiConsumer<Expr.Var, Expr> body) {
        Expr.Var block = g.variable("block", axis.size());
        g.body.open(block);
        Expr end = g.body.let("end", op(Fn.INDEX_MIN, op(Fn.ADD, block, Expr.integer(Lowering.block(axis.size()))), to));
        body.accept(block, end);
        g.body.add(new Stmt.Loop(block, from, to, Lowering.block(axis.size()), Kind.SERIAL, g.body.close()));
    }

    private Made combinedRows() {
        LoweredGroup g = maker.lowered(group, buffers, Holding.none());
        Lowering shared = new Lowering(g, axes); // defines lo, hi, extent, thread
        Array.Buffer in = new Array.Buffer(g.names.fresh("partials"), type(g), Array.Access.READ);
        Array.Scratch sums = new Array.Scratch(g.names.fresh("sums"), type(g), Expr.integer(Lowering.block(results)));
        Stmt.Combine combine = Reductions.combine(g.graph.node(reduction).op());
        blocks(g, new Axis(List.of(), results, false), Lowering.LO, Lowering.HI, (block, end) -> {
            Expr.Var j = g.variable("j", results);
            lanes(g, j, block, end, at -> new Stmt.Store(sums, at, Combining.neutral(combine, type(g))));
            Expr.Var p = g.variable("p", parts);
            g.body.open(p);
            Affine position = Affine.of(p).times(results).plus(Affine.of(j));
            lanes(g, j, block, end, at -> new Stmt.Store(sums, at, Combining.combine(combine, new Expr.Load(sums, at, type(g)),
                    new Expr.Load(in, position.toExpr(), type(g)))));
            g.body.add(new Stmt.Loop(p, Expr.integer(0), new Expr.Size(parts), 1, Kind.SERIAL, g.body.close()));
            lanes(g, j, block, end, at -> {
                shared.enterAll(kept, Affine.of(j));
                return new Stmt.Store(g.writes.get(reduction),
                        g.pull.position(reduction, g.index(group.outputAxes.get(reduction))).toExpr(),
                        Arithmetic.cast(new Expr.Load(sums, at, type(g)), type(g), g.graph.type(reduction).dtype()));
            });
        });
        return new Assembly(g, name, results + " results of " + parts + " parts").with(in, parts.times(results))
                .made(g.body.close(), results, Launch.CHUNKS, parts, COLUMNS);
    }

    /** A loop over a block's columns. @param body by the place in the block */
    private static void lanes(LoweredGroup g, Expr.Var j, Expr.Var block, Expr end, Function<Expr, Stmt> body) {
        g.body.open(j);
        g.body.add(body.apply(op(Fn.SUBTRACT, j, block)));
        g.body.add(new Stmt.Loop(j, block, end, 1, Kind.LANES, g.body.close()));
    }

    private Made combined() {
        LoweredGroup g = maker.lowered(group, buffers, Holding.none());
        new Lowering(g, axes); // defines lo, hi, extent, thread
        boolean gpu = g.target.isGpu();
        boolean groups = gpu && rows;
        Array.Buffer in = new Array.Buffer(g.names.fresh("partials"), type(g), Array.Access.READ);
        Expr.Var item = g.variable("i", results);
        g.body.open(item);
        List<Affine> index = g.indices.unravel(Affine.of(item), kept.stream().map(Axis::size).toList());
        for (int a = 0; a < kept.size(); a++) {
            g.enter(kept.get(a), index.get(a));
        }
        Expr.Var p = g.variable("p", parts);
        Affine position = kept.isEmpty() ? Affine.of(p) : Affine.of(p).times(results).plus(Affine.of(item));
        Expr value = new Expr.Load(in, position.toExpr(), type(g));
        Expr.Var sum = new Expr.Var(g.names.fresh(Naming.variable(g.graph.node(reduction).op())), type(g));
        Kind kind = groups ? Kind.THREADS : kept.isEmpty() && !gpu ? Kind.LANES : Kind.SERIAL;
        g.body.add(new Stmt.Fold(p, Expr.integer(0), new Expr.Size(parts), kind, List.of(),
                List.of(new Stmt.Accumulator(sum, Reductions.combine(g.graph.node(reduction).op()), value))));
        g.body.define(sum);
        Expr result = Arithmetic.cast(sum, sum.type(), g.graph.type(reduction).dtype());
        Expr at = g.pull.position(reduction, g.index(group.outputAxes.get(reduction))).toExpr();
        store(g, groups, new Stmt.Store(g.writes.get(reduction), at, result));
        close(g, item, gpu, groups);
        return new Assembly(g, name, results + " results of " + parts + " parts").with(in, parts.times(results))
                .made(g.body.close(), results, launch(gpu, groups), parts, 1);
    }
}
