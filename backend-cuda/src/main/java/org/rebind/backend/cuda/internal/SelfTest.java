package org.rebind.backend.cuda.internal;

import java.util.Arrays;
import java.util.List;
import org.rebind.DType;
import org.rebind.Shape;
import org.rebind.TensorType;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendException;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Binary;
import org.rebind.graph.Graph;
import org.rebind.graph.Matmul;
import org.rebind.graph.Node;
import org.rebind.graph.Reduce;
import org.rebind.graph.Reshape;

/**
 * A small graph run once before a device is offered: compile, upload, launch, read, compare. An elementwise kernel, a
 * reduction by a group and a matrix product, over whole numbers, so that every order of summation gives the same.
 */
final class SelfTest {
    private static final int SIZE = 1000;
    private static final int ROWS = 10;
    private static final int COLUMNS = SIZE / ROWS;

    private SelfTest() {
    }

    private static Graph graph() {
        TensorType t = TensorType.of(DType.FLOAT32, SIZE);
        Shape a = Shape.of(ROWS, COLUMNS);
        Shape b = Shape.of(COLUMNS, ROWS);
        return new Graph(List.of(new Graph.Param("x", t)), List.of(new Node(Binary.MULTIPLY, List.of(0, 0), t),
                new Node(Binary.ADD, List.of(1, 0), t),
                new Node(new Reduce(Reduce.Kind.SUM, List.of(0)), List.of(0), TensorType.of(DType.FLOAT32)),
                new Node(new Reshape(a), List.of(0), new TensorType(DType.FLOAT32, a)),
                new Node(new Reshape(b), List.of(0), new TensorType(DType.FLOAT32, b)),
                new Node(new Matmul(), List.of(4, 5), TensorType.of(DType.FLOAT32, ROWS, ROWS))), List.of(2, 3, 6), List.of());
    }

    /** @throws BackendException if any step fails or the numbers are wrong */
    static void run(Backend backend) {
        float[] x = new float[SIZE];
        float sum = 0;
        for (int i = 0; i < SIZE; i++) {
            x[i] = i % 16;
            sum += x[i];
        }
        DeviceBuffer[] results = {};
        try (Executable executable = backend.compile(graph(), ExecutableOptions.DEFAULT);
                DeviceBuffer input = backend.device().upload(HostBuffer.wrap(DType.FLOAT32, x, SIZE))) {
            results = executable.execute(new DeviceBuffer[] {input}, new long[0]);
            float[] y = results[0].toHost().floats();
            for (int i = 0; i < SIZE; i++) {
                same("x * x + x of " + x[i], x[i] * x[i] + x[i], y[i]);
            }
            same("the sum of " + SIZE + " numbers", sum, results[1].toHost().floats()[0]);
            product(x, results[2].toHost().floats());
        } finally {
            Arrays.stream(results).forEach(DeviceBuffer::close);
        }
    }

    private static void product(float[] x, float[] y) {
        for (int r = 0; r < ROWS; r++) {
            for (int c = 0; c < ROWS; c++) {
                float sum = 0;
                for (int k = 0; k < COLUMNS; k++) {
                    sum += x[r * COLUMNS + k] * x[k * ROWS + c];
                }
                same("an element of a matrix product", sum, y[r * ROWS + c]);
            }
        }
    }

    private static void same(String what, float expected, float got) {
        if (expected != got) {
            throw new BackendException(BackendException.Kind.EXECUTE, what + " is " + got + " on the device, not " + expected);
        }
    }
}
