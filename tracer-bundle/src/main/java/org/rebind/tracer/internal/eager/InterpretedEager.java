package org.rebind.tracer.internal.eager;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.rebind.TensorType;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.BroadcastTo;
import org.rebind.graph.Cast;
import org.rebind.graph.Graph;
import org.rebind.graph.Op;
import org.rebind.tracer.internal.interpret.Interpreter;
import org.rebind.tracer.internal.tensor.ConcreteTensor;

/** Eager mode on the interpreter alone. */
final class InterpretedEager implements Eager {
    @Override
    public ConcreteTensor apply(Op op, ConcreteTensor[] inputs, TensorType type) {
        List<TensorType> types = Arrays.stream(inputs).map(ConcreteTensor::type).toList();
        return reading(inputs, buffers -> ConcreteTensor.of(type, Interpreter.apply(op, List.of(buffers), types, type)));
    }

    @Override
    public ConcreteTensor elementwise(Op op, ConcreteTensor[] inputs, List<TensorType> operandTypes, TensorType type) {
        ConcreteTensor[] operands = inputs.clone();
        for (int i = 0; i < operands.length; i++) {
            TensorType wanted = operandTypes.get(i);
            ConcreteTensor x = operands[i];
            if (x.dtype() != wanted.dtype()) {
                x = apply(new Cast(wanted.dtype()), new ConcreteTensor[] {x},
                        new TensorType(wanted.dtype(), x.shape()));
            }
            operands[i] = x.shape().equals(wanted.shape()) ? x
                    : apply(new BroadcastTo(wanted.shape()), new ConcreteTensor[] {x}, wanted);
        }
        return apply(op, operands, type);
    }

    @Override
    public ConcreteTensor[] run(Graph graph, ConcreteTensor[] inputs, long[] symbols) {
        return reading(inputs, buffers -> tensors(graph, Interpreter.run(graph, buffers, symbols), symbols));
    }

    private static ConcreteTensor[] tensors(Graph graph, HostBuffer[] computed, long[] symbols) {
        Map<String, Long> numbers = graph.symbolMap(symbols);
        ConcreteTensor[] results = new ConcreteTensor[computed.length];
        for (int i = 0; i < results.length; i++) {
            int value = graph.results().get(i);
            TensorType type = graph.type(value);
            results[i] = ConcreteTensor.of(new TensorType(type.dtype(), type.shape().evaluate(numbers::get)),
                    graph.isParam(value) ? computed[i].share() : computed[i]);
        }
        return results;
    }

    private static <R> R reading(ConcreteTensor[] inputs, Function<HostBuffer[], R> read) {
        HostBuffer[] buffers = new HostBuffer[inputs.length];
        try {
            for (int i = 0; i < buffers.length; i++) {
                buffers[i] = inputs[i].borrow();
            }
            return read.apply(buffers);
        } finally {
            for (HostBuffer b : buffers) {
                if (b != null) {
                    b.release();
                }
            }
        }
    }
}
