package org.rebind.benchmarks;

import java.util.List;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.graph.Binary;
import org.rebind.graph.BroadcastTo;
import org.rebind.graph.Graph;
import org.rebind.graph.Matmul;
import org.rebind.graph.Permute;
import org.rebind.graph.Reduce;
import org.rebind.graph.Unary;
import org.rebind.tck.GraphBuilder;
import org.rebind.tck.GraphBuilder.Value;

/** The workloads of {@link DeviceBench}: float32, with a symbolic number of elements or of rows of 4096. */
final class DeviceGraphs {
    private static final DType F = DType.FLOAT32;
    private static final Dim N = Dim.symbol("n");
    private static final long COLUMNS = 4096;

    private DeviceGraphs() {
    }

    private static Value rows(GraphBuilder g) {
        return g.param("x", F, N, Dim.of(COLUMNS));
    }

    private static Value sum(GraphBuilder g, Value x, int axis) {
        return g.op(new Reduce(Reduce.Kind.SUM, List.of(axis)), x);
    }

    /** Hardly anything, to wait for. */
    static Graph marker() {
        GraphBuilder g = new GraphBuilder();
        return g.results(g.op(Unary.NEGATIVE, g.param("x", F, 1))).build();
    }

    static Graph chain() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", F, N);
        return g.results(g.op(Unary.TANH, g.op(Binary.ADD, g.op(Binary.MULTIPLY, x, g.fill(2, x)), g.fill(1, x)))).build();
    }

    static Graph gate() {
        GraphBuilder g = new GraphBuilder();
        Value a = g.param("a", F, N);
        Value b = g.param("b", F, N);
        Value c = g.param("c", F, N);
        Value d = g.param("d", F, N);
        Value t = g.op(Unary.TANH, g.op(Binary.ADD, g.op(Binary.MULTIPLY, a, b), c));
        return g.results(g.op(Binary.MULTIPLY, t, g.op(Unary.EXP, g.op(Unary.NEGATIVE, d)))).build();
    }

    static Graph total() {
        GraphBuilder g = new GraphBuilder();
        return g.results(sum(g, g.param("x", F, N), 0)).build();
    }

    static Graph rowSums() {
        GraphBuilder g = new GraphBuilder();
        return g.results(sum(g, rows(g), 1)).build();
    }

    static Graph columnSums() {
        GraphBuilder g = new GraphBuilder();
        return g.results(sum(g, rows(g), 0)).build();
    }

    static Graph softmax() {
        GraphBuilder g = new GraphBuilder();
        Value x = rows(g);
        Value most = g.op(new Reduce(Reduce.Kind.MAX, List.of(1)), x);
        Value e = g.op(Unary.EXP, g.op(Binary.SUBTRACT, x, g.unreduce(most, x.shape(), List.of(1))));
        return g.results(g.op(Binary.DIVIDE, e, g.unreduce(sum(g, e, 1), x.shape(), List.of(1)))).build();
    }

    static Graph layerNorm() {
        GraphBuilder g = new GraphBuilder();
        Value x = rows(g);
        Value w = g.param("w", F, COLUMNS);
        Value b = g.param("b", F, COLUMNS);
        Shape shape = x.shape();
        Value centred = g.op(Binary.SUBTRACT, x, g.unreduce(mean(g, x), shape, List.of(1)));
        Value variance = mean(g, g.op(Binary.MULTIPLY, centred, centred));
        Value root = g.op(Unary.SQRT, g.op(Binary.ADD, variance, g.fill(1e-5, variance)));
        Value y = g.op(Binary.DIVIDE, centred, g.unreduce(root, shape, List.of(1)));
        return g.results(g.op(Binary.ADD, g.op(Binary.MULTIPLY, y, g.op(new BroadcastTo(shape), w)),
                g.op(new BroadcastTo(shape), b))).build();
    }

    private static Value mean(GraphBuilder g, Value x) {
        Value s = sum(g, x, 1);
        return g.op(Binary.MULTIPLY, s, g.fill(1.0 / COLUMNS, s));
    }

    static Graph transposed() {
        GraphBuilder g = new GraphBuilder();
        Value t = g.op(new Permute(List.of(1, 0)), rows(g));
        return g.results(g.op(Binary.ADD, t, g.fill(1, t))).build();
    }

    static Graph product(long n) {
        GraphBuilder g = new GraphBuilder();
        return g.results(g.op(new Matmul(), g.param("a", F, n, n), g.param("b", F, n, n))).build();
    }
}
