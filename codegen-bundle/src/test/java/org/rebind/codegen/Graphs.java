package org.rebind.codegen;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.graph.ArgReduce;
import org.rebind.graph.Binary;
import org.rebind.graph.BroadcastTo;
import org.rebind.graph.Cast;
import org.rebind.graph.Concatenate;
import org.rebind.graph.CumSum;
import org.rebind.graph.Flip;
import org.rebind.graph.Graph;
import org.rebind.graph.Matmul;
import org.rebind.graph.Pad;
import org.rebind.graph.Permute;
import org.rebind.graph.Reduce;
import org.rebind.graph.ScatterAdd;
import org.rebind.graph.Take;
import org.rebind.graph.Unary;
import org.rebind.graph.Where;
import org.rebind.tck.GraphBuilder;
import org.rebind.tck.GraphBuilder.Value;

/** Small graphs that tests look at. */
final class Graphs {
    private static final Dim BATCH = Dim.symbol("batch");
    private static final DType F = DType.FLOAT32;

    private Graphs() {
    }

    /** All by name. */
    static Map<String, Graph> all() {
        Map<String, Graph> m = new LinkedHashMap<>();
        m.put("chain", chain());
        m.put("gate", gate());
        m.put("truths", truths());
        m.put("softmax", softmax());
        m.put("softmax_long", softmax(1000));
        m.put("layernorm", layerNorm());
        m.put("permute", permute(64, 128));
        m.put("columns", columns());
        m.put("total", total());
        m.put("argmax", argmax());
        m.put("pad", pad());
        m.put("concat", concat());
        m.put("take", take());
        m.put("scatter", scatter());
        m.put("cumsum", cumSum());
        m.put("dense", dense());
        m.put("halves", halves(DType.FLOAT16));
        m.put("bfloat16", halves(DType.BFLOAT16));
        m.put("many", many());
        m.put("mixed", mixed());
        m.put("any", any());
        m.put("turned", turned());
        return m;
    }

    /** tanh of a float32 cast of a flipped float64: scalars read, vectors compute. */
    private static Graph mixed() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT64, 4, 100);
        Value flipped = g.op(new Flip(List.of(1)), x);
        return g.results(g.op(Unary.TANH, g.op(new Cast(F), flipped))).build();
    }

    private static Value sum(GraphBuilder g, Value x, int axis) {
        return g.op(new Reduce(Reduce.Kind.SUM, List.of(axis)), x);
    }

    static Graph chain() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", F, BATCH, Dim.of(512));
        Value y = g.op(Binary.ADD, g.op(Binary.MULTIPLY, x, g.fill(2, x)), g.fill(1, x));
        return g.results(g.op(Unary.TANH, y)).build();
    }

    /** tanh(a * b + c) * exp(-d) */
    static Graph gate() {
        GraphBuilder g = new GraphBuilder();
        Value a = g.param("a", F, 1000);
        Value b = g.param("b", F, 1000);
        Value c = g.param("c", F, 1000);
        Value d = g.param("d", F, 1000);
        Value t = g.op(Unary.TANH, g.op(Binary.ADD, g.op(Binary.MULTIPLY, a, b), c));
        return g.results(g.op(Binary.MULTIPLY, t, g.op(Unary.EXP, g.op(Unary.NEGATIVE, d)))).build();
    }

    /** Truth values read and written, beside a function. */
    private static Graph truths() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", F, BATCH, Dim.of(100));
        Value y = g.param("y", F, BATCH, Dim.of(100));
        Value mask = g.param("mask", DType.BOOL, BATCH, Dim.of(100));
        Value chosen = g.op(new Where(), mask, g.op(Unary.TANH, x), y);
        return g.results(chosen, g.op(Binary.LOGICAL_AND, mask, g.op(Binary.LESS, x, y))).build();
    }

    static Graph softmax() {
        return softmax(100);
    }

    private static Graph softmax(int n) {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", F, BATCH, Dim.of(n));
        Value most = g.op(new Reduce(Reduce.Kind.MAX, List.of(1)), x);
        Value e = g.op(Unary.EXP, g.op(Binary.SUBTRACT, x, g.unreduce(most, x.shape(), List.of(1))));
        return g.results(g.op(Binary.DIVIDE, e, g.unreduce(sum(g, e, 1), x.shape(), List.of(1)))).build();
    }

    static Graph layerNorm() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", F, BATCH, Dim.of(256));
        Value w = g.param("w", F, 256);
        Value b = g.param("b", F, 256);
        Value mean = mean(g, x);
        Value centred = g.op(Binary.SUBTRACT, x, g.unreduce(mean, x.shape(), List.of(1)));
        Value variance = mean(g, g.op(Binary.MULTIPLY, centred, centred));
        Value root = g.op(Unary.SQRT, g.op(Binary.ADD, variance, g.fill(1e-5, variance)));
        Value y = g.op(Binary.DIVIDE, centred, g.unreduce(root, x.shape(), List.of(1)));
        return g.results(g.op(Binary.ADD, g.op(Binary.MULTIPLY, y, g.op(new BroadcastTo(x.shape()), w)),
                g.op(new BroadcastTo(x.shape()), b))).build();
    }

    private static Value mean(GraphBuilder g, Value x) {
        Value sum = sum(g, x, 1);
        return g.op(Binary.MULTIPLY, sum, g.fill(1.0 / x.shape().size(1), sum));
    }

    static Graph permute(int rows, int columns) {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", F, rows, columns);
        Value y = g.param("y", F, columns, rows);
        return g.results(g.op(Binary.ADD, g.op(new Permute(List.of(1, 0)), x), y)).build();
    }

    static Graph columns() {
        GraphBuilder g = new GraphBuilder();
        return g.results(sum(g, g.param("x", F, BATCH, Dim.of(512)), 0)).build();
    }

    static Graph total() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", F, 1 << 20);
        return g.results(sum(g, g.op(Binary.MULTIPLY, x, x), 0)).build();
    }

    static Graph argmax() {
        GraphBuilder g = new GraphBuilder();
        return g.results(g.op(new ArgReduce(ArgReduce.Kind.MAX, 1), g.param("x", F, BATCH, Dim.of(100)))).build();
    }

    static Graph pad() {
        GraphBuilder g = new GraphBuilder();
        List<Dim> ones = List.of(Dim.of(1), Dim.of(1));
        return g.results(g.op(Unary.EXP, g.op(new Pad(ones, ones, 0.0), g.param("x", F, 30, 30)))).build();
    }

    static Graph concat() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", F, BATCH, Dim.of(3));
        Value y = g.param("y", F, BATCH, Dim.of(5));
        return g.results(g.op(Unary.NEGATIVE, g.op(new Concatenate(1), x, y))).build();
    }

    static Graph take() {
        GraphBuilder g = new GraphBuilder();
        Value table = g.param("table", F, 1000, 64);
        return g.results(g.op(new Take(0), table, g.param("ids", DType.INT64, BATCH))).build();
    }

    static Graph scatter() {
        GraphBuilder g = new GraphBuilder();
        Value table = g.param("table", F, 100, 16);
        Value ids = g.param("ids", DType.INT32, BATCH);
        return g.results(g.op(new ScatterAdd(0), table, ids, g.param("updates", F, BATCH, Dim.of(16)))).build();
    }

    static Graph cumSum() {
        GraphBuilder g = new GraphBuilder();
        return g.results(g.op(new CumSum(1), g.param("x", F, BATCH, Dim.of(16)))).build();
    }

    static Graph many() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", F, 1000);
        Value e = g.op(Unary.EXP, x);
        Value t = g.op(Unary.TANH, g.op(Binary.MULTIPLY, g.op(Unary.SIN, x), e));
        return g.results(g.op(Binary.ADD, g.op(Unary.ERF, t), e)).build();
    }

    static Graph halves(DType d) {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", d, BATCH, Dim.of(64));
        Value b = g.param("b", d, 64);
        return g.results(g.op(Binary.ADD, x, g.op(new BroadcastTo(x.shape()), b))).build();
    }

    static Graph any() {
        GraphBuilder g = new GraphBuilder();
        return g.results(g.op(new Reduce(Reduce.Kind.MAX, List.of(1)), g.param("x", DType.BOOL, BATCH, Dim.of(999)))).build();
    }

    /** Batches of matrices of any size, transposed. */
    static Graph turned() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", F, BATCH, Dim.symbol("rows"), Dim.of(50));
        return g.results(g.op(Unary.EXP, g.op(new Permute(List.of(0, 2, 1)), x))).build();
    }

    /** max(x w + b, 0) */
    static Graph dense() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", F, BATCH, Dim.of(784));
        Value w = g.param("w", F, 784, 256);
        Value b = g.param("b", F, 256);
        Value y = g.op(Binary.ADD, g.op(new Matmul(), x, w), g.op(new BroadcastTo(Shape.of(BATCH, Dim.of(256))), b));
        return g.results(g.op(Binary.MAXIMUM, y, g.fill(0, y))).build();
    }
}
