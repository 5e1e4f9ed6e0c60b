package org.rebind.tck;

import static org.rebind.tck.OperatorCases.M;
import static org.rebind.tck.OperatorCases.N;
import static org.rebind.tck.TestData.Kind.INDICES;
import static org.rebind.tck.TestData.Kind.ORDINARY;

import java.util.ArrayList;
import java.util.List;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.graph.ArgReduce;
import org.rebind.graph.Binary;
import org.rebind.graph.BroadcastTo;
import org.rebind.graph.Cast;
import org.rebind.graph.Concatenate;
import org.rebind.graph.Flip;
import org.rebind.graph.Iota;
import org.rebind.graph.Matmul;
import org.rebind.graph.Permute;
import org.rebind.graph.Reduce;
import org.rebind.graph.Relation;
import org.rebind.graph.Reshape;
import org.rebind.graph.Slice;
import org.rebind.graph.Take;
import org.rebind.graph.Unary;
import org.rebind.graph.Where;

/** Small programs in the forms that fusing backends treat specially. */
final class CompositeCases {
    private static final List<long[]> SIZES = List.of(new long[] {0, 3}, new long[] {1, 1}, new long[] {13, 7},
            new long[] {3, 4099}, new long[] {4099, 3});

    private CompositeCases() {
    }

    static List<OperatorCase> all() {
        List<OperatorCase> cases = new ArrayList<>();
        for (DType d : List.of(DType.FLOAT32, DType.FLOAT64)) {
            cases.add(OperatorCase.of("chain of elementwise operations " + d, g -> {
                GraphBuilder.Value x = g.param("x", d, N);
                GraphBuilder.Value y = g.op(Binary.ADD, g.op(Binary.MULTIPLY, x, g.fill(2, x)), g.fill(1, x));
                g.results(g.op(Unary.TANH, y), y);
            }, ORDINARY));
            cases.add(OperatorCase.of("softmax over the last axis " + d, SIZES, g -> g.results(softmax(g,
                    g.param("x", d, N, M), 1)), ORDINARY));
            cases.add(OperatorCase.of("softmax over the first axis " + d, SIZES, g -> g.results(softmax(g,
                    g.param("x", d, N, M), 0)), ORDINARY));
            cases.add(OperatorCase.of("layer norm " + d, SIZES, g -> layerNorm(g, d), ORDINARY));
            cases.add(OperatorCase.of("dense layer " + d, g -> dense(g, d), ORDINARY));
            cases.add(OperatorCase.of("broadcast of row and column " + d, SIZES, g -> {
                GraphBuilder.Value column = g.op(new Reshape(Shape.of(N, Dim.of(1))), g.param("column", d, N));
                GraphBuilder.Value row = g.param("row", d, M);
                Shape s = Shape.of(N, M);
                GraphBuilder.Value sum = g.op(Binary.SUBTRACT, g.broadcast(column, s), g.broadcast(row, s));
                g.results(g.op(Binary.MAXIMUM, sum, g.broadcast(g.scalar("x", d), s)), sum);
            }, ORDINARY));
        }
        cases.add(movements());
        cases.add(mixed());
        cases.add(OperatorCase.of("results of different sizes", SIZES, g -> {
            GraphBuilder.Value x = g.param("x", DType.FLOAT32, N, M);
            GraphBuilder.Value e = g.op(Unary.ABS, x);
            g.results(e, g.op(new Reduce(Reduce.Kind.MAX, List.of(1)), e), g.op(new Reduce(Reduce.Kind.MAX, List.of(0)), e),
                    g.op(new Reduce(Reduce.Kind.SUM, List.of(0, 1)), e));
        }, ORDINARY));
        cases.add(OperatorCase.of("rank 0 and rank 6", g -> {
            GraphBuilder.Value s = g.scalar("s", DType.FLOAT32);
            GraphBuilder.Value t = g.param("t", DType.FLOAT32, 2, 1, 3, 1, 2, 3);
            g.results(g.op(Unary.NEGATIVE, s), g.op(Binary.ADD, t, g.broadcast(s, t.shape())),
                    g.op(new Permute(List.of(5, 0, 4, 1, 3, 2)), t));
        }, ORDINARY));
        cases.add(OperatorCase.of("an operand read after a result that could take its memory", g -> {
            g.guard(Dim.of(0), Relation.LT, N);
            GraphBuilder.Value x = g.param("x", DType.FLOAT64, N);
            GraphBuilder.Value exp = g.op(Unary.EXP, x);
            GraphBuilder.Value taken = g.op(new Take(0), g.op(Binary.SUBTRACT, x, exp), g.param("i", DType.INT64, N));
            g.results(g.op(new ArgReduce(ArgReduce.Kind.MAX, 0), g.op(Binary.MULTIPLY, taken, exp)), taken);
        }, ORDINARY, INDICES).at(new long[] {1}, new long[] {2}, new long[] {13}, new long[] {4099}));
        cases.add(OperatorCase.of("no nodes at all", g -> {
            GraphBuilder.Value x = g.param("x", DType.INT64, N);
            GraphBuilder.Value y = g.param("y", DType.BOOL, N);
            g.results(y, x, y);
        }, ORDINARY));
        return cases;
    }

    private static GraphBuilder.Value softmax(GraphBuilder g, GraphBuilder.Value x, int axis) {
        List<Integer> axes = List.of(axis);
        GraphBuilder.Value top = g.unreduce(g.op(new Reduce(Reduce.Kind.MAX, axes), x), x.shape(), axes);
        GraphBuilder.Value e = g.op(Unary.EXP, g.op(Binary.SUBTRACT, x, top));
        GraphBuilder.Value sum = g.op(new Reduce(Reduce.Kind.SUM, axes), e);
        return g.op(Binary.DIVIDE, e, g.unreduce(sum, x.shape(), axes));
    }

    private static void layerNorm(GraphBuilder g, DType d) {
        GraphBuilder.Value x = g.param("x", d, N, M);
        GraphBuilder.Value count = g.op(new Reduce(Reduce.Kind.SUM, List.of(1)), g.fill(1, x));
        GraphBuilder.Value mean = g.op(Binary.DIVIDE, g.op(new Reduce(Reduce.Kind.SUM, List.of(1)), x), count);
        GraphBuilder.Value centred = g.op(Binary.SUBTRACT, x, g.unreduce(mean, x.shape(), List.of(1)));
        GraphBuilder.Value squares = g.op(new Reduce(Reduce.Kind.SUM, List.of(1)), g.op(Binary.MULTIPLY, centred, centred));
        GraphBuilder.Value variance = g.op(Binary.DIVIDE, squares, count);
        GraphBuilder.Value scale = g.op(Unary.SQRT, g.op(Binary.ADD, variance, g.fill(0.5, variance)));
        GraphBuilder.Value y = g.op(Binary.DIVIDE, centred, g.unreduce(scale, x.shape(), List.of(1)));
        g.results(g.op(Binary.ADD, y, g.broadcast(g.param("bias", d, M), x.shape())));
    }

    private static void dense(GraphBuilder g, DType d) {
        GraphBuilder.Value x = g.param("x", d, N, Dim.of(9));
        GraphBuilder.Value y = g.op(new Matmul(), x, g.param("w", d, 9, 5));
        GraphBuilder.Value z = g.op(Binary.ADD, y, g.broadcast(g.param("b", d, 5), y.shape()));
        g.results(g.op(Binary.MAXIMUM, z, g.fill(0, z)));
    }

    private static OperatorCase movements() {
        return OperatorCase.of("movement between elementwise operations", g -> {
            GraphBuilder.Value x = g.param("x", DType.FLOAT32, N, Dim.of(4), Dim.of(6));
            GraphBuilder.Value a = g.op(new Permute(List.of(2, 0, 1)), g.op(Unary.ABS, x));
            GraphBuilder.Value b = g.op(new Flip(List.of(0, 2)), a);
            GraphBuilder.Value c = g.op(new Slice(List.of(Dim.of(1), Dim.of(0), Dim.of(0)), List.of(Dim.of(2), N, Dim.of(4)),
                    List.of(3L, 1L, 1L)), b);
            GraphBuilder.Value e = g.op(new Concatenate(0), c, g.op(Unary.NEGATIVE, c), c);
            GraphBuilder.Value f = g.op(new Reshape(Shape.of(Dim.of(3), N.times(8))), e);
            g.results(g.op(Binary.ADD, f, g.op(new BroadcastTo(f.shape()), g.scalar("s", DType.FLOAT32))), c);
        }, ORDINARY);
    }

    private static OperatorCase mixed() {
        return OperatorCase.of("mixed dtypes and a causal mask", g -> {
            GraphBuilder.Value x = g.param("x", DType.FLOAT32, N, Dim.of(11));
            GraphBuilder.Value row = g.op(new Iota(DType.INT64, x.shape(), 0));
            GraphBuilder.Value column = g.op(new Iota(DType.INT64, x.shape(), 1));
            GraphBuilder.Value seen = g.op(Binary.LESS_EQUAL, column, row);
            GraphBuilder.Value masked = g.op(new Where(), seen, x, g.fill(-1, x));
            GraphBuilder.Value whole = g.op(new Cast(DType.INT32), masked);
            g.results(masked, whole, g.op(new Cast(DType.FLOAT64), whole),
                    g.op(new Reduce(Reduce.Kind.SUM, List.of(0)), g.op(new Cast(DType.INT32), seen)));
        }, ORDINARY);
    }
}
