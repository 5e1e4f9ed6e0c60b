package org.rebind.codegen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Binary;
import org.rebind.graph.Concatenate;
import org.rebind.graph.Graph;
import org.rebind.graph.Reshape;
import org.rebind.graph.Slice;
import org.rebind.graph.Where;
import org.rebind.tck.GraphBuilder;
import org.rebind.tck.GraphBuilder.Value;

/** Concatenations of many operands, and programs of many steps, are kernels of which each has few operands. */
class ManyOperandsTest {
    private static final int COLUMNS = 5;
    /** Buffers, sizes and what else a method is given; Java allows 255. */
    private static final int MOST_BUFFERS = 200;

    private static List<JavaBackend> backends() {
        List<JavaBackend> backends = new ArrayList<>(List.of(new JavaBackend(Dialects.JAVA, Target.cpu(0)),
                new JavaBackend(Dialects.JAVA_BLOCKS, Target.cpu(0))));
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
            backends.add(new JavaBackend(Dialects.JAVA_VECTOR, Target.cpu(512)));
        }
        return backends;
    }

    @ParameterizedTest
    @CsvSource({"33, 0", "100, 0", "100, 1", "300, 0", "1100, 1"})
    void concatenationsOfParameters(int count, int axis) {
        GraphBuilder g = new GraphBuilder();
        List<Value> parts = new ArrayList<>();
        DeviceBuffer[] in = new DeviceBuffer[count];
        float[] want = new float[count * COLUMNS];
        for (int p = 0; p < count; p++) {
            Value x = g.param("x" + p, DType.FLOAT32, axis == 0 ? 1 : COLUMNS, axis == 0 ? COLUMNS : 1);
            parts.add(g.op(Binary.ADD, x, x));
            float[] values = new float[COLUMNS];
            for (int i = 0; i < COLUMNS; i++) {
                values[i] = p * 10 + i;
                want[axis == 0 ? p * COLUMNS + i : i * count + p] = 2 * values[i];
            }
            in[p] = HostBuffer.wrap(DType.FLOAT32, values, COLUMNS);
        }
        check(g.results(g.op(new Concatenate(axis), parts)).build(), in, want);
    }

    @Test
    void sumsOfSeveralConcatenations() {
        GraphBuilder g = new GraphBuilder();
        DeviceBuffer[] in = new DeviceBuffer[360];
        float[] want = new float[30];
        Value sum = null;
        for (int c = 0; c < 12; c++) {
            List<Value> parts = new ArrayList<>();
            for (int p = 0; p < 30; p++) {
                in[c * 30 + p] = HostBuffer.wrap(DType.FLOAT32, new float[] {c + p}, 1);
                parts.add(g.param("x" + c + "_" + p, DType.FLOAT32, 1));
                want[p] += c + p;
            }
            Value all = g.op(new Concatenate(0), parts);
            sum = sum == null ? all : g.op(Binary.ADD, sum, all);
        }
        check(g.results(sum).build(), in, want);
    }

    @Test
    void aChainOfChoicesThatAreAllResults() {
        GraphBuilder g = new GraphBuilder();
        DeviceBuffer[] in = new DeviceBuffer[2 * 100 + 1];
        Value chosen = g.param("x", DType.FLOAT32, 1);
        in[0] = HostBuffer.wrap(DType.FLOAT32, new float[] {-1}, 1);
        for (int i = 0; i < 100; i++) {
            in[2 * i + 1] = HostBuffer.wrap(DType.BOOL, new byte[] {(byte) (i % 2)}, 1);
            in[2 * i + 2] = HostBuffer.wrap(DType.FLOAT32, new float[] {i}, 1);
            chosen = g.op(new Where(), g.param("c" + i, DType.BOOL, 1), chosen, g.param("x" + i, DType.FLOAT32, 1));
            g.results(chosen);
        }
        check(g.build(), in, new float[] {0});
    }

    /** A loop over the rows of x, as of a recurrent network, whose every state is a row of the result. */
    private static Graph recurrent(int rows, boolean states) {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT32, rows, COLUMNS);
        List<Value> all = new ArrayList<>();
        Value state = null;
        for (int r = 0; r < rows; r++) {
            Value row = g.op(new Reshape(Shape.of(COLUMNS)), g.op(new Slice(List.of(Dim.of(r), Dim.of(0)),
                    List.of(Dim.of(1), Dim.of(COLUMNS)), List.of(1L, 1L)), x));
            state = state == null ? row : g.op(Binary.ADD, g.op(Binary.MULTIPLY, state, g.fill(0.5, state)), row);
            all.add(g.op(new Reshape(Shape.of(1, COLUMNS)), state));
        }
        return g.results(states ? g.op(new Concatenate(0), all) : state).build();
    }

    @Test
    void everyStateOfARecurrence() {
        int rows = 150;
        float[] x = new float[rows * COLUMNS];
        float[] want = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = i % 7;
            want[i] = i < COLUMNS ? x[i] : want[i - COLUMNS] * 0.5f + x[i];
        }
        check(recurrent(rows, true), new DeviceBuffer[] {HostBuffer.wrap(DType.FLOAT32, x, x.length)}, want);
    }

    /** This took minutes: rows of x were a kernel each, and each kernel named the values of all others. */
    @Test
    void aThousandStepsArePlannedSoonAndAreFewKernels() {
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            assertTrue(Scheduler.schedule(recurrent(1000, false), Target.cpu(512)).steps().size() <= 25);
            Scheduler.schedule(recurrent(600, true), Target.cpu(512));
        });
    }

    private static void check(Graph graph, DeviceBuffer[] in, float[] want) {
        for (Step s : Scheduler.schedule(graph, Target.cpu(512)).steps()) {
            assertTrue(((Step.KernelStep) s).kernel().buffers().size() <= MOST_BUFFERS);
        }
        for (JavaBackend b : backends()) {
            try (Executable e = b.compile(graph, ExecutableOptions.DEFAULT)) {
                HostBuffer result = e.execute(in, new long[0])[0].toHost();
                assertArrayEquals(want, Arrays.copyOf(result.floats(), result.elementCount()), 1e-5f, b.name());
            }
        }
    }
}
