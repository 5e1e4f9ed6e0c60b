package org.rebind.backend.aparapi.internal;

import java.util.List;
import org.rebind.DType;
import org.rebind.Shape;
import org.rebind.TensorType;
import org.rebind.backend.Backend;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Binary;
import org.rebind.graph.Graph;
import org.rebind.graph.Node;
import org.rebind.graph.Unary;

/** A small program whose result is known, compiled and run when the backend starts. */
final class SelfTest {
    private static final int N = 37; // not a multiple of any vector's length

    private SelfTest() {
    }

    /** Throws what goes wrong, also a wrong result. */
    static void run(Backend backend) {
        TensorType type = new TensorType(DType.FLOAT32, Shape.of(N));
        Graph graph = new Graph(List.of(new Graph.Param("x", type)), List.of(new Node(Unary.TANH, List.of(0), type),
                new Node(Binary.MULTIPLY, List.of(0, 1), type)), List.of(2), List.of());
        float[] x = new float[N];
        for (int i = 0; i < N; i++) {
            x[i] = i / 8f - 2;
        }
        try (Executable executable = backend.compile(graph, ExecutableOptions.DEFAULT)) {
            DeviceBuffer[] results = executable.execute(new DeviceBuffer[] {HostBuffer.wrap(DType.FLOAT32, x, N)},
                    new long[0]);
            float[] y = results[0].toHost().floats();
            for (int i = 0; i < N; i++) {
                double want = x[i] * Math.tanh(x[i]);
                if (Math.abs(want - y[i]) > 1e-6) {
                    throw new IllegalStateException("x tanh(x) at " + x[i] + " is " + want + ", got " + y[i]);
                }
            }
        }
    }
}
