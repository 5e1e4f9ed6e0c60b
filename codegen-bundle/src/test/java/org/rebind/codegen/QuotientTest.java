package org.rebind.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Binary;
import org.rebind.graph.BroadcastTo;
import org.rebind.graph.Graph;
import org.rebind.graph.Reduce;
import org.rebind.graph.Reshape;
import org.rebind.tck.GraphBuilder;
import org.rebind.tck.GraphBuilder.Value;

/** Quotients by what a row was reduced to go by its reciprocal, and are within 2 units in the last place all the same. */
class QuotientTest {
    private static final int COLUMNS = 100;

    /** x divided by the largest of y's row. */
    private static Graph graph(DType d, int rows) {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", d, Dim.of(rows), Dim.of(COLUMNS));
        Value y = g.param("y", d, Dim.of(rows), Dim.of(COLUMNS));
        Value most = g.op(new Reshape(Shape.of(rows, 1)), g.op(new Reduce(Reduce.Kind.MAX, List.of(1)), y));
        return g.results(g.op(Binary.DIVIDE, x, g.op(new BroadcastTo(Shape.of(rows, COLUMNS)), most))).build();
    }

    /** Numbers of all sizes and the values where reciprocals break. */
    private static double[] values(DType d) {
        boolean single = d == DType.FLOAT32;
        int least = single ? -149 : -1074;
        int largest = single ? 127 : 1023;
        double max = single ? Float.MAX_VALUE : Double.MAX_VALUE;
        Stream<Double> sizes = IntStream.rangeClosed(0, 40).boxed()
                .flatMap(i -> Stream.of(1.0, 1.7, -1.3).map(m -> Math.scalb(m, least + (largest - least) * i / 40)));
        double edge = single ? 0x1p64 : 0x1p512;
        Stream<Double> edges = Stream.of(edge, edge * (1 - 0x1p-20), 1 / edge, (1 - 0x1p-20) / edge, max, -max, 0.0, -0.0, 1.0, 3.0, 49.0,
                Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, single ? Float.MIN_NORMAL : Double.MIN_NORMAL,
                single ? (double) Float.MIN_VALUE : Double.MIN_VALUE);
        return Stream.concat(sizes, edges).mapToDouble(v -> single ? v.floatValue() : v).toArray();
    }

    @TestFactory
    Stream<DynamicTest> quotients() {
        return Stream.of(DType.FLOAT32, DType.FLOAT64).flatMap(d -> Stream.of(Dialects.JAVA, Dialects.JAVA_VECTOR)
                .filter(l -> l == Dialects.JAVA || ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent())
                .map(l -> DynamicTest.dynamicTest(d + " " + l.style(), () -> check(d, l))));
    }

    /** In one source both types have the same method for rare values: float32's on vectors, float64's on numbers. */
    @Test
    void wholeQuotientsOfBothTypesAreOneProgram() {
        Assumptions.assumeTrue(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent(), "the JVM runs without jdk.incubator.vector");
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT32, 13);
        Value y = g.param("y", DType.FLOAT64, 1);
        Graph graph = g.results(g.op(Binary.FLOOR_DIVIDE, x, x), g.op(Binary.FLOOR_DIVIDE, y, y)).build();
        HostBuffer threes = HostBuffer.allocate(DType.FLOAT32, 13);
        HostBuffer three = HostBuffer.allocate(DType.FLOAT64, 1);
        IntStream.range(0, 13).forEach(i -> set(threes, i, 3));
        set(three, 0, 3);
        try (Executable e = new JavaBackend(Dialects.JAVA_VECTOR, Target.cpu(512)).compile(graph, ExecutableOptions.DEFAULT)) {
            DeviceBuffer[] out = e.execute(new DeviceBuffer[] {threes, three}, new long[0]);
            assertEquals(1f, ((float[]) out[0].toHost().array())[12]);
            assertEquals(1.0, ((double[]) out[1].toHost().array())[0]);
        }
    }

    private static void check(DType d, Dialect dialect) {
        double[] values = values(d);
        int rows = values.length * ((values.length + COLUMNS - 1) / COLUMNS);
        HostBuffer x = HostBuffer.allocate(d, rows * COLUMNS);
        HostBuffer y = HostBuffer.allocate(d, rows * COLUMNS);
        for (int i = 0; i < rows * COLUMNS; i++) {
            int row = i / COLUMNS;
            set(x, i, values[(row / values.length * COLUMNS + i % COLUMNS) % values.length]);
            set(y, i, values[row % values.length]);
        }
        JavaBackend backend = new JavaBackend(dialect, Target.cpu(dialect == Dialects.JAVA ? 0 : 512));
        try (Executable e = backend.compile(graph(d, rows), ExecutableOptions.DEFAULT)) {
            assertTrue(e.kernels().get(0).source().contains("inverse"), e.kernels().get(0).source());
            HostBuffer r = e.execute(new DeviceBuffer[] {x, y}, new long[0])[0].toHost();
            for (int i = 0; i < rows * COLUMNS; i++) {
                double want = get(x, i) / get(y, i);
                double rounded = d == DType.FLOAT32 ? (float) want : want;
                double ulp = d == DType.FLOAT32 ? Math.ulp((float) want) : Math.ulp(want);
                boolean same = Double.compare(rounded, get(r, i)) == 0 || Math.abs(get(r, i) - want) <= 2 * ulp
                        && Math.signum(rounded) * Math.signum(get(r, i)) >= 0;
                assertTrue(same, get(x, i) + " / " + get(y, i) + " = " + rounded + ", got " + get(r, i));
            }
        }
    }

    private static void set(HostBuffer b, int i, double v) {
        if (b.dtype() == DType.FLOAT32) {
            b.floats()[i] = (float) v;
        } else {
            b.doubles()[i] = v;
        }
    }

    private static double get(HostBuffer b, int i) {
        return b.dtype() == DType.FLOAT32 ? b.floats()[i] : b.doubles()[i];
    }

    private static String source(Graph g, Target t) {
        return Renderer.function(((Step.KernelStep) Scheduler.schedule(g, t).steps().get(0)).kernel(), Dialects.JAVA);
    }

    @Test
    void exactOnesAndOthersStayQuotients() {
        Graph rows = graph(DType.FLOAT32, 7);
        assertFalse(source(rows, Target.cpu(512).with(new ExecutableOptions(true, true))).contains("inverse"), "exact");
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT32, Dim.of(7), Dim.of(COLUMNS));
        Value y = g.param("y", DType.FLOAT32, Dim.of(7), Dim.of(1));
        Graph given = g.results(g.op(Binary.DIVIDE, x, g.op(new BroadcastTo(Shape.of(7, COLUMNS)), y))).build();
        assertFalse(source(given, Target.cpu(512)).contains("inverse"), "a divisor that was given");
        assertEquals(1, Scheduler.schedule(rows, Target.cpu(512)).steps().size());
    }
}
