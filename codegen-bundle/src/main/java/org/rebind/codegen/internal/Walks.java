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
import org.rebind.codegen.ir.Stmt.Kind;
import org.rebind.graph.CumSum;
import org.rebind.graph.Node;
import org.rebind.graph.ScatterAdd;

/**
 * Kernels that walk one axis in order: running sums and scatter_add. Parallel over everything else, so results do not
 * depend on timing.
 */
final class Walks {
    private final LoweredGroup g;
    private final Node node;
    private final int value;
    private final int axis;
    private final String name;
    private final Shape shape;
    private final DType dtype;

    Walks(KernelMaker maker, Group group, Buffers buffers, String name) {
        this.g = maker.lowered(group, buffers, Holding.none());
        new Lowering(g, List.of()); // defines lo, hi, extent, thread
        this.value = group.root;
        this.node = g.graph.node(value);
        this.axis = node.op() instanceof CumSum c ? c.axis() : ((ScatterAdd) node.op()).axis();
        this.name = name;
        this.shape = node.type().shape();
        this.dtype = node.type().dtype();
    }

    Made make() {
        List<Integer> others = new ArrayList<>();
        Dim extent = Dim.of(1);
        for (int a = 0; a < shape.rank(); a++) {
            if (a != axis || isByElement()) {
                others.add(a);
                extent = extent.times(shape.dim(a));
            }
        }
        Expr.Var i = g.variable("i", extent);
        g.body.open(i);
        List<Affine> parts = g.indices.unravel(Affine.of(i), others.stream().map(shape::dim).toList());
        List<Affine> index = new ArrayList<>();
        for (int a = 0; a < shape.rank(); a++) {
            index.add(others.contains(a) ? parts.get(others.indexOf(a)) : null);
        }
        if (node.op() instanceof CumSum) {
            running(index);
        } else if (isByElement()) {
            gather(index);
        } else {
            scatter(index);
        }
        List<Stmt> body = g.body.close();
        boolean gpu = g.target.isGpu();
        g.body.add(gpu ? new Stmt.Loop(i, Expr.integer(0), Lowering.EXTENT, 1, Kind.GRID, body)
                : new Stmt.Loop(i, Lowering.LO, Lowering.HI, 1, Kind.SERIAL, body));
        Dim work = node.op() instanceof CumSum ? shape.dim(axis)
                : shape.dim(axis).plus(g.graph.type(node.inputs().get(1)).shape().dim(0));
        return new Assembly(g, name, "[" + extent + "], in order along " + shape.dim(axis)).made(g.body.close(), extent,
                gpu ? Launch.THREADS : Launch.CHUNKS, work, shape.rank() - 1 == axis ? 1 : 16);
    }

    private static List<Affine> at(List<Affine> index, int axis, Affine position) {
        List<Affine> r = new ArrayList<>(index);
        r.set(axis, position);
        return r;
    }

    /** Float32 sums run in float64 where there is one: a running sum cannot be split. */
    private void running(List<Affine> index) {
        DType register = Body.register(dtype);
        boolean wide = register == DType.FLOAT32 && g.target.float64();
        DType type = wide ? DType.FLOAT64 : register;
        Expr.Var sum = new Expr.Var(g.names.fresh("sum"), type);
        g.body.add(new Stmt.Mutable(sum, Pull.zero(type)));
        g.body.define(sum);
        Expr.Var k = g.variable("k", shape.dim(axis));
        g.body.open(k);
        List<Affine> here = at(index, axis, Affine.of(k));
        Expr x = g.pull.value(node.inputs().get(0), here);
        Expr next = Expr.apply(type.isInteger() ? Fn.WRAP_ADD : Fn.ADD, type, sum,
                wide ? Expr.apply(Fn.CAST, type, x) : x);
        g.body.add(new Stmt.Assign(sum, next));
        Expr result = wide ? Expr.apply(Fn.CAST, register, sum) : sum;
        g.body.add(new Stmt.Store(g.writes.get(value), g.pull.position(value, here).toExpr(),
                Arithmetic.rounded(result, dtype)));
        g.body.add(new Stmt.Loop(k, Expr.integer(0), new Expr.Size(shape.dim(axis)), 1, Kind.SERIAL, g.body.close()));
    }

    /** What scatter_add sums in: halves in float32; float32 in float64 where the result has to be exact. */
    private DType wide() {
        DType register = Body.register(dtype);
        return g.target.exact() && g.target.float64() && register == DType.FLOAT32 ? DType.FLOAT64 : register;
    }

    /** Whether each element looks for its updates: sums need a wider type than the result has, and there is no heap. */
    private boolean isByElement() {
        return node.op() instanceof ScatterAdd && wide() != dtype && !g.target.heap();
    }

    private Expr widened(Expr e) {
        return e.type() == wide() ? e : Expr.apply(Fn.CAST, wide(), e);
    }

    private Expr sum(Expr a, Expr b) {
        return Expr.apply(wide().isInteger() ? Fn.WRAP_ADD : Fn.ADD, wide(), a, widened(b));
    }

    /** The index of an update, counted from the start, of the indices' own type. */
    private Expr.Var at(Expr.Var u) {
        Expr i = g.pull.value(node.inputs().get(1), List.of(Affine.of(u)));
        Expr negative = Expr.apply(Fn.LESS, DType.BOOL, i, Pull.zero(i.type()));
        return g.body.let("at", Expr.apply(Fn.SELECT, i.type(), negative, Expr.apply(Fn.ADD, i.type(), i, size(i.type())), i));
    }

    private Expr size(DType type) {
        Dim n = shape.dim(axis);
        return n.isFixed() ? new Expr.Const(n.value(), type) : type == DType.INT32 ? new Expr.Size(n)
                : Expr.apply(Fn.CAST, type, new Expr.Size(n));
    }

    private Dim count() {
        return g.graph.type(node.inputs().get(1)).shape().dim(0);
    }

    private void gather(List<Affine> index) {
        Expr.Var sum = new Expr.Var(g.names.fresh("sum"), wide());
        g.body.add(new Stmt.Mutable(sum, widened(g.pull.value(node.inputs().get(0), index))));
        g.body.define(sum);
        Expr.Var here = g.body.let("here", index.get(axis).toExpr());
        Expr.Var u = g.variable("k", count());
        g.body.open(u);
        Expr.Var at = at(u);
        Expr own = at.type() == DType.INT32 ? here : Expr.apply(Fn.CAST, at.type(), here);
        g.body.open();
        Expr update = g.pull.value(node.inputs().get(2), at(index, axis, Affine.of(u)));
        g.body.add(new Stmt.Assign(sum, sum(sum, update)));
        g.body.add(new Stmt.If(Expr.apply(Fn.EQUAL, DType.BOOL, at, own), g.body.close()));
        g.body.add(new Stmt.Loop(u, Expr.integer(0), new Expr.Size(count()), 1, Kind.SERIAL, g.body.close()));
        g.body.add(new Stmt.Store(g.writes.get(value), g.pull.position(value, index).toExpr(),
                Arithmetic.cast(sum, wide(), dtype)));
    }

    private void scatter(List<Affine> index) {
        Dim n = shape.dim(axis);
        Array out = wide() == dtype ? g.writes.get(value)
                : new Array.Scratch(g.names.fresh("sums"), wide(), new Expr.Size(n));
        copy(index, at -> new Stmt.Store(out, place(out, index, at), widened(g.pull.value(node.inputs().get(0),
                at(index, axis, at)))));
        Expr.Var u = g.variable("u", count());
        g.body.open(u);
        Expr.Var at = at(u);
        Expr inside = Expr.apply(Fn.LOGICAL_AND, DType.BOOL, Expr.apply(Fn.LESS_EQUAL, DType.BOOL, Pull.zero(at.type()), at),
                Expr.apply(Fn.LESS, DType.BOOL, at, size(at.type())));
        g.body.open();
        Expr.Var target = at.type() == DType.INT32 ? at : g.body.let("target", Expr.apply(Fn.CAST, DType.INT32, at));
        g.indices.range(target, n);
        Expr update = g.pull.value(node.inputs().get(2), at(index, axis, Affine.of(u)));
        Expr place = place(out, index, Affine.of(target));
        g.body.add(new Stmt.Store(out, place, sum(new Expr.Load(out, place, wide()), update)));
        g.body.add(new Stmt.If(inside, g.body.close()));
        g.body.add(new Stmt.Loop(u, Expr.integer(0), new Expr.Size(count()), 1, Kind.SERIAL, g.body.close()));
        if (wide() != dtype) {
            copy(index, at2 -> new Stmt.Store(g.writes.get(value), place(g.writes.get(value), index, at2),
                    Arithmetic.cast(new Expr.Load(out, at2.toExpr(), wide()), wide(), dtype)));
        }
    }

    private Expr place(Array array, List<Affine> index, Affine at) {
        return array instanceof Array.Scratch ? at.toExpr() : g.pull.position(value, at(index, axis, at)).toExpr();
    }

    private void copy(List<Affine> index, java.util.function.Function<Affine, Stmt> store) {
        Expr.Var k = g.variable("k", shape.dim(axis));
        g.body.open(k);
        g.body.add(store.apply(Affine.of(k)));
        g.body.add(new Stmt.Loop(k, Expr.integer(0), new Expr.Size(shape.dim(axis)), 1, Kind.SERIAL, g.body.close()));
        g.pull.forget();
    }
}
