package org.rebind.tck;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.rebind.DType;
import org.rebind.Dim;
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
import org.rebind.graph.Graph;
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
 * Generates well-typed graphs at random: every op and dtype, symbolic and fixed sizes, shared values, several results. One
 * seed makes one graph, always the same. Use {@link #generate}.
 */
public final class RandomGraphs {
    private static final int MOST_ELEMENTS = 3000;
    private static final long[] SYMBOL_SIZES = {0, 1, 2, 3, 5, 8, 13};
    private static final DType[] DTYPES = {DType.FLOAT32, DType.FLOAT32, DType.FLOAT32, DType.FLOAT32, DType.FLOAT64,
        DType.INT32, DType.INT32, DType.INT64, DType.BOOL};

    private final Random random;
    private final GraphBuilder g = new GraphBuilder();
    private final List<GraphBuilder.Value> values = new ArrayList<>();
    private final Map<String, TestData.Kind> kinds = new HashMap<>();
    private final List<Dim> dims = new ArrayList<>(List.of(Dim.of(1), Dim.of(2), Dim.of(3), Dim.of(5)));
    private final List<String> symbols = new ArrayList<>();

    private RandomGraphs(long seed) {
        // neighbouring seeds of Random are alike in their first draws
        this.random = new Random(seed * 0x9E3779B97F4A7C15L ^ seed >>> 7);
    }

    /** The program of this seed. */
    public static RandomProgram generate(long seed) {
        return new RandomGraphs(seed).program(seed);
    }

    private RandomProgram program(long seed) {
        int count = random.nextInt(3);
        for (int i = 0; i < count; i++) {
            symbols.add("nm".substring(i, i + 1));
            Dim d = Dim.symbol(symbols.get(i));
            dims.add(d);
            dims.add(d);
            param(new TensorType(dtype(), i == 0 ? Shape.of(d) : Shape.of(d, dim()))); // its numbers come from here
        }
        int params = 1 + random.nextInt(3);
        for (int i = 0; i < params; i++) {
            param(new TensorType(dtype(), shape(random.nextInt(4))));
        }
        int nodes = 1 + random.nextInt(12);
        for (int i = 0; i < nodes; i++) {
            GraphBuilder.Value v = node();
            if (v != null) {
                values.add(v);
            }
        }
        int results = 1 + random.nextInt(3);
        for (int i = 0; i < results; i++) {
            g.results(i == 0 ? values.get(values.size() - 1) : pick());
        }
        Graph graph = g.build();
        return new RandomProgram(seed, graph, kinds, sizes(graph));
    }

    private List<long[]> sizes(Graph graph) {
        List<long[]> sizes = new ArrayList<>();
        for (int attempt = 0; attempt < 50 && sizes.size() < 2; attempt++) {
            long[] numbers = new long[graph.symbols().size()];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = SYMBOL_SIZES[random.nextInt(SYMBOL_SIZES.length)];
            }
            Map<String, Long> map = graph.symbolMap(numbers);
            if (graph.guards().stream().allMatch(x -> x.test(map::get))) {
                sizes.add(numbers);
            }
            if (numbers.length == 0) {
                break;
            }
        }
        return sizes;
    }

    // ---- values

    private DType dtype() {
        return DTYPES[random.nextInt(DTYPES.length)];
    }

    private Dim dim() {
        return dims.get(random.nextInt(dims.size()));
    }

    private Shape shape(int rank) {
        List<Dim> list = new ArrayList<>();
        for (int i = 0; i < rank; i++) {
            list.add(dim());
        }
        Shape s = Shape.of(list);
        return small(s) ? s : shape(rank - 1);
    }

    private boolean small(Shape s) {
        return s.rank() <= 5 && s.elements().evaluate(n -> 13) <= MOST_ELEMENTS;
    }

    private GraphBuilder.Value param(TensorType type) {
        String name = "p" + kinds.size();
        int dice = random.nextInt(6);
        kinds.put(name, type.dtype().isInteger() ? dice < 3 ? TestData.Kind.WHOLE : dice < 5 ? TestData.Kind.INDICES
                : TestData.Kind.ORDINARY : dice == 0 ? TestData.Kind.EDGES : dice == 1 ? TestData.Kind.UNIT
                : TestData.Kind.ORDINARY);
        GraphBuilder.Value v = g.param(name, type);
        values.add(v);
        return v;
    }

    private GraphBuilder.Value pick() {
        int n = values.size(); // recent values more often, so that chains form
        return values.get(random.nextInt(3) == 0 ? random.nextInt(n) : n - 1 - random.nextInt(Math.min(3, n)));
    }

    /** A value of this type: one there is, one that can be broadcast to it, a new parameter or a constant. */
    private GraphBuilder.Value fit(DType dtype, Shape shape) {
        List<GraphBuilder.Value> shuffled = new ArrayList<>(values);
        Collections.shuffle(shuffled, random);
        for (GraphBuilder.Value v : shuffled) {
            if (v.dtype() == dtype && v.shape().equals(shape) && random.nextInt(4) > 0) {
                return v;
            }
        }
        for (GraphBuilder.Value v : shuffled) {
            if (v.dtype() == dtype && OperatorCases.accepts(new BroadcastTo(shape), v.type()) && random.nextInt(4) > 0) {
                return g.broadcast(v, shape);
            }
        }
        if (kinds.size() < 7 && shape.dims().stream().allMatch(d -> d.isFixed() || d.symbolName().isPresent())
                && random.nextInt(3) > 0) {
            return param(new TensorType(dtype, shape));
        }
        return g.fill(dtype.isFloating() ? random.nextInt(9) / 2.0 - 2 : random.nextInt(2), dtype, shape);
    }

    // ---- nodes; null where the dice do not fit the values there are

    private GraphBuilder.Value node() {
        GraphBuilder.Value x = pick();
        return switch (random.nextInt(21)) {
            case 0, 1, 2 -> unary(x);
            case 3, 4, 5, 6 -> binary(x);
            case 7 -> g.op(new Where(), fit(DType.BOOL, x.shape()), x, fit(x.dtype(), x.shape()));
            case 8 -> g.op(new Cast(DTYPES[random.nextInt(DTYPES.length)]), x);
            case 9 -> reshape(x);
            case 10 -> permute(x);
            case 11 -> broadcast(x);
            case 12 -> slice(x);
            case 13 -> random.nextBoolean() ? pad(x) : concatenate(x);
            case 14 -> index(x);
            case 15, 16 -> reduce(x);
            case 17 -> arg(x);
            case 18 -> matmul(x);
            case 19 -> softmax(x);
            default -> create();
        };
    }

    private GraphBuilder.Value accepted(Op op, GraphBuilder.Value x) {
        return OperatorCases.accepts(op, x.type()) ? g.op(op, x) : null;
    }

    private GraphBuilder.Value unary(GraphBuilder.Value x) {
        return accepted(Unary.values()[random.nextInt(Unary.values().length)], x);
    }

    private GraphBuilder.Value binary(GraphBuilder.Value x) {
        Binary op = Binary.values()[random.nextInt(Binary.values().length)];
        return OperatorCases.accepts(op, x.type(), x.type()) ? g.op(op, random.nextBoolean()
                ? List.of(x, fit(x.dtype(), x.shape())) : List.of(fit(x.dtype(), x.shape()), x)) : null;
    }

    private GraphBuilder.Value reshape(GraphBuilder.Value x) {
        List<Dim> list = new ArrayList<>(x.shape().dims());
        if (list.size() > 1 && random.nextBoolean()) {
            int at = random.nextInt(list.size() - 1);
            list.set(at, list.get(at).times(list.remove(at + 1)));
        } else if (random.nextBoolean()) {
            Collections.shuffle(list, random);
        }
        if (random.nextInt(3) == 0) {
            list.add(random.nextInt(list.size() + 1), Dim.of(1));
        }
        Shape s = Shape.of(list);
        return small(s) ? g.op(new Reshape(s), x) : null;
    }

    private GraphBuilder.Value permute(GraphBuilder.Value x) {
        List<Integer> axes = new ArrayList<>(BoundArithmetic.allAxes(x.rank()));
        Collections.shuffle(axes, random);
        return g.op(random.nextInt(3) == 0 ? new Flip(axes.subList(0, axes.size() / 2)) : new Permute(axes), x);
    }

    private GraphBuilder.Value broadcast(GraphBuilder.Value x) {
        List<Dim> list = new ArrayList<>(x.shape().dims());
        list.replaceAll(d -> d.equals(Dim.of(1)) ? dim() : d);
        if (random.nextBoolean()) {
            list.add(0, dim());
        }
        Shape s = Shape.of(list);
        return small(s) ? g.op(new BroadcastTo(s), x) : null;
    }

    private GraphBuilder.Value slice(GraphBuilder.Value x) {
        List<Dim> start = new ArrayList<>();
        List<Dim> size = new ArrayList<>();
        List<Long> stride = new ArrayList<>();
        for (Dim d : x.shape().dims()) {
            long least = d.lowerBound().orElse(0);
            long from = least > 0 ? random.nextInt((int) Math.min(least, 3) + 1) : 0;
            long cut = least > from ? random.nextInt((int) Math.min(least - from, 3) + 1) : 0;
            Dim rest = d.minus(from + cut);
            long step = rest.isFixed() && rest.value() > 1 && random.nextInt(3) == 0 ? 2 : 1;
            start.add(Dim.of(from));
            size.add(step == 1 ? rest : Dim.of((rest.value() + 1) / 2));
            stride.add(step);
        }
        return g.op(new Slice(start, size, stride), x);
    }

    private GraphBuilder.Value pad(GraphBuilder.Value x) {
        List<Dim> low = new ArrayList<>();
        List<Dim> high = new ArrayList<>();
        for (int i = 0; i < x.rank(); i++) {
            low.add(Dim.of(random.nextInt(3)));
            high.add(Dim.of(random.nextInt(2)));
        }
        Pad op = new Pad(low, high, x.dtype().isFloating() ? (Number) (random.nextInt(5) / 2.0) : (Number) (long) random.nextInt(2));
        return small(op.type(List.of(x.type()), DimFacts.of(g.guards())).shape()) ? g.op(op, x) : null;
    }

    private GraphBuilder.Value concatenate(GraphBuilder.Value x) {
        if (x.rank() == 0) {
            return null;
        }
        int axis = random.nextInt(x.rank());
        List<GraphBuilder.Value> list = new ArrayList<>(List.of(x));
        for (int i = random.nextInt(3); i > 0; i--) {
            List<Dim> other = new ArrayList<>(x.shape().dims());
            other.set(axis, random.nextBoolean() ? other.get(axis) : dim());
            list.add(random.nextInt(list.size() + 1), fit(x.dtype(), Shape.of(other)));
        }
        Shape s = x.shape();
        return small(Shape.of(s.dims().stream().map(d -> d.times(list.size())).toList())) ? g.op(new Concatenate(axis), list)
                : null;
    }

    private GraphBuilder.Value index(GraphBuilder.Value x) {
        if (x.rank() == 0 || !nonEmpty(x.shape().dim(0))) {
            return null;
        }
        if (!x.dtype().isBool() && random.nextInt(3) == 0) {
            GraphBuilder.Value i = fit(random.nextBoolean() ? DType.INT32 : DType.INT64, Shape.of(dim()));
            List<Dim> updates = new ArrayList<>(x.shape().dims());
            updates.set(0, i.shape().dim(0));
            return g.op(new ScatterAdd(0), x, i, fit(x.dtype(), Shape.of(updates)));
        }
        GraphBuilder.Value i = fit(DType.INT64, shape(random.nextInt(3)));
        int axis = random.nextInt(x.rank());
        if (!nonEmpty(x.shape().dim(axis)) || !small(Shape.of(x.shape().elements(), i.shape().elements()))) {
            return null;
        }
        return g.op(new Take(axis), x, i);
    }

    /** Whether the dim is never 0 in this program; adds a guard if one can say so. */
    private boolean nonEmpty(Dim d) {
        if (d.isFixed()) {
            return d.value() > 0;
        }
        if (d.lowerBound().orElse(0) > 0) {
            return true;
        }
        if (d.symbolName().isPresent()) {
            g.guard(Dim.of(0), Relation.LT, d);
            return true;
        }
        return false;
    }

    private GraphBuilder.Value reduce(GraphBuilder.Value x) {
        List<Integer> axes = new ArrayList<>(BoundArithmetic.allAxes(x.rank()));
        Collections.shuffle(axes, random);
        List<Integer> some = axes.subList(0, axes.isEmpty() ? 0 : 1 + random.nextInt(axes.size()));
        if (x.rank() > 0 && random.nextInt(5) == 0) {
            return accepted(new CumSum(random.nextInt(x.rank())), x);
        }
        Reduce.Kind kind = Reduce.Kind.values()[random.nextInt(4)];
        GraphBuilder.Value r = accepted(new Reduce(kind, some.stream().sorted().toList()), x);
        return r != null && random.nextInt(3) == 0 ? g.unreduce(r, x.shape(), some.stream().sorted().toList()) : r;
    }

    private GraphBuilder.Value arg(GraphBuilder.Value x) {
        if (x.rank() == 0) {
            return null;
        }
        int axis = random.nextInt(x.rank());
        return nonEmpty(x.shape().dim(axis)) ? g.op(new ArgReduce(random.nextBoolean() ? ArgReduce.Kind.MAX
                : ArgReduce.Kind.MIN, axis), x) : null;
    }

    /** Along the last axis, often a long one; what it is made of may be used as well. */
    private GraphBuilder.Value softmax(GraphBuilder.Value like) {
        GraphBuilder.Value x = like;
        if (x.rank() == 0 || random.nextBoolean()) {
            x = fit(random.nextInt(4) == 0 ? DType.FLOAT64 : DType.FLOAT32, Shape.of(dim(), Dim.of(12 + random.nextInt(30))));
        }
        if (!x.dtype().isFloating() || !nonEmpty(x.shape().dim(-1))) {
            return null;
        }
        List<Integer> last = List.of(x.rank() - 1);
        GraphBuilder.Value most = g.unreduce(g.op(new Reduce(Reduce.Kind.MAX, last), x), x.shape(), last);
        GraphBuilder.Value e = g.op(Unary.EXP, g.op(Binary.SUBTRACT, x, most));
        GraphBuilder.Value sum = g.unreduce(g.op(new Reduce(Reduce.Kind.SUM, last), e), x.shape(), last);
        for (GraphBuilder.Value part : List.of(most, e, sum)) {
            if (random.nextInt(4) == 0) {
                values.add(part);
            }
        }
        return g.op(Binary.DIVIDE, e, random.nextInt(6) == 0 ? g.op(Binary.ADD, sum, fit(x.dtype(), x.shape())) : sum);
    }

    private GraphBuilder.Value matmul(GraphBuilder.Value x) {
        if (x.rank() < 2 || x.dtype().isBool()) {
            return null;
        }
        List<Dim> other = new ArrayList<>(x.shape().dims());
        other.set(x.rank() - 2, x.shape().dim(-1));
        other.set(x.rank() - 1, dim());
        return small(Shape.of(other)) ? g.op(new Matmul(), x, fit(x.dtype(), Shape.of(other))) : null;
    }

    private GraphBuilder.Value create() {
        DType d = dtype();
        Shape s = shape(1 + random.nextInt(2));
        if (!d.isBool() && s.rank() > 0 && random.nextBoolean()) {
            return g.op(new Iota(d, s, random.nextInt(s.rank())));
        }
        return g.op(new Full(d, s, d.isFloating() ? (Number) (random.nextInt(9) / 2.0 - 2) : (Number) (long) random.nextInt(2)));
    }
}
