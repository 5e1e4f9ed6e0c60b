package org.rebind.tck;

import static org.rebind.tck.TestData.Kind.EDGES;
import static org.rebind.tck.TestData.Kind.INDICES;
import static org.rebind.tck.TestData.Kind.ORDINARY;
import static org.rebind.tck.TestData.Kind.POWERS;
import static org.rebind.tck.TestData.Kind.UNIT;
import static org.rebind.tck.TestData.Kind.WHOLE;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.RebindException;
import org.rebind.Shape;
import org.rebind.TensorType;
import org.rebind.graph.ArgReduce;
import org.rebind.graph.Binary;
import org.rebind.graph.BroadcastTo;
import org.rebind.graph.Cast;
import org.rebind.graph.Concatenate;
import org.rebind.graph.CumSum;
import org.rebind.graph.DimFacts;
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

/** Every op with every dtype its type rule takes, in shapes that are awkward. */
final class OperatorCases {
    static final List<DType> DTYPES = List.of(DType.FLOAT32, DType.FLOAT64, DType.INT32, DType.INT64, DType.BOOL);
    static final Dim N = Dim.symbol("n");
    static final Dim M = Dim.symbol("m");
    private static final List<long[]> PAIRS = List.of(new long[] {0, 3}, new long[] {3, 0}, new long[] {1, 1},
            new long[] {13, 7}, new long[] {4099, 2}, new long[] {2, 4099});

    private OperatorCases() {
    }

    static List<OperatorCase> elementwise() {
        List<OperatorCase> cases = new ArrayList<>();
        for (DType d : DTYPES) {
            TensorType vector = new TensorType(d, Shape.of(N));
            for (Unary op : Unary.values()) {
                if (accepts(op, vector)) {
                    cases.add(OperatorCase.of(name(op, d), g -> g.results(g.op(op, g.param("x", vector))), EDGES));
                }
            }
            for (Binary op : Binary.values()) {
                if (accepts(op, vector, vector)) {
                    cases.add(OperatorCase.of(name(op, d), g -> g.results(g.op(op, g.param("x", vector),
                            g.param("y", vector))), EDGES));
                }
            }
            cases.add(OperatorCase.of(name(new Where(), d), g -> g.results(g.op(new Where(),
                    g.param("c", DType.BOOL, N), g.param("x", vector), g.param("y", vector))), EDGES));
            for (DType to : DTYPES) {
                cases.add(OperatorCase.of("cast " + d + " to " + to, g -> g.results(g.op(new Cast(to),
                        g.param("x", vector))), EDGES));
            }
        }
        cases.add(OperatorCase.of("asin and acos inside their domain", g -> {
            GraphBuilder.Value x = g.param("x", DType.FLOAT32, N);
            g.results(g.op(Unary.ASIN, x), g.op(Unary.ACOS, x), g.op(Unary.ATANH, x), g.op(Unary.LOG1P, x));
        }, UNIT));
        return cases;
    }

    static List<OperatorCase> movement() {
        List<OperatorCase> cases = new ArrayList<>();
        for (DType d : DTYPES) {
            cases.add(rank3("reshape", d, new Reshape(Shape.of(Dim.of(5), N.times(3)))));
            cases.add(rank3("flatten", d, new Reshape(Shape.of(N.times(15)))));
            for (List<Integer> axes : List.of(List.of(2, 0, 1), List.of(0, 2, 1), List.of(2, 1, 0), List.of(1, 0, 2))) {
                cases.add(rank3("permute" + axes, d, new Permute(axes)));
            }
            cases.add(rank3("flip [0, 2]", d, new Flip(List.of(0, 2))));
            cases.add(rank3("flip [1]", d, new Flip(List.of(1))));
            cases.add(rank3("broadcast_to", d, new BroadcastTo(Shape.of(Dim.of(2), N, Dim.of(3), Dim.of(5)))));
            cases.add(rank3("slice", d, new Slice(dims(0, 1, 0), List.of(N, Dim.of(1), Dim.of(3)), List.of(1L, 2L, 2L))));
            cases.add(rank3("pad", d, new Pad(dims(2, 0, 1), dims(1, 0, 3), d.isFloating() ? (Number) 1.5 : (Number) 1L)));
            cases.add(OperatorCase.of("broadcast_to " + d + " from size 1", g -> {
                g.param("like", DType.BOOL, N);
                g.results(g.op(new BroadcastTo(Shape.of(Dim.of(4), N)), g.param("x", d, 4, 1)));
            }, ORDINARY));
            cases.add(OperatorCase.of("concatenate " + d, PAIRS, g -> g.results(g.op(new Concatenate(0),
                    g.param("x", d, N, Dim.of(3)), g.param("y", d, M, Dim.of(3)), g.param("z", d, 2, 3))), ORDINARY));
            cases.add(OperatorCase.of("concatenate " + d + " axis 1", g -> g.results(g.op(new Concatenate(1),
                    g.param("x", d, N, Dim.of(3)), g.param("y", d, N, Dim.of(1)))), ORDINARY));
            cases.add(OperatorCase.of("full and iota " + d, g -> {
                g.param("x", DType.BOOL, N);
                g.results(g.op(new Full(d, Shape.of(N, Dim.of(3)), d.isFloating() ? (Number) (-2.5) : (Number) 1L)));
                if (!d.isBool()) {
                    g.results(g.op(new Iota(d, Shape.of(N, Dim.of(3)), 0)), g.op(new Iota(d, Shape.of(N, Dim.of(3)), 1)));
                }
            }, ORDINARY));
        }
        cases.add(OperatorCase.of("slice after pad", g -> {
            GraphBuilder.Value p = g.op(new Pad(dims(2), dims(1), 0.25), g.param("x", DType.FLOAT32, N));
            g.results(g.op(new Slice(dims(1), List.of(N.plus(1)), List.of(1L)), p));
        }, ORDINARY));
        return cases;
    }

    static List<OperatorCase> indexing() {
        List<OperatorCase> cases = new ArrayList<>();
        for (DType d : DTYPES) {
            for (DType i : List.of(DType.INT32, DType.INT64)) {
                cases.add(OperatorCase.of("take " + d + " by " + i, g -> g.results(g.op(new Take(1),
                        g.param("x", d, 3, 7, 2), g.param("i", i, N))), ORDINARY, INDICES));
            }
            cases.add(OperatorCase.of("take " + d + " by a matrix", g -> g.results(g.op(new Take(0), g.param("x", d, 7),
                    g.param("i", DType.INT64, N, Dim.of(2)))), ORDINARY, INDICES));
            cases.add(OperatorCase.of("take " + d + " from a symbolic axis", g -> {
                g.guard(Dim.of(0), Relation.LT, N);
                g.results(g.op(new Take(0), g.param("x", d, N, Dim.of(2)), g.param("i", DType.INT32, 5)));
            }, ORDINARY, INDICES));
            if (!d.isBool()) {
                OperatorCase scatter = OperatorCase.of("scatter_add " + d, g -> g.results(g.op(new ScatterAdd(1),
                        g.param("x", d, 3, 7), g.param("i", DType.INT64, N), g.param("u", d, Dim.of(3), N))),
                        ORDINARY, INDICES, ORDINARY);
                cases.add(scatter);
                cases.add(new OperatorCase(scatter.name() + ", exact sums", scatter.graph(),
                        List.of(WHOLE, INDICES, WHOLE), scatter.sizes(), true));
            }
        }
        return cases;
    }

    static List<OperatorCase> reductions() {
        List<OperatorCase> cases = new ArrayList<>();
        for (DType d : DTYPES) {
            for (Reduce.Kind kind : Reduce.Kind.values()) {
                if (!accepts(new Reduce(kind, List.of(0)), TensorType.of(d, 1))) {
                    continue;
                }
                for (List<Integer> axes : List.of(List.<Integer>of(), List.of(0), List.of(1), List.of(0, 1))) {
                    reduce(cases, kind, d, axes);
                }
                Reduce middle = new Reduce(kind, List.of(0, 2));
                cases.add(OperatorCase.of(name(middle, d) + " " + middle.attributes() + " of rank 4",
                        g -> g.results(g.op(middle, g.param("x", d, 3, 2, 5, 2))),
                        kind == Reduce.Kind.PROD ? POWERS : WHOLE));
            }
            if (!d.isBool()) {
                for (int axis = 0; axis < 2; axis++) {
                    int a = axis;
                    OperatorCase sums = OperatorCase.of(name(new CumSum(a), d) + " axis " + a, PAIRS,
                            g -> g.results(g.op(new CumSum(a), g.param("x", d, N, M))), ORDINARY);
                    cases.add(sums);
                    cases.add(sums.whole(WHOLE));
                }
            }
            for (ArgReduce.Kind kind : ArgReduce.Kind.values()) {
                for (int axis = 0; axis < 2; axis++) {
                    ArgReduce op = new ArgReduce(kind, axis);
                    cases.add(OperatorCase.of(name(op, d) + " axis " + axis, List.of(new long[] {1, 1},
                            new long[] {13, 7}, new long[] {4099, 2}, new long[] {2, 4099}), g -> {
                                g.guard(Dim.of(0), Relation.LT, N).guard(Dim.of(0), Relation.LT, M);
                                g.results(g.op(op, g.param("x", d, N, M)));
                            }, EDGES));
                }
            }
        }
        return cases;
    }

    private static void reduce(List<OperatorCase> cases, Reduce.Kind kind, DType d, List<Integer> axes) {
        Reduce op = new Reduce(kind, axes);
        OperatorCase c = OperatorCase.of(name(op, d) + " " + op.attributes(), PAIRS,
                g -> g.results(g.op(op, g.param("x", d, N, M))),
                kind == Reduce.Kind.PROD ? UNIT : kind == Reduce.Kind.SUM ? ORDINARY : EDGES);
        cases.add(c);
        if (d.isFloating()) {
            cases.add(c.whole(kind == Reduce.Kind.PROD ? POWERS : WHOLE));
        }
    }

    static List<OperatorCase> products() {
        List<OperatorCase> cases = new ArrayList<>();
        for (DType d : DTYPES.subList(0, 4)) {
            Dim k = Dim.symbol("k");
            OperatorCase plain = OperatorCase.of("matmul " + d, List.of(new long[] {0, 3, 2}, new long[] {2, 0, 3},
                    new long[] {1, 1, 1}, new long[] {13, 7, 5}, new long[] {65, 33, 17}, new long[] {1, 4099, 3}),
                    g -> g.results(g.op(new Matmul(), g.param("a", d, N, k), g.param("b", d, k, M))), ORDINARY);
            cases.add(plain);
            cases.add(plain.whole(WHOLE));
            OperatorCase batch = OperatorCase.of("matmul " + d + " in batches", g -> g.results(g.op(new Matmul(),
                    g.param("a", d, N, Dim.of(3), Dim.of(5)), g.param("b", d, N, Dim.of(5), Dim.of(2)))), ORDINARY);
            cases.add(batch.at(new long[] {0}, new long[] {1}, new long[] {13}));
            OperatorCase shared = OperatorCase.of("matmul " + d + " transposed and broadcast", g -> {
                GraphBuilder.Value a = g.op(new Permute(List.of(0, 2, 1)), g.param("a", d, N, Dim.of(5), Dim.of(3)));
                GraphBuilder.Value b = g.broadcast(g.param("b", d, 5, 2), Shape.of(N, Dim.of(5), Dim.of(2)));
                g.results(g.op(new Matmul(), a, b));
            }, ORDINARY);
            cases.add(shared.at(new long[] {0}, new long[] {1}, new long[] {13}).whole(WHOLE));
        }
        return cases;
    }

    private static OperatorCase rank3(String name, DType d, Op op) {
        return OperatorCase.of(name + " " + d, g -> g.results(g.op(op, g.param("x", d, N, Dim.of(3), Dim.of(5)))), ORDINARY);
    }

    private static List<Dim> dims(long... sizes) {
        return Arrays.stream(sizes).mapToObj(Dim::of).toList();
    }

    private static String name(Op op, DType d) {
        return op.opName() + " " + d;
    }

    static boolean accepts(Op op, TensorType... types) {
        try {
            op.type(List.of(types), DimFacts.of(List.of()));
            return true;
        } catch (RebindException e) {
            return false; // its type rule says so
        }
    }
}
