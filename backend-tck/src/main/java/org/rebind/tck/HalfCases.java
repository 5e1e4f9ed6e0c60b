package org.rebind.tck;

import static org.rebind.tck.TestData.Kind.EDGES;
import static org.rebind.tck.TestData.Kind.INDICES;
import static org.rebind.tck.TestData.Kind.ORDINARY;
import static org.rebind.tck.TestData.Kind.UNIT;
import static org.rebind.tck.TestData.Kind.WHOLE;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.TensorType;
import org.rebind.graph.ArgReduce;
import org.rebind.graph.Binary;
import org.rebind.graph.BroadcastTo;
import org.rebind.graph.Concatenate;
import org.rebind.graph.CumSum;
import org.rebind.graph.Flip;
import org.rebind.graph.Full;
import org.rebind.graph.Iota;
import org.rebind.graph.Matmul;
import org.rebind.graph.Op;
import org.rebind.graph.Pad;
import org.rebind.graph.Permute;
import org.rebind.graph.Reduce;
import org.rebind.graph.Relation;
import org.rebind.graph.Reshape;
import org.rebind.graph.ScatterAdd;
import org.rebind.graph.Slice;
import org.rebind.graph.Take;
import org.rebind.graph.Unary;
import org.rebind.graph.Where;

/**
 * Every op on float16 and bfloat16, many in one graph: what differs from float32 is how numbers are loaded, rounded and
 * stored.
 */
final class HalfCases {
    private static final Dim N = OperatorCases.N;
    private static final Dim M = OperatorCases.M;
    /** Enough of them: all are float32's, rounded. */
    private static final List<Unary> FUNCTIONS = List.of(Unary.NEGATIVE, Unary.ABS, Unary.SIGN, Unary.FLOOR, Unary.ROUND,
            Unary.ISNAN, Unary.LOGICAL_NOT, Unary.SQRT, Unary.EXP, Unary.LOG, Unary.TANH);

    private HalfCases() {
    }

    static List<OperatorCase> all() {
        List<OperatorCase> cases = new ArrayList<>();
        for (DType d : List.of(DType.FLOAT16, DType.BFLOAT16)) {
            elementwise(d, cases);
            moved(d, cases);
            reduced(d, cases);
            OperatorCase product = OperatorCase.of("matmul " + d, List.of(new long[] {0, 3, 2}, new long[] {13, 7, 5},
                    new long[] {33, 17, 65}), g -> g.results(g.op(new Matmul(), g.param("a", d, N, Dim.symbol("k")),
                            g.param("b", d, Dim.symbol("k"), M))), ORDINARY);
            cases.add(product);
            cases.add(product.whole(WHOLE));
        }
        return cases;
    }

    private static void elementwise(DType d, List<OperatorCase> cases) {
        TensorType vector = new TensorType(d, Shape.of(N));
        cases.add(OperatorCase.of("functions of " + d, g -> {
            GraphBuilder.Value x = g.param("x", vector);
            FUNCTIONS.stream().filter(op -> OperatorCases.accepts(op, vector)).forEach(op -> g.results(g.op(op, x)));
        }, EDGES));
        cases.add(OperatorCase.of("arithmetic and comparison of " + d, g -> {
            GraphBuilder.Value x = g.param("x", vector);
            GraphBuilder.Value y = g.param("y", vector);
            for (Binary op : Binary.values()) {
                if (OperatorCases.accepts(op, vector, vector)) {
                    g.results(g.op(op, x, y));
                }
            }
            g.results(g.op(new Where(), g.param("c", DType.BOOL, N), x, y));
        }, EDGES));
        cases.add(OperatorCase.of("a chain on " + d + " is rounded at each step", g -> {
            GraphBuilder.Value x = g.param("x", vector);
            GraphBuilder.Value sum = g.op(Binary.ADD, x, g.op(Binary.MULTIPLY, x, x));
            g.results(g.op(Binary.SUBTRACT, sum, x), g.cast(sum, DType.FLOAT32));
        }, ORDINARY));
        cases.add(OperatorCase.of("casts from and to " + d, g -> {
            List<DType> others = new ArrayList<>(OperatorCases.DTYPES);
            others.add(d == DType.FLOAT16 ? DType.BFLOAT16 : DType.FLOAT16);
            GraphBuilder.Value x = g.param("x", vector);
            for (DType other : others) {
                g.results(g.cast(x, other), g.cast(g.param("from_" + other, other, N), d));
            }
        }, EDGES));
        cases.add(integers(d));
    }

    /** Next to the middle of two numbers: rounded to float32 first, they would be the middle. */
    private static OperatorCase integers(DType d) {
        return OperatorCase.of("casts of large integers to " + d, g -> {
            g.param("like", DType.BOOL, N);
            for (DType whole : List.of(DType.INT32, DType.INT64)) {
                GraphBuilder.Value i = g.op(new Iota(whole, Shape.of(N), 0));
                GraphBuilder.Value x = g.op(Binary.ADD, g.op(Binary.MULTIPLY, i, g.fill(1 << 16, i)), g.fill((1 << 24) + 1, i));
                g.results(g.cast(x, d), g.cast(g.op(Unary.NEGATIVE, x), d));
            }
        }, ORDINARY);
    }

    private static void moved(DType d, List<OperatorCase> cases) {
        cases.add(OperatorCase.of("movement of " + d, g -> {
            GraphBuilder.Value x = g.param("x", d, N, Dim.of(3), Dim.of(5));
            for (Op op : List.of(new Reshape(Shape.of(N.times(15))), new Permute(List.of(2, 0, 1)), new Flip(List.of(0, 2)),
                    new BroadcastTo(Shape.of(Dim.of(2), N, Dim.of(3), Dim.of(5))),
                    new Slice(dims(0, 1, 0), List.of(N, Dim.of(1), Dim.of(3)), List.of(1L, 2L, 2L)),
                    new Pad(dims(2, 0, 1), dims(1, 0, 3), 1.5))) {
                g.results(g.op(op, x));
            }
            g.results(g.op(new Concatenate(1), x, g.param("y", d, N, Dim.of(1), Dim.of(5))),
                    g.op(new Full(d, Shape.of(N, Dim.of(3)), -2.5)), g.op(new Iota(d, Shape.of(N, Dim.of(3)), 1)));
        }, ORDINARY));
        cases.add(OperatorCase.of("take and scatter_add of " + d, g -> {
            g.results(g.op(new Take(1), g.param("x", d, 3, 7, 2), g.param("i", DType.INT32, N)));
            g.results(g.op(new ScatterAdd(1), g.param("y", d, 3, 7), g.param("j", DType.INT64, N),
                    g.param("u", d, Dim.of(3), N)));
        }, ORDINARY, INDICES, ORDINARY, INDICES, ORDINARY).at(new long[] {0}, new long[] {1}, new long[] {13}));
    }

    private static void reduced(DType d, List<OperatorCase> cases) {
        List<long[]> sizes = List.of(new long[] {1, 1}, new long[] {13, 7}, new long[] {2, 4099});
        for (List<Integer> axes : List.of(List.of(0), List.of(1), List.of(0, 1))) {
            cases.add(OperatorCase.of("reductions of " + d + " over " + axes, sizes, g -> {
                g.guard(Dim.of(0), Relation.LT, N).guard(Dim.of(0), Relation.LT, M);
                GraphBuilder.Value x = g.param("x", d, N, M);
                for (Reduce.Kind kind : Reduce.Kind.values()) {
                    Reduce op = new Reduce(kind, axes);
                    if (OperatorCases.accepts(op, x.type())) {
                        g.results(g.op(op, x));
                    }
                }
                if (axes.size() == 1) {
                    int axis = axes.get(0);
                    g.results(g.op(new CumSum(axis), x), g.op(new ArgReduce(ArgReduce.Kind.MAX, axis), x),
                            g.op(new ArgReduce(ArgReduce.Kind.MIN, axis), x));
                }
            }, UNIT));
        }
    }

    private static List<Dim> dims(long... sizes) {
        return Arrays.stream(sizes).mapToObj(Dim::of).toList();
    }
}
