package org.rebind.graph;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.TensorType;

/** Writes the body of a graph's binary form; {@link GraphReader} is its mirror. Enums and dims are written as text. */
final class GraphWriter implements Op.Visitor<Void> {
    private final DataOutputStream out;
    private final boolean forPeople; // whether names and reasons, which equality ignores, are written

    GraphWriter(DataOutputStream out, boolean forPeople) {
        this.out = out;
        this.forPeople = forPeople;
    }

    void graph(Graph g) {
        number(g.params().size());
        for (Graph.Param p : g.params()) {
            text(forPeople ? p.name() : "");
            type(p.type());
        }
        number(g.nodes().size());
        for (Node n : g.nodes()) {
            n.op().accept(this);
            numbers(n.inputs());
            type(n.type());
        }
        numbers(g.results());
        number(g.guards().size());
        for (Guard x : g.guards()) {
            text(x.left().toString());
            text(x.relation().name());
            text(x.right().toString());
            text(forPeople ? x.why() : "");
        }
    }

    private void text(String s) {
        try {
            out.writeUTF(s);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void number(long n) {
        try {
            out.writeLong(n);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void numbers(List<? extends Number> list) {
        number(list.size());
        list.forEach(n -> number(n.longValue()));
    }

    private void dims(List<Dim> dims) {
        number(dims.size());
        dims.forEach(d -> text(d.toString()));
    }

    private void shape(Shape s) {
        dims(s.dims());
    }

    private void type(TensorType t) {
        dtype(t.dtype());
        shape(t.shape());
    }

    private void dtype(DType d) {
        text(d.name());
    }

    private void value(Number v) {
        number(v instanceof Double d ? Double.doubleToRawLongBits(d) : v.longValue());
    }

    @Override
    public Void full(Full op) {
        text("full");
        dtype(op.dtype());
        shape(op.shape());
        value(op.value());
        return null;
    }

    @Override
    public Void iota(Iota op) {
        text("iota");
        dtype(op.dtype());
        shape(op.shape());
        number(op.axis());
        return null;
    }

    @Override
    public Void unary(Unary op) {
        text("unary");
        text(op.name());
        return null;
    }

    @Override
    public Void binary(Binary op) {
        text("binary");
        text(op.name());
        return null;
    }

    @Override
    public Void where(Where op) {
        text("where");
        return null;
    }

    @Override
    public Void cast(Cast op) {
        text("cast");
        dtype(op.dtype());
        return null;
    }

    @Override
    public Void reshape(Reshape op) {
        text("reshape");
        shape(op.shape());
        return null;
    }

    @Override
    public Void permute(Permute op) {
        text("permute");
        numbers(op.axes());
        return null;
    }

    @Override
    public Void flip(Flip op) {
        text("flip");
        numbers(op.axes());
        return null;
    }

    @Override
    public Void broadcastTo(BroadcastTo op) {
        text("broadcast_to");
        shape(op.shape());
        return null;
    }

    @Override
    public Void slice(Slice op) {
        text("slice");
        dims(op.start());
        dims(op.size());
        numbers(op.stride());
        return null;
    }

    @Override
    public Void pad(Pad op) {
        text("pad");
        dims(op.low());
        dims(op.high());
        text(op.value() instanceof Double ? "real" : "whole");
        value(op.value());
        return null;
    }

    @Override
    public Void concatenate(Concatenate op) {
        text("concatenate");
        number(op.axis());
        return null;
    }

    @Override
    public Void take(Take op) {
        text("take");
        number(op.axis());
        return null;
    }

    @Override
    public Void scatterAdd(ScatterAdd op) {
        text("scatter_add");
        number(op.axis());
        return null;
    }

    @Override
    public Void reduce(Reduce op) {
        text("reduce");
        text(op.kind().name());
        numbers(op.axes());
        return null;
    }

    @Override
    public Void argReduce(ArgReduce op) {
        text("arg_reduce");
        text(op.kind().name());
        number(op.axis());
        return null;
    }

    @Override
    public Void cumSum(CumSum op) {
        text("cumsum");
        number(op.axis());
        return null;
    }

    @Override
    public Void matmul(Matmul op) {
        text("matmul");
        return null;
    }
}
