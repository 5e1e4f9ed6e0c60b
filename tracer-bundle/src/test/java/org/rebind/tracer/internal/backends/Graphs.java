package org.rebind.tracer.internal.backends;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.TensorType;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Binary;
import org.rebind.graph.Graph;
import org.rebind.graph.Node;
import org.rebind.graph.Unary;
import org.rebind.tracer.internal.tensor.ConcreteTensor;

/** Small graphs and tensors for these tests. */
final class Graphs {
    private Graphs() {
    }

    /** tanh(x + x), with a number of negations after it so that graphs of different n differ. */
    static Graph doubled(int n) {
        return doubled(n, TensorType.of(DType.FLOAT32, 8));
    }

    static Graph doubled(int n, TensorType type) {
        List<Node> nodes = new java.util.ArrayList<>();
        nodes.add(new Node(Binary.ADD, List.of(0, 0), type));
        nodes.add(new Node(Unary.TANH, List.of(1), type));
        for (int i = 0; i < n; i++) {
            nodes.add(new Node(Unary.NEGATIVE, List.of(2 + i), type));
        }
        return new Graph(List.of(new Graph.Param("x", type)), nodes, List.of(2 + n), List.of());
    }

    /** x + w for float32 of a symbolic length. */
    static Graph sum() {
        TensorType type = new TensorType(DType.FLOAT32, Shape.of(Dim.symbol("n")));
        return new Graph(List.of(new Graph.Param("x", type), new Graph.Param("w", type)),
                List.of(new Node(Binary.ADD, List.of(0, 1), type)), List.of(2), List.of());
    }

    static ConcreteTensor tensor(float... values) {
        return ConcreteTensor.of(TensorType.of(DType.FLOAT32, values.length),
                HostBuffer.wrap(DType.FLOAT32, values, values.length));
    }

    static ConcreteTensor random(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = random.nextFloat() * 4 - 2;
        }
        return tensor(values);
    }

    static float expected(int n, float x) {
        float y = (float) Math.tanh(x + x);
        return n % 2 == 0 ? y : -y;
    }

    /** The results of a run. */
    static ConcreteTensor[] run(BoundGraph f, ConcreteTensor[] inputs, long[] symbols) {
        int results = f.graph().results().size();
        ConcreteTensor[] values = Arrays.copyOf(inputs, inputs.length + results);
        f.run(values, symbols);
        return Arrays.copyOfRange(values, inputs.length, values.length);
    }
}
