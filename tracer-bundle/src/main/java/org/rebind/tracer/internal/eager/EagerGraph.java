package org.rebind.tracer.internal.eager;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
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
import org.rebind.graph.Guard;
import org.rebind.graph.Iota;
import org.rebind.graph.Matmul;
import org.rebind.graph.Node;
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
import org.rebind.tracer.internal.tensor.ConcreteTensor;

/** Graphs of one op, with symbols for sizes where the op's attributes hold none, so that one serves all sizes. */
final class EagerGraph {
    private static final Dim[] SYMBOLS = IntStream.range(0, 32).mapToObj(i -> Dim.symbol("d" + i)).toArray(Dim[]::new);
    private static final Dim ONE = Dim.of(1);

    private EagerGraph() {
    }

    /**
     * What a graph is made from.
     *
     * @param params symbolic where sizes may vary
     * @param dtypes that params are converted to first
     * @param shape that params are broadcast to first; null where operands are taken as they are
     */
    record Key(Op op, List<TensorType> params, List<DType> dtypes, Shape shape) {
        static Key of(Op op, List<TensorType> types) {
            List<TensorType> params = op.accept(new General(types));
            return new Key(op, params, params.stream().map(TensorType::dtype).toList(), null);
        }

        /** Operands' axes are aligned from the end: each has the result's size or 1. */
        static Key elementwise(Op op, ConcreteTensor[] inputs, List<TensorType> operandTypes, Shape result) {
            int rank = result.rank();
            Dim[] common = new Dim[rank];
            for (int i = 0; i < rank; i++) {
                common[i] = anyHas(inputs, i - rank) ? SYMBOLS[i] : Dim.of(result.size(i));
            }
            List<TensorType> params = new ArrayList<>(inputs.length);
            for (ConcreteTensor x : inputs) {
                int lead = rank - x.rank();
                Dim[] dims = new Dim[x.rank()];
                for (int i = 0; i < dims.length; i++) {
                    dims[i] = x.shape().size(i) == 1 ? ONE : common[lead + i];
                }
                params.add(new TensorType(x.dtype(), Shape.of(dims)));
            }
            return new Key(op, params, operandTypes.stream().map(TensorType::dtype).toList(), Shape.of(common));
        }

        /** Whether some operand has the result's size, not 1, at an axis counted from the end: a symbol needs a source. */
        private static boolean anyHas(ConcreteTensor[] inputs, int axis) {
            for (ConcreteTensor x : inputs) {
                if (x.rank() >= -axis && x.shape().size(axis) != 1) {
                    return true;
                }
            }
            return false;
        }
    }

    static Graph build(Key key) {
        List<Graph.Param> params = new ArrayList<>();
        List<Guard> guards = new ArrayList<>();
        for (int i = 0; i < key.params.size(); i++) {
            params.add(new Graph.Param("x" + i, key.params.get(i)));
        }
        if (key.op instanceof ArgReduce arg) {
            guards.add(new Guard(Dim.of(0), Relation.LT, key.params.get(0).shape().dim(arg.axis()), key.op.opName()));
        }
        List<Node> nodes = new ArrayList<>();
        List<Integer> operands = new ArrayList<>();
        for (int i = 0; i < params.size(); i++) {
            operands.add(operand(key, i, nodes));
        }
        List<TensorType> types = new ArrayList<>();
        for (int v : operands) {
            types.add(v < params.size() ? key.params.get(v) : nodes.get(v - params.size()).type());
        }
        nodes.add(new Node(key.op, operands, key.op.type(types, DimFacts.of(guards))));
        return new Graph(params, nodes, List.of(params.size() + nodes.size() - 1), guards);
    }

    private static int operand(Key key, int i, List<Node> nodes) {
        TensorType type = key.params.get(i);
        int value = i;
        if (type.dtype() != key.dtypes.get(i)) {
            type = new TensorType(key.dtypes.get(i), type.shape());
            nodes.add(new Node(new Cast(type.dtype()), List.of(value), type));
            value = key.params.size() + nodes.size() - 1;
        }
        if (key.shape != null && !type.shape().equals(key.shape)) {
            nodes.add(new Node(new BroadcastTo(key.shape), List.of(value), new TensorType(type.dtype(), key.shape)));
            value = key.params.size() + nodes.size() - 1;
        }
        return value;
    }

    /** Whether an op only moves elements and holds sizes, so that compiling it for each size is not worth it. */
    static boolean copies(Op op) {
        return op instanceof BroadcastTo || op instanceof Slice || op instanceof Pad || op instanceof Concatenate
                || op instanceof Reshape || op instanceof Full || op instanceof Iota;
    }

    /** Operand types with symbols for sizes that may vary; sizes of 1 stay, since they broadcast. */
    private record General(List<TensorType> types) implements Op.Visitor<List<TensorType>> {
        private TensorType symbolic(int operand, IntFunction<Dim> dims) {
            Shape s = types.get(operand).shape();
            Dim[] general = new Dim[s.rank()];
            for (int i = 0; i < general.length; i++) {
                general[i] = s.size(i) == 1 ? ONE : dims.apply(i);
            }
            return new TensorType(types.get(operand).dtype(), Shape.of(general));
        }

        private List<TensorType> sameShape() {
            return IntStream.range(0, types.size()).mapToObj(i -> symbolic(i, a -> SYMBOLS[a])).toList();
        }

        @Override
        public List<TensorType> unary(Unary op) {
            return sameShape();
        }

        @Override
        public List<TensorType> binary(Binary op) {
            return sameShape();
        }

        @Override
        public List<TensorType> where(Where op) {
            return sameShape();
        }

        @Override
        public List<TensorType> cast(Cast op) {
            return sameShape();
        }

        @Override
        public List<TensorType> permute(Permute op) {
            return sameShape();
        }

        @Override
        public List<TensorType> flip(Flip op) {
            return sameShape();
        }

        @Override
        public List<TensorType> reduce(Reduce op) {
            return sameShape();
        }

        @Override
        public List<TensorType> argReduce(ArgReduce op) {
            return sameShape();
        }

        @Override
        public List<TensorType> cumSum(CumSum op) {
            return sameShape();
        }

        @Override
        public List<TensorType> matmul(Matmul op) {
            int inner = types.get(0).shape().rank() - 1;
            return List.of(symbolic(0, a -> SYMBOLS[a]),
                    symbolic(1, a -> a == inner - 1 ? SYMBOLS[inner] : SYMBOLS[a == inner ? inner + 1 : a]));
        }

        @Override
        public List<TensorType> take(Take op) {
            int rank = types.get(0).shape().rank();
            return List.of(symbolic(0, a -> SYMBOLS[a]), symbolic(1, a -> SYMBOLS[rank + a]));
        }

        @Override
        public List<TensorType> scatterAdd(ScatterAdd op) {
            int rank = types.get(0).shape().rank();
            return List.of(symbolic(0, a -> SYMBOLS[a]), symbolic(1, a -> SYMBOLS[rank]),
                    symbolic(2, a -> a == op.axis() ? SYMBOLS[rank] : SYMBOLS[a]));
        }

        @Override
        public List<TensorType> full(Full op) {
            return types;
        }

        @Override
        public List<TensorType> iota(Iota op) {
            return types;
        }

        @Override
        public List<TensorType> reshape(Reshape op) {
            return types;
        }

        @Override
        public List<TensorType> broadcastTo(BroadcastTo op) {
            return types;
        }

        @Override
        public List<TensorType> slice(Slice op) {
            return types;
        }

        @Override
        public List<TensorType> pad(Pad op) {
            return types;
        }

        @Override
        public List<TensorType> concatenate(Concatenate op) {
            return types;
        }
    }
}
