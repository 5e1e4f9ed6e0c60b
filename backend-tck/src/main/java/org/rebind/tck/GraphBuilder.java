package org.rebind.tck;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.TensorType;
import org.rebind.graph.BroadcastTo;
import org.rebind.graph.Cast;
import org.rebind.graph.DimFacts;
import org.rebind.graph.Full;
import org.rebind.graph.Graph;
import org.rebind.graph.GraphChecker;
import org.rebind.graph.Guard;
import org.rebind.graph.Node;
import org.rebind.graph.Op;
import org.rebind.graph.Relation;
import org.rebind.graph.Reshape;

/**
 * Builds a graph by hand, types inferred by each op's own rule. Parameters and nodes may come in any order. Not
 * thread-safe.
 *
 * <pre>{@code
 * GraphBuilder g = new GraphBuilder();
 * Value x = g.param("x", DType.FLOAT32, Dim.symbol("n"));
 * Graph graph = g.results(g.op(Unary.TANH, g.op(Binary.ADD, x, x))).build();
 * }</pre>
 */
public final class GraphBuilder {
    /** A value of the graph being built; belongs to its builder. */
    public static final class Value {
        private final Graph.Param param; // null for nodes
        private final Op op;
        private final List<Value> inputs;
        private final TensorType type;

        private Value(Graph.Param param, Op op, List<Value> inputs, TensorType type) {
            this.param = param;
            this.op = op;
            this.inputs = inputs;
            this.type = type;
        }

        public TensorType type() {
            return type;
        }

        public DType dtype() {
            return type.dtype();
        }

        public Shape shape() {
            return type.shape();
        }

        public int rank() {
            return type.shape().rank();
        }
    }

    private final List<Value> params = new ArrayList<>();
    private final List<Value> nodes = new ArrayList<>();
    private final List<Value> results = new ArrayList<>();
    private final List<Guard> guards = new ArrayList<>();
    private DimFacts facts = DimFacts.of(guards);

    public Value param(String name, TensorType type) {
        Value v = new Value(new Graph.Param(name, type), null, List.of(), type);
        params.add(v);
        return v;
    }

    public Value param(String name, DType dtype, Dim... dims) {
        return param(name, new TensorType(dtype, Shape.of(dims)));
    }

    public Value param(String name, DType dtype, long... sizes) {
        return param(name, TensorType.of(dtype, sizes));
    }

    /** A parameter of rank 0. */
    public Value scalar(String name, DType dtype) {
        return param(name, new TensorType(dtype, Shape.SCALAR));
    }

    /** A condition that later type rules may rely on. */
    public GraphBuilder guard(Dim left, Relation relation, Dim right) {
        guards.add(new Guard(left, relation, right, "")); // sizes of the tests are chosen to fulfil it
        facts = DimFacts.of(guards);
        return this;
    }

    public List<Guard> guards() {
        return List.copyOf(guards);
    }

    /** A node. @throws org.rebind.RebindException if the inputs do not fit the op */
    public Value op(Op op, Value... inputs) {
        return op(op, List.of(inputs));
    }

    public Value op(Op op, List<Value> inputs) {
        TensorType type = op.type(inputs.stream().map(Value::type).toList(), facts);
        Value v = new Value(null, op, List.copyOf(inputs), type);
        nodes.add(v);
        return v;
    }

    /** {@code like}'s dtype and shape, with this value everywhere. */
    public Value fill(double value, Value like) {
        return fill(value, like.dtype(), like.shape());
    }

    public Value fill(double value, DType dtype, Shape shape) {
        Number number = dtype.isFloating() ? (Number) (dtype == DType.FLOAT32 ? (double) (float) value : value)
                : (Number) (long) value;
        Value scalar = op(new Full(dtype, Shape.SCALAR, number));
        return shape.rank() == 0 ? scalar : op(new BroadcastTo(shape), scalar);
    }

    public Value cast(Value x, DType dtype) {
        return x.dtype() == dtype ? x : op(new Cast(dtype), x);
    }

    /** {@code x} broadcast to a shape, NumPy's rule. */
    public Value broadcast(Value x, Shape shape) {
        return x.shape().equals(shape) ? x : op(new BroadcastTo(shape), x);
    }

    /** {@code x}, whose axes in {@code axes} were reduced away from {@code full}, repeated along them again. */
    public Value unreduce(Value x, Shape full, List<Integer> axes) {
        Dim[] kept = full.dims().toArray(Dim[]::new);
        axes.forEach(a -> kept[a] = Dim.of(1));
        return broadcast(op(new Reshape(Shape.of(kept)), x), full);
    }

    public GraphBuilder results(Value... values) {
        results.addAll(Arrays.asList(values));
        return this;
    }

    public GraphBuilder results(List<Value> values) {
        results.addAll(values);
        return this;
    }

    /** The checked graph. @throws org.rebind.graph.GraphException if it breaks a rule */
    public Graph build() {
        return GraphChecker.check(buildUnchecked());
    }

    /** The graph as it is, for tests of what refuses bad graphs. */
    public Graph buildUnchecked() {
        Map<Value, Integer> numbers = new IdentityHashMap<>();
        params.forEach(p -> numbers.put(p, numbers.size()));
        List<Node> list = new ArrayList<>();
        for (Value n : nodes) {
            list.add(new Node(n.op, n.inputs.stream().map(numbers::get).toList(), n.type));
            numbers.put(n, numbers.size());
        }
        return new Graph(params.stream().map(p -> p.param).toList(), list,
                results.stream().map(numbers::get).toList(), guards);
    }
}
