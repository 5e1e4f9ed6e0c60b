package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.List;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.codegen.Kernel.Launch;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;
import org.rebind.codegen.ir.Stmt;
import org.rebind.codegen.ir.Stmt.Accumulator;
import org.rebind.codegen.ir.Stmt.Combine;
import org.rebind.codegen.ir.Stmt.Kind;
import org.rebind.graph.Node;

/**
 * A matrix product without a library. On a CPU each item is a row of the result, summed as multiples of rows of the second
 * operand, in registers if they are few and else over blocks of columns; on a GPU each thread sums one element.
 */
final class MatmulKernel {
    private static final int COLUMNS = 256;
    /** Terms of a sum that are written out, so that it stays in a register. */
    private static final int WRITTEN_OUT = 16;

    private final LoweredGroup g;
    private final Node node;
    private final int value;
    private final String name;
    private final Shape shape;
    private final DType type;
    private final DType wide;
    private final Dim depth;
    private final MatmulOperands.View a;
    private final MatmulOperands.View b;

    MatmulKernel(KernelMaker maker, Group group, Buffers buffers, String name) {
        this.g = maker.lowered(group, buffers, Holding.none());
        new Lowering(g, List.of()); // defines lo, hi, extent, thread
        this.value = group.root;
        this.node = g.graph.node(value);
        this.name = name;
        this.shape = node.type().shape();
        this.type = Body.register(node.type().dtype());
        this.wide = Reductions.accumulator(g.target, node.op(), node.type().dtype());
        this.depth = g.graph.type(node.inputs().get(0)).shape().dim(shape.rank() - 1);
        this.a = MatmulOperands.view(g.graph, node.inputs().get(0), g.facts);
        this.b = MatmulOperands.view(g.graph, node.inputs().get(1), g.facts);
    }

    Made make() {
        int r = shape.rank();
        boolean gpu = g.target.isGpu();
        List<Dim> sizes = gpu ? shape.dims() : shape.dims().subList(0, r - 1);
        Dim extent = sizes.stream().reduce(Dim.of(1), Dim::times);
        Expr.Var i = g.variable(gpu ? "i" : "row", extent);
        g.body.open(i);
        List<Affine> index = new ArrayList<>(g.indices.unravel(Affine.of(i), sizes));
        if (gpu) {
            element(index);
        } else if (depth.isFixed() && depth.value() <= WRITTEN_OUT) {
            writtenOut(index);
        } else {
            blocks(index);
        }
        List<Stmt> body = g.body.close();
        g.body.add(gpu ? new Stmt.Loop(i, Expr.integer(0), Lowering.EXTENT, 1, Kind.GRID, body)
                : new Stmt.Loop(i, Lowering.LO, Lowering.HI, 1, Kind.SERIAL, body));
        return new Assembly(g, name, "[" + extent + "] by " + depth).made(g.body.close(), extent,
                gpu ? Launch.THREADS : Launch.CHUNKS, gpu ? depth : depth.times(shape.dim(r - 1)), 1);
    }

    private Expr load(MatmulOperands.View v, List<Affine> batch, Affine row, Affine column) {
        Affine at = Affine.of(v.offset());
        int r = shape.rank();
        for (int x = 0; x < r - 2; x++) {
            at = at.plus(batch.get(x).times(v.strides().get(x)));
        }
        at = at.plus(row.times(v.strides().get(r - 2))).plus(column.times(v.strides().get(r - 1)));
        Expr load = new Expr.Load(g.reads.get(v.base()), at.toExpr(), type);
        return type == wide ? load : Expr.apply(Fn.CAST, wide, load);
    }

    private Expr product(Expr x, Expr y, Expr sum) {
        if (type.isFloating() && !g.target.exact() && (g.target.isGpu() || g.target.vectorBits() >= 256)) {
            return Expr.apply(Fn.FMA, wide, x, y, sum);
        }
        boolean whole = type.isInteger();
        return Expr.apply(whole ? Fn.WRAP_ADD : Fn.ADD, wide, sum,
                Expr.apply(whole ? Fn.WRAP_MULTIPLY : Fn.MULTIPLY, wide, x, y));
    }

    private void element(List<Affine> index) {
        int r = shape.rank();
        Expr.Var k = g.variable("k", depth);
        Expr.Var sum = new Expr.Var(g.names.fresh("sum"), wide);
        g.body.open(k);
        Expr x = g.body.let("x", load(a, index, index.get(r - 2), Affine.of(k)));
        Expr y = g.body.let("y", load(b, index, Affine.of(k), index.get(r - 1)));
        Expr xy = g.body.let("xy", Expr.apply(type.isInteger() ? Fn.WRAP_MULTIPLY : Fn.MULTIPLY, wide, x, y));
        g.body.add(new Stmt.Fold(k, Expr.integer(0), new Expr.Size(depth), Kind.SERIAL, g.body.close(),
                List.of(new Accumulator(sum, Combine.SUM, xy))));
        g.body.define(sum);
        g.body.add(new Stmt.Store(g.writes.get(value), g.pull.position(value, index).toExpr(),
                Arithmetic.cast(sum, wide, node.type().dtype())));
    }

    private void writtenOut(List<Affine> index) {
        int r = shape.rank();
        Dim n = shape.dim(r - 1);
        Expr.Var j = g.variable("j", n);
        g.body.open(j);
        Expr sum = Pull.zero(wide);
        for (int k = 0; k < depth.value(); k++) {
            Affine at = Affine.of(Dim.of(k));
            Expr x = g.body.let("x", load(a, index, index.get(r - 2), at)); // the same for the whole row
            sum = g.body.let("sum", product(x, load(b, index, at, Affine.of(j)), sum));
        }
        List<Affine> out = new ArrayList<>(index);
        out.add(Affine.of(j));
        g.body.add(new Stmt.Store(g.writes.get(value), g.pull.position(value, out).toExpr(),
                Arithmetic.cast(sum, wide, node.type().dtype())));
        boolean narrow = n.isFixed() && n.value() * type.byteSize() * 8 < g.target.vectorBits(); // all would be tail
        g.body.add(new Stmt.Loop(j, Expr.integer(0), new Expr.Size(n), 1, narrow ? Kind.SERIAL : Kind.LANES, g.body.close()));
    }

    private void blocks(List<Affine> index) {
        int r = shape.rank();
        Dim n = shape.dim(r - 1);
        Expr.Var block = g.variable("block", n);
        g.body.open(block);
        Expr.Var end = g.body.let("end", Expr.apply(Fn.INDEX_MIN, DType.INT32, Expr.apply(Fn.ADD, DType.INT32, block,
                Expr.integer(COLUMNS)), new Expr.Size(n)));
        Array.Scratch sums = new Array.Scratch(g.names.fresh("sums"), wide, Expr.integer(COLUMNS));
        Expr.Var j = g.variable("j", n);
        lanes(j, block, end, at -> g.body.add(new Stmt.Store(sums, at, Pull.zero(wide))));
        Expr.Var k = g.variable("k", depth);
        g.body.open(k);
        Expr.Var x = g.body.let("x", load(a, index, index.get(r - 2), Affine.of(k)));
        lanes(j, block, end, at -> g.body.add(new Stmt.Store(sums, at,
                product(x, load(b, index, Affine.of(k), Affine.of(j)), new Expr.Load(sums, at, wide)))));
        g.body.add(new Stmt.Loop(k, Expr.integer(0), new Expr.Size(depth), 1, Kind.SERIAL, g.body.close()));
        List<Affine> out = new ArrayList<>(index);
        out.add(Affine.of(j));
        lanes(j, block, end, at -> g.body.add(new Stmt.Store(g.writes.get(value), g.pull.position(value, out).toExpr(),
                Arithmetic.cast(new Expr.Load(sums, at, wide), wide, node.type().dtype()))));
        g.body.add(new Stmt.Loop(block, Expr.integer(0), new Expr.Size(n), COLUMNS, Kind.SERIAL, g.body.close()));
    }

    private void lanes(Expr.Var j, Expr.Var block, Expr end, java.util.function.Consumer<Expr> body) {
        g.body.open(j);
        body.accept(Expr.apply(Fn.SUBTRACT, DType.INT32, j, block));
        g.body.add(new Stmt.Loop(j, block, end, 1, Kind.LANES, g.body.close()));
    }
}
