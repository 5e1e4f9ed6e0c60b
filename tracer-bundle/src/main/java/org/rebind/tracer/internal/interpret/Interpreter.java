package org.rebind.tracer.internal.interpret;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.rebind.DType;
import org.rebind.Shape;
import org.rebind.TensorType;
import org.rebind.backend.BackendException;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Graph;
import org.rebind.graph.Node;
import org.rebind.graph.Op;

/**
 * The reference evaluator: runs graphs node by node on host buffers. It defines what every op means; backends are tested
 * against it. Floating arithmetic is done in double and rounded once per op, sums and products accumulate in double,
 * integers wrap.
 */
public final class Interpreter {
    private Interpreter() {
    }

    /**
     * Runs a graph.
     *
     * @param symbols the numbers of {@code graph.symbols()}, in order
     * @return one buffer a result; a parameter among the results is that very buffer
     * @throws BackendException of kind EXECUTE if an input does not have its parameter's elements
     */
    public static HostBuffer[] run(Graph graph, HostBuffer[] inputs, long[] symbols) {
        Map<String, Long> numbers = graph.symbolMap(symbols);
        ToLongFunction<String> sizes = numbers::get;
        HostBuffer[] values = new HostBuffer[graph.valueCount()];
        long[][] shapes = new long[graph.valueCount()][];
        for (int i = 0; i < graph.params().size(); i++) {
            values[i] = inputs[i];
            shapes[i] = checked(graph.params().get(i), inputs[i], sizes);
        }
        int[] uses = graph.useCounts();
        for (int v = graph.params().size(); v < values.length; v++) {
            Node n = graph.node(v);
            List<Operand> operands = new ArrayList<>(n.inputs().size());
            for (int i : n.inputs()) {
                operands.add(new Operand(values[i], shapes[i]));
            }
            shapes[v] = n.type().shape().evaluate(sizes).sizes();
            values[v] = uses[v] == 0 ? null : apply(n.op(), operands, n.type().dtype(), shapes[v], sizes);
            for (int i : n.inputs()) {
                if (--uses[i] == 0) {
                    values[i] = null; // so that the garbage collector can have it
                }
            }
        }
        return graph.results().stream().map(r -> values[r]).toArray(HostBuffer[]::new);
    }

    /** One op on operands of these types, all shapes fixed. */
    public static HostBuffer apply(Op op, List<HostBuffer> inputs, List<TensorType> inputTypes, TensorType type) {
        List<Operand> operands = new ArrayList<>(inputs.size());
        for (int i = 0; i < inputs.size(); i++) {
            operands.add(new Operand(inputs.get(i), inputTypes.get(i).shape().sizes()));
        }
        return apply(op, operands, type.dtype(), type.shape().sizes(), name -> {
            throw new IllegalStateException("symbol " + name + " in an op of fixed types");
        });
    }

    private static HostBuffer apply(Op op, List<Operand> operands, DType dtype, long[] sizes,
            ToLongFunction<String> symbols) {
        HostBuffer result = HostBuffer.allocate(dtype, Shape.of(sizes).elementCount());
        op.accept(new Evaluation(operands, result, sizes, symbols));
        return result;
    }

    private static long[] checked(Graph.Param p, HostBuffer b, ToLongFunction<String> symbols) {
        long[] sizes = p.type().shape().evaluate(symbols).sizes();
        if (b.dtype() != p.type().dtype() || b.elementCount() != Strides.count(sizes)) {
            throw new BackendException(BackendException.Kind.EXECUTE, "interpreter: parameter " + p.name()
                    + ": expected " + p.type().dtype() + Shape.of(sizes) + ", got " + b);
        }
        return sizes;
    }
}
