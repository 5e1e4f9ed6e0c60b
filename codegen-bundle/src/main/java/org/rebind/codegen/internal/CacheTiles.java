package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 * Elementwise loops on a CPU over something read transposed: its neighbours lie along another axis than those of the
 * result. Walked row by row, each element would cost a line of cache. Here tiles of some rows by {@link #COLUMNS} elements
 * are copied and transposed to scratch memory first, squares of them in vector registers where there are vectors; then each
 * row of the tile is computed in lanes. Tiles follow one another along the rows, so that what is read transposed is read line after line.
 */
final class CacheTiles {
    /** Rows of a tile: a line of the cache, which is then read once and whole. */
    private static final int LINE = 16;
    /** Rows of a tile of squares: more lines, since what is read in order comes faster. */
    private static final int TALL = 4 * LINE;
    /** Columns of a tile: with the rows, a tile takes at most half a first-level cache. */
    private static final int COLUMNS = 64;
    /** Side of a square that is transposed in registers; wider ones take longer, as more of their loads cross a line. */
    private static final int SQUARE = 8;
    /** Rows of a block, the unit of work: few enough that a matrix has many. */
    private static final int BLOCK = 4 * TALL;
    /** Elements below which everything is in the cache anyway. */
    private static final int SMALL = 4096;

    private final LoweredGroup g;
    private final List<Axis> outer;
    private final Axis rows;
    private final Axis columns;
    private final String name;
    private final int height;
    private final String space;

    /**
     * How something is read transposed.
     *
     * @param axis along which its neighbours lie
     * @param tile rows of a tile
     */
    record Rows(Axis axis, int tile) {
    }

    /** @param rows see {@link #rows} */
    CacheTiles(LoweredGroup g, List<Axis> axes, Rows rows, String name) {
        this.g = g;
        this.rows = rows.axis;
        this.height = rows.tile;
        this.columns = axes.get(axes.size() - 1);
        this.outer = axes.stream().filter(a -> a != this.rows && a != columns).toList();
        this.name = name;
        this.space = KernelMaker.space(g.group, axes) + " in tiles of " + height + " by " + COLUMNS;
        new Lowering(g, axes); // defines lo, hi, extent, thread
    }

    /**
     * The axis along which all that is read across the innermost axis has its neighbours, and the tiles to read it in; null if
     * there is none, nothing is read so, or tiles do not pay.
     *
     * @param g lowered with a variable for each axis of the group
     */
    static Rows rows(LoweredGroup g, List<Axis> axes, Map<Integer, Expr.Var> variables) {
        if (axes.size() < 2 || axes.stream().anyMatch(Axis::folded) || !pays(g.product(axes), SMALL)) {
            return null;
        }
        Axis columns = axes.get(axes.size() - 1);
        Axis found = null;
        for (Pull.Access a : g.pull.accesses()) {
            if (isAlong(g, a, columns, variables) || g.facts.same(step(a, columns, variables), Dim.of(0))) {
                continue;
            }
            Axis rows = axes.stream().filter(x -> x != columns && isAlong(g, a, x, variables)).findFirst().orElse(null);
            if (!isRead(a.array()) || rows == null || found != null && found != rows) {
                return null;
            }
            found = rows;
        }
        if (found == null || !pays(found.size(), LINE / 2) || !pays(columns.size(), LINE)) {
            return null;
        }
        return new Rows(found, g.pull.accesses().stream().allMatch(a -> hasSquares(g, a.array().dtype())) ? TALL : LINE);
    }

    private static boolean pays(Dim size, int least) {
        return !size.isFixed() || size.value() >= least;
    }

    private static Dim step(Pull.Access a, Axis axis, Map<Integer, Expr.Var> variables) {
        return a.position().coefficient(variables.get(axis.ids().get(axis.ids().size() - 1)));
    }

    private static boolean isAlong(LoweredGroup g, Pull.Access a, Axis axis, Map<Integer, Expr.Var> variables) {
        return g.facts.same(step(a, axis, variables), Dim.of(1));
    }

    private static boolean isRead(Array array) {
        return array instanceof Array.Buffer b && b.access() == Array.Access.READ && b.dtype() == Body.register(b.dtype())
                && !b.dtype().isBool();
    }

    private static Expr op(Fn fn, Expr a, Expr b) {
        return Expr.apply(fn, DType.INT32, a, b);
    }

    private static Expr end(Expr from, int step, Axis axis) {
        return op(Fn.INDEX_MIN, op(Fn.ADD, from, Expr.integer(step)), new Expr.Size(axis.size()));
    }

    Made make() {
        List<Dim> sizes = new ArrayList<>(outer.stream().map(Axis::size).toList());
        sizes.add(columns.size().plus(COLUMNS - 1).floorDiv(COLUMNS));
        sizes.add(rows.size().plus(BLOCK - 1).floorDiv(BLOCK));
        Dim extent = sizes.stream().reduce(Dim.of(1), Dim::times);
        Expr.Var item = g.variable("tiles", extent);
        g.body.open(item);
        List<Affine> at = g.indices.unravel(Affine.of(item), sizes);
        for (int a = 0; a < outer.size(); a++) {
            g.enter(outer.get(a), at.get(a));
        }
        Expr column = g.body.let("column", at.get(outer.size()).times(Dim.of(COLUMNS)).toExpr());
        Expr columnEnd = g.body.let("columnEnd", end(column, COLUMNS, columns));
        Expr block = g.body.let("block", at.get(outer.size() + 1).times(Dim.of(BLOCK)).toExpr());
        Expr blockEnd = g.body.let("blockEnd", end(block, BLOCK, rows));
        Expr.Var row = g.variable("row", rows.size());
        g.body.open(row);
        tile(row, g.body.let("rowEnd", end(row, height, rows)), column, columnEnd);
        g.body.add(new Stmt.Loop(row, block, blockEnd, height, Kind.SERIAL, g.body.close()));
        g.body.add(new Stmt.Loop(item, Lowering.LO, Lowering.HI, 1, Kind.SERIAL, g.body.close()));
        return new Assembly(g, name, space).made(g.body.close(), extent, Launch.CHUNKS, work(), 1);
    }

    private Dim work() {
        long height = rows.size().isFixed() ? Math.min(BLOCK, rows.size().value()) : BLOCK;
        long width = columns.size().isFixed() ? Math.min(COLUMNS, columns.size().value()) : COLUMNS;
        return Dim.of(height * width * Math.max(1, g.group.members.size() / 4));
    }

    private void tile(Expr row, Expr rowEnd, Expr column, Expr columnEnd) {
        Expr.Var i = g.variable("i", rows.size());
        Expr.Var j = g.variable("j", columns.size());
        g.body.open(i);
        g.enter(rows, Affine.of(i));
        g.body.open(j);
        g.enter(columns, Affine.of(j));
        g.store(g.group.order);
        List<Stmt> inner = g.body.close();
        List<Stmt> body = g.body.close();
        Map<Expr.Load, Expr> staged = new LinkedHashMap<>();
        for (Map.Entry<Expr.Load, Dim> e : transposed(i, j, body, inner).entrySet()) {
            Expr.Load load = e.getKey();
            Array.Scratch tile = new Array.Scratch(g.names.fresh(load.array().name() + "Tile"), load.type(),
                    Expr.integer((long) height * COLUMNS));
            copy(tile, load, e.getValue(), i, j, row, rowEnd, column, columnEnd);
            staged.put(load, new Expr.Load(tile, place(i, j, row, column), load.type()));
        }
        body.add(new Stmt.Loop(j, column, columnEnd, 1, Kind.LANES, inner.stream().map(s -> replaced(s, staged)).toList()));
        g.body.add(new Stmt.Loop(i, row, rowEnd, 1, Kind.SERIAL, body));
    }

    private static Expr place(Expr i, Expr j, Expr row, Expr column) {
        return op(Fn.ADD, op(Fn.MULTIPLY, op(Fn.SUBTRACT, i, row), Expr.integer(COLUMNS)), op(Fn.SUBTRACT, j, column));
    }

    /** Loads along the rows whose place is known outside of both loops, with the distance of what neighbouring columns read. */
    private Map<Expr.Load, Dim> transposed(Expr.Var i, Expr.Var j, List<Stmt> body, List<Stmt> inner) {
        Set<Expr> inside = new HashSet<>();
        for (List<Stmt> statements : List.of(body, inner)) {
            statements.stream().filter(Stmt.Let.class::isInstance).forEach(s -> inside.add(((Stmt.Let) s).variable()));
        }
        Map<Expr.Load, Dim> loads = new LinkedHashMap<>();
        for (Pull.Access a : g.pull.accesses()) {
            if (isRead(a.array()) && a.position().coefficient(i).equals(Dim.of(1))
                    && !a.position().coefficient(j).equals(Dim.of(0))
                    && a.position().terms().keySet().stream().noneMatch(inside::contains)) {
                loads.put(new Expr.Load(a.array(), a.position().toExpr(), a.array().dtype()), a.position().coefficient(j));
            }
        }
        Set<Expr> used = new HashSet<>();
        Trees.visit(inner, used::add); // a guarded load is another one and stays where it is
        loads.keySet().retainAll(used);
        return loads;
    }

    private static boolean hasSquares(LoweredGroup g, DType type) {
        return g.target.heap() && type == DType.FLOAT32 && g.target.vectorBits() >= SQUARE * Float.SIZE;
    }

    /** Whole squares in registers; the rest reads along the rows and writes across: scattered, but within the tile. */
    private void copy(Array.Scratch tile, Expr.Load load, Dim step, Expr.Var i, Expr.Var j, Expr row, Expr rowEnd, Expr column,
            Expr columnEnd) {
        Expr squares = !hasSquares(g, load.type()) ? column : columns.size().isFixed() && columns.size().value() % SQUARE == 0 ? columnEnd
                : g.body.let("squares", op(Fn.SUBTRACT, columnEnd, op(Fn.INDEX_REMAINDER, op(Fn.SUBTRACT, columnEnd, column),
                        Expr.integer(SQUARE))));
        Expr.Var next = g.variable("line", rows.size());
        Expr line = height == LINE ? row : next;
        Expr.Var to = g.variable("j", columns.size());
        List<Stmt> whole = new ArrayList<>();
        if (squares != column) {
            List<Stmt> body = new ArrayList<>();
            for (int r = 0; r < LINE; r += SQUARE) {
                Expr index = Expansion.rename(load.index(), Map.of(i, below(line, r), j, to));
                body.add(new Stmt.Transposed(tile, place(line, r, to, row, column), COLUMNS,
                        new Expr.Load(load.array(), index, load.type()), new Expr.Size(step), SQUARE));
            }
            whole.add(new Stmt.Loop(to, column, squares, SQUARE, Kind.SERIAL, body));
        }
        if (squares != columnEnd) {
            List<Stmt> body = new ArrayList<>();
            for (int r = 0; r < LINE; r++) {
                body.add(element(tile, place(line, r, to, row, column), load, i, below(line, r), j, to));
            }
            whole.add(new Stmt.Loop(to, squares, columnEnd, 1, Kind.SERIAL, body));
        }
        // element by element, a loop over lines within took 1.5 to 2 times as long: such tiles are one line high and written out
        Function<Expr, Stmt> rest = from -> new Stmt.Loop(to, column, columnEnd, 1, Kind.SERIAL, List.of(new Stmt.Loop(next, from,
                rowEnd, 1, Kind.SERIAL, List.of(element(tile, place(next, 0, to, row, column), load, i, next, j, to)))));
        boolean even = rows.size().isFixed() && rows.size().value() % LINE == 0;
        if (height == LINE && even) {
            whole.forEach(g.body::add);
        } else if (height == LINE) {
            Expr left = g.body.let("height", op(Fn.SUBTRACT, rowEnd, row));
            g.body.add(new Stmt.If(Expr.apply(Fn.EQUAL, DType.BOOL, left, Expr.integer(LINE)), whole));
            g.body.add(new Stmt.If(Expr.apply(Fn.LESS, DType.BOOL, left, Expr.integer(LINE)),
                    List.of(rest.apply(row))));
        } else {
            Expr lines = even ? rowEnd : g.body.let("lines", op(Fn.SUBTRACT, rowEnd, op(Fn.INDEX_REMAINDER,
                    op(Fn.SUBTRACT, rowEnd, row), Expr.integer(LINE))));
            for (Stmt s : whole) {
                Stmt.Loop across = (Stmt.Loop) s;
                g.body.add(new Stmt.Loop(to, across.from(), across.to(), across.step(), Kind.SERIAL,
                        List.of(new Stmt.Loop(next, row, lines, LINE, Kind.SERIAL, across.body()))));
            }
            if (!even) {
                g.body.add(rest.apply(lines));
            }
        }
    }

    /** Place in the tile of the {@code r}th row below {@code line}. */
    private static Expr place(Expr line, int r, Expr j, Expr row, Expr column) {
        if (line != row) {
            return place(below(line, r), j, row, column);
        }
        Expr at = op(Fn.SUBTRACT, j, column);
        return r == 0 ? at : op(Fn.ADD, Expr.integer((long) r * COLUMNS), at);
    }

    private static Expr below(Expr row, int r) {
        return r == 0 ? row : op(Fn.ADD, row, Expr.integer(r));
    }

    private static Stmt element(Array.Scratch tile, Expr place, Expr.Load load, Expr.Var i, Expr row, Expr.Var j, Expr.Var to) {
        Expr index = Expansion.rename(load.index(), Map.of(i, row, j, to));
        return new Stmt.Store(tile, place, new Expr.Load(load.array(), index, load.type()));
    }

    private static Stmt replaced(Stmt s, Map<Expr.Load, Expr> staged) {
        if (s instanceof Stmt.Let l) {
            return new Stmt.Let(l.variable(), replaced(l.value(), staged));
        }
        return s instanceof Stmt.Store st ? new Stmt.Store(st.array(), st.index(), replaced(st.value(), staged)) : s;
    }

    private static Expr replaced(Expr e, Map<Expr.Load, Expr> staged) {
        Expr tile = e instanceof Expr.Load l ? staged.get(l) : null;
        return tile != null ? tile : Trees.map(e, c -> replaced(c, staged));
    }
}
