package org.rebind.tracer.internal.simplify;

import java.util.ArrayList;
import java.util.List;
import org.rebind.DType;
import org.rebind.Shape;
import org.rebind.TensorType;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.ArgReduce;
import org.rebind.graph.Binary;
import org.rebind.graph.BroadcastTo;
import org.rebind.graph.Cast;
import org.rebind.graph.Concatenate;
import org.rebind.graph.CumSum;
import org.rebind.graph.Flip;
import org.rebind.graph.Full;
import org.rebind.graph.Graph;
import org.rebind.graph.Iota;
import org.rebind.graph.Matmul;
import org.rebind.graph.Op;
import org.rebind.graph.Pad;
import org.rebind.graph.Permute;
import org.rebind.graph.Reduce;
import org.rebind.graph.Reshape;
import org.rebind.graph.ScatterAdd;
import org.rebind.graph.Slice;
import org.rebind.graph.Take;
import org.rebind.graph.Unary;
import org.rebind.graph.Where;
import org.rebind.tracer.internal.interpret.HostScalars;
import org.rebind.tracer.internal.interpret.Interpreter;

/** Folding of ops whose operands are the same everywhere: what is uniform stays uniform, with one element computed. */
final class ConstantFolding extends Rewriter {
    ConstantFolding(Graph source) {
        super(source);
    }

    @Override
    int rewrite(Op op, List<Integer> inputs, TensorType type) {
        List<Number> constants = new ArrayList<>();
        for (int i : inputs) {
            constants.add(constant(i));
        }
        Number value = inputs.isEmpty() || constants.contains(null) ? null
                : op.accept(new Uniform(inputs.stream().map(this::type).toList(), constants, type));
        return value == null ? add(op, inputs, type)
                : add(new Full(type.dtype(), type.shape(), value), List.of(), type);
    }

    /** The value an op has everywhere when its operands have these everywhere; null if it is not uniform. */
    private record Uniform(List<TensorType> types, List<Number> constants, TensorType type)
            implements Op.Visitor<Number> {
        /** One element, by the interpreter. */
        private Number element(Op op) {
            List<HostBuffer> buffers = new ArrayList<>();
            List<TensorType> scalars = new ArrayList<>();
            for (int i = 0; i < constants.size(); i++) {
                DType d = types.get(i).dtype();
                buffers.add(HostScalars.of(d, constants.get(i)));
                scalars.add(new TensorType(d, Shape.SCALAR));
            }
            return HostScalars.value(Interpreter.apply(op, buffers, scalars,
                    new TensorType(type.dtype(), Shape.SCALAR)), 0);
        }

        private boolean allEqual() {
            return constants.stream().allMatch(constants.get(0)::equals);
        }

        @Override
        public Number unary(Unary op) {
            return element(op);
        }

        @Override
        public Number binary(Binary op) {
            return element(op);
        }

        @Override
        public Number where(Where op) {
            return element(op);
        }

        @Override
        public Number cast(Cast op) {
            return element(op);
        }

        @Override
        public Number reshape(Reshape op) {
            return constants.get(0);
        }

        @Override
        public Number permute(Permute op) {
            return constants.get(0);
        }

        @Override
        public Number flip(Flip op) {
            return constants.get(0);
        }

        @Override
        public Number broadcastTo(BroadcastTo op) {
            return constants.get(0);
        }

        @Override
        public Number slice(Slice op) {
            return constants.get(0);
        }

        @Override
        public Number pad(Pad op) {
            return op.value().equals(constants.get(0)) ? op.value() : null;
        }

        @Override
        public Number concatenate(Concatenate op) {
            return allEqual() ? constants.get(0) : null;
        }

        /** An axis without elements yields zeros, so it has to be known to have some. */
        @Override
        public Number take(Take op) {
            return types.get(0).shape().dim(op.axis()).lowerBound().orElse(0) > 0 ? constants.get(0) : null;
        }

        @Override
        public Number full(Full op) {
            return null;
        }

        @Override
        public Number iota(Iota op) {
            return null;
        }

        @Override
        public Number scatterAdd(ScatterAdd op) {
            return null;
        }

        @Override
        public Number reduce(Reduce op) {
            return null;
        }

        @Override
        public Number argReduce(ArgReduce op) {
            return null;
        }

        @Override
        public Number cumSum(CumSum op) {
            return null;
        }

        @Override
        public Number matmul(Matmul op) {
            return null;
        }
    }
}
