package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;
import org.rebind.codegen.ir.Stmt;
import org.rebind.codegen.ir.Stmt.Kind;

/** Loop nests of groups: elementwise, by rows, by columns. Parallel items are what {@link #extent} counts. */
final class Lowering {
    static final Expr.Var LO = new Expr.Var("lo", DType.INT32);
    static final Expr.Var HI = new Expr.Var("hi", DType.INT32);
    static final Expr.Var THREAD = new Expr.Var("thread", DType.INT32);
    static final Expr.Var EXTENT = new Expr.Var("extent", DType.INT32);
    private static final int BLOCK = 256;
    private static final int LARGEST_BLOCK = 1024;

    /** Rows up to here are folded by one thread of a GPU each, longer ones by a group. */
    static final int SHORT_ROW = 32;

    private final LoweredGroup g;
    private final List<Axis> kept;
    private final List<Axis> folded;
    private final boolean rows;
    final Dim extent;
    final Dim workPerItem;
    final Kernel.Launch launch;
    int chunkMultiple = 1;

    Lowering(LoweredGroup g, List<Axis> axes) {
        this.g = g;
        this.kept = axes.stream().filter(a -> !a.folded()).toList();
        this.folded = axes.stream().filter(Axis::folded).toList();
        this.rows = !folded.isEmpty() && axes.get(axes.size() - 1).folded();
        this.extent = g.product(kept);
        this.workPerItem = g.product(folded).times(Math.max(1, g.group.members.size() / 4));
        boolean groups = rows && !(g.product(folded).isFixed() && g.product(folded).value() <= SHORT_ROW);
        this.launch = !g.target.isGpu() ? Kernel.Launch.CHUNKS : groups ? Kernel.Launch.GROUPS : Kernel.Launch.THREADS;
        for (String name : List.of("lo", "hi", "extent", "thread")) {
            g.names.fresh(name);
        }
        g.body.define(LO);
        g.body.define(HI);
        g.body.define(EXTENT);
        g.body.define(THREAD);
    }

    List<Stmt> lower() {
        if (g.target.isGpu()) {
            gpu();
        } else if (folded.isEmpty()) {
            chunkMultiple = 64;
            hostItems();
        } else if (rows || kept.isEmpty()) {
            hostRows();
        } else {
            chunkMultiple = 16;
            hostColumns();
        }
        return g.body.close();
    }

    private static Expr op(Fn fn, Expr a, Expr b) {
        return Expr.apply(fn, DType.INT32, a, b);
    }

    private void gpu() {
        boolean groups = launch == Kernel.Launch.GROUPS;
        Expr.Var i = g.variable(groups ? "row" : "i", extent);
        g.body.open(i);
        enterAll(kept, Affine.of(i));
        if (!folded.isEmpty()) {
            new Phases(g, groups ? List.of(Phases.flat(folded)) : folded, groups ? Kind.THREADS : Kind.SERIAL).lower();
        } else {
            g.store(g.group.order);
        }
        List<Stmt> body = g.body.close();
        g.body.add(new Stmt.Loop(i, Expr.integer(0), EXTENT, 1, groups ? Kind.GROUPS : Kind.GRID, body));
    }

    void enterAll(List<Axis> axes, Affine at) {
        List<Affine> parts = g.indices.unravel(at, axes.stream().map(Axis::size).toList());
        for (int a = 0; a < axes.size(); a++) {
            g.enter(axes.get(a), parts.get(a));
        }
    }

    private void hostItems() {
        if (kept.isEmpty()) {
            g.store(g.group.order);
            return;
        }
        Axis inner = kept.get(kept.size() - 1);
        segments(inner, (from, to) -> {
            Expr.Var i = g.variable(kept.size() == 1 ? "i" : "j", inner.size());
            g.body.open(i);
            g.enter(inner, Affine.of(i));
            g.store(g.group.order);
            g.body.add(new Stmt.Loop(i, from, to, 1, Kind.LANES, g.body.close()));
        });
    }

    private interface Segment {
        void lower(Expr from, Expr to);
    }

    /** Walks [lo, hi) of the flattened kept axes in runs along the innermost one. */
    private void segments(Axis inner, Segment segment) {
        List<Axis> outer = kept.subList(0, kept.size() - 1);
        if (outer.isEmpty()) {
            segment.lower(LO, HI);
            return;
        }
        boolean empty = inner.size().equals(Dim.of(0)); // then nothing runs, but the code has to be valid
        Expr n = new Expr.Size(empty ? Dim.of(1) : inner.size());
        Expr.Var row = g.variable(outer.size() == 1 ? "i" : "row", g.product(outer));
        Expr first = g.body.let("first", op(Fn.INDEX_DIVIDE, LO, n));
        Expr end = g.body.let("end", op(Fn.ADD, op(Fn.INDEX_DIVIDE, op(Fn.SUBTRACT, HI, Expr.integer(1)), n),
                Expr.integer(1)));
        g.body.open(row);
        enterAll(outer, Affine.of(row));
        Expr start = op(Fn.MULTIPLY, row, n);
        Expr from = g.body.let("from", op(Fn.INDEX_MAX, op(Fn.SUBTRACT, LO, start), Expr.integer(0)));
        Expr to = g.body.let("to", op(Fn.INDEX_MIN, op(Fn.SUBTRACT, HI, start), n));
        segment.lower(from, to);
        g.body.add(new Stmt.Loop(row, first, end, 1, Kind.SERIAL, g.body.close()));
    }

    private void hostRows() {
        if (kept.isEmpty()) {
            new Phases(g, folded, Kind.LANES).lower();
            return;
        }
        Expr.Var row = g.variable(kept.size() == 1 ? "i" : "row", extent);
        g.body.open(row);
        enterAll(kept, Affine.of(row));
        new Phases(g, folded, Kind.LANES).lower();
        g.body.add(new Stmt.Loop(row, LO, HI, 1, Kind.SERIAL, g.body.close()));
    }

    /** Columns folded together: all of them if they are known to be few, so that their accumulators stay in the first-level cache. */
    static int block(Dim columns) {
        return columns.isFixed() ? (int) Math.max(1, Math.min(LARGEST_BLOCK, columns.value())) : BLOCK;
    }

    private void hostColumns() {
        Axis inner = kept.get(kept.size() - 1);
        int width = block(inner.size());
        segments(inner, (from, to) -> {
            Expr.Var block = g.variable("block", inner.size());
            g.body.open(block);
            Expr end = g.body.let("end", op(Fn.INDEX_MIN, op(Fn.ADD, block, Expr.integer(width)), to));
            new Columns(g, folded, inner, block, end, width).lower();
            g.body.add(new Stmt.Loop(block, from, to, width, Kind.SERIAL, g.body.close()));
        });
    }

    /** Joins neighbouring axes that all memory walks alike. @param pinned axes whose index is used otherwise */
    static List<Axis> merge(LoweredGroup g, Map<Integer, Expr.Var> variables, java.util.Set<Integer> pinned) {
        List<Axis> axes = new ArrayList<>();
        for (int id : g.group.order) {
            boolean folded = g.group.reduced.contains(id);
            Axis last = axes.isEmpty() ? null : axes.get(axes.size() - 1);
            if (last != null && last.folded() == folded && !pinned.contains(id)
                    && !pinned.contains(last.ids().get(last.ids().size() - 1)) && walksOn(g, last, id, variables)) {
                List<Integer> ids = new ArrayList<>(last.ids());
                ids.add(id);
                axes.set(axes.size() - 1, new Axis(ids, last.size().times(g.group.axes.get(id)), folded));
            } else {
                axes.add(new Axis(List.of(id), g.group.axes.get(id), folded));
            }
        }
        return axes;
    }

    private static boolean walksOn(LoweredGroup g, Axis outer, int inner, Map<Integer, Expr.Var> variables) {
        Expr.Var a = variables.get(outer.ids().get(outer.ids().size() - 1));
        Expr.Var b = variables.get(inner);
        Dim n = g.group.axes.get(inner);
        return g.pull.accesses().stream().allMatch(x -> g.facts.same(x.position().coefficient(a),
                x.position().coefficient(b).times(n)));
    }

}
