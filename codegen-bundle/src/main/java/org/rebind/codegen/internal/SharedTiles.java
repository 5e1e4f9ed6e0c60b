package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
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

/**
 * Elementwise kernels of a GPU that read some operand along another axis than they write: a group of threads turns a
 * square tile over in shared memory, so that neighbouring threads both read and write neighbouring elements.
 */
final class SharedTiles {
    private static final int SIDE = 32;
    /** Rows are this far apart, so that a column's elements are in different banks. */
    private static final int PITCH = SIDE + 1;
    private static final int LINES = Kernel.GROUP_SIZE / SIDE;
    /** Axes shorter than this fill too little of a tile. */
    private static final int SHORTEST = 16;

    private final LoweredGroup g;
    private final Axis across;
    private final Axis along;
    private final List<Axis> others;
    private final Expr.Var a;
    private final Expr.Var b;
    private final Expr.Var column;
    private final Expr.Var line;
    private final Expr.Var r;
    private Expr inside;

    private SharedTiles(LoweredGroup g, List<Axis> axes, Axis across) {
        this.g = g;
        this.across = across;
        this.along = axes.get(axes.size() - 1);
        this.others = axes.stream().filter(x -> x != across && x != along).toList();
        this.a = g.variable("a", across.size());
        this.b = g.variable("b", along.size());
        this.column = new Expr.Var(g.names.fresh("column"), DType.INT32);
        this.line = new Expr.Var(g.names.fresh("line"), DType.INT32);
        this.r = new Expr.Var(g.names.fresh("r"), DType.INT32);
    }

    /**
     * The axis that some operand is contiguous along while all results are along the last one; null if there is none.
     *
     * @param g lowered on trial, with one variable an axis of the group
     */
    static Axis across(LoweredGroup g, List<Axis> axes, Map<Integer, Expr.Var> variables) {
        Axis along = axes.isEmpty() ? null : axes.get(axes.size() - 1);
        if (!g.target.isGpu() || axes.size() < 2 || !g.group.reductions.isEmpty() || isShort(along)) {
            return null;
        }
        Expr.Var last = variable(along, variables);
        for (Pull.Access x : g.pull.accesses()) {
            if (x.array() instanceof Array.Buffer buffer && buffer.access() != Array.Access.READ
                    && !x.position().coefficient(last).equals(Dim.of(1))) {
                return null;
            }
        }
        for (Axis axis : axes.subList(0, axes.size() - 1)) {
            if (!isShort(axis) && g.pull.accesses().stream().anyMatch(x -> isAcross(x.position(), variable(axis, variables), last))) {
                return axis;
            }
        }
        return null;
    }

    private static boolean isShort(Axis axis) {
        return axis.size().isFixed() && axis.size().value() < SHORTEST;
    }

    private static Expr.Var variable(Axis axis, Map<Integer, Expr.Var> variables) {
        return variables.get(axis.ids().get(axis.ids().size() - 1));
    }

    private static boolean isAcross(Affine position, Expr.Var a, Expr.Var b) {
        Dim other = position.coefficient(b);
        return position.coefficient(a).equals(Dim.of(1)) && !other.equals(Dim.of(0)) && !other.equals(Dim.of(1));
    }

    static Made make(LoweredGroup g, List<Axis> axes, Axis across, String name, String space) {
        return new SharedTiles(g, axes, across).made(name, space);
    }

    private static Expr op(Fn fn, Expr x, Expr y) {
        return Expr.apply(fn, DType.INT32, x, y);
    }

    private static Dim tiles(Axis axis) {
        return axis.size().plus(SIDE - 1).floorDiv(SIDE);
    }

    private Made made(String name, String space) {
        List<Dim> sizes = new ArrayList<>(others.stream().map(Axis::size).toList());
        sizes.add(tiles(across));
        sizes.add(tiles(along));
        Dim extent = sizes.stream().reduce(Dim.of(1), Dim::times);
        g.body.add(new Stmt.Let(column, op(Fn.INDEX_REMAINDER, Lowering.THREAD, Expr.integer(SIDE))));
        g.body.add(new Stmt.Let(line, op(Fn.INDEX_DIVIDE, Lowering.THREAD, Expr.integer(SIDE))));
        g.body.define(column);
        g.body.define(line);
        Expr.Var tile = g.variable("tile", extent);
        g.body.open(tile);
        List<Affine> index = g.indices.unravel(Affine.of(tile), sizes);
        for (int i = 0; i < others.size(); i++) {
            g.enter(others.get(i), index.get(i));
        }
        Expr firstA = g.body.let("firstA", op(Fn.MULTIPLY, index.get(others.size()).toExpr(), Expr.integer(SIDE)));
        Expr firstB = g.body.let("firstB", op(Fn.MULTIPLY, index.get(others.size() + 1).toExpr(), Expr.integer(SIDE)));
        inside = both(bound(a, across), bound(b, along));
        List<Stmt> stores = elements();
        Map<Expr.Load, Array.Shared> turned = turned(stores);
        Expr along8 = op(Fn.ADD, line, op(Fn.MULTIPLY, r, Expr.integer(LINES)));
        List<Stmt> fill = new ArrayList<>();
        turned.forEach((load, shared) -> fill.add(new Stmt.Store(shared,
                op(Fn.ADD, op(Fn.MULTIPLY, along8, Expr.integer(PITCH)), column), load)));
        Expr place = op(Fn.ADD, op(Fn.MULTIPLY, column, Expr.integer(PITCH)), along8);
        g.body.add(lines(firstA, column, firstB, along8, fill));
        g.body.add(new Stmt.Barrier());
        g.body.add(lines(firstA, along8, firstB, column, Trees.map(stores, e -> read(e, turned, place))));
        g.body.add(new Stmt.Barrier());
        List<Stmt> body = g.body.close();
        g.body.add(new Stmt.Loop(tile, Expr.integer(0), Lowering.EXTENT, 1, Kind.GROUPS, body));
        return new Assembly(g, name, space + " in tiles").made(g.body.close(), extent, Kernel.Launch.GROUPS,
                Dim.of(SIDE * SIDE), 1);
    }

    /** What one element of the result takes, in terms of {@link #a} and {@link #b}. */
    private List<Stmt> elements() {
        g.body.open(a, b);
        g.enter(across, Affine.of(a));
        g.enter(along, Affine.of(b));
        g.store(g.group.order);
        return g.body.close();
    }

    /** Loads to turn over: all that run along the other axis from places known before the element is. */
    private Map<Expr.Load, Array.Shared> turned(List<Stmt> stores) {
        Map<Expr, Affine> positions = new HashMap<>();
        g.pull.accesses().forEach(x -> positions.put(x.position().toExpr(), x.position()));
        List<Expr.Var> late = stores.stream().filter(s -> s instanceof Stmt.Let).map(s -> ((Stmt.Let) s).variable()).toList();
        Map<Expr.Load, Array.Shared> turned = new LinkedHashMap<>();
        Trees.visit(stores, e -> {
            if (e instanceof Expr.Load l && l.guard() == null && l.array() instanceof Array.Buffer) {
                Affine p = positions.get(l.index());
                if (p != null && isAcross(p, a, b) && p.terms().keySet().stream().noneMatch(late::contains)) {
                    turned.computeIfAbsent(l, x -> new Array.Shared(g.names.fresh(l.array().name() + "Tile"), l.type(),
                            SIDE * PITCH));
                }
            }
        });
        return turned;
    }

    private static Expr read(Expr e, Map<Expr.Load, Array.Shared> turned, Expr place) {
        if (e instanceof Expr.Load l && turned.containsKey(l)) {
            return new Expr.Load(turned.get(l), place, l.type());
        }
        return Trees.map(e, c -> read(c, turned, place));
    }

    private Expr bound(Expr.Var v, Axis axis) {
        return axis.size().divideExactly(Dim.of(SIDE)).isPresent() ? null
                : Expr.apply(Fn.LESS, DType.BOOL, v, new Expr.Size(axis.size()));
    }

    private static Expr both(Expr x, Expr y) {
        return x == null ? y : y == null ? x : Expr.apply(Fn.LOGICAL_AND, DType.BOOL, x, y);
    }

    private Stmt lines(Expr firstA, Expr stepA, Expr firstB, Expr stepB, List<Stmt> body) {
        List<Stmt> out = new ArrayList<>();
        out.add(new Stmt.Let(a, op(Fn.ADD, firstA, stepA)));
        out.add(new Stmt.Let(b, op(Fn.ADD, firstB, stepB)));
        if (inside == null) {
            out.addAll(body);
        } else {
            out.add(new Stmt.If(inside, body));
        }
        return new Stmt.Loop(r, Expr.integer(0), Expr.integer(SIDE / LINES), 1, Kind.UNROLLED, out);
    }
}
