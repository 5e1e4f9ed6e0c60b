package org.rebind.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Binary;
import org.rebind.graph.Graph;
import org.rebind.graph.Reduce;
import org.rebind.tck.GraphBuilder;
import org.rebind.tck.GraphBuilder.Value;

/** Long reductions along outer axes: parts of whole rows, then their combination. */
class SplitColumnsTest {
    private record Case(int[] shape, List<Integer> axes) {
    }

    private static final List<Case> CASES = List.of(new Case(new int[] {4096, 16}, List.of(0)),
            new Case(new int[] {2049, 37}, List.of(0)), new Case(new int[] {4099, 1030}, List.of(0)),
            new Case(new int[] {3, 2100, 20}, List.of(1)), new Case(new int[] {2, 2100, 5, 7}, List.of(1)),
            new Case(new int[] {50, 3, 64, 20}, List.of(0, 2)), new Case(new int[] {60, 64, 20}, List.of(0, 1)),
            new Case(new int[] {4, 1100, 33}, List.of(0, 1)));

    private static Graph graph(DType d, Case c, Reduce.Kind kind) {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", d, Arrays.stream(c.shape).mapToObj(Dim::of).toArray(Dim[]::new));
        return g.results(g.op(new Reduce(kind, c.axes), g.op(Binary.ADD, x, x))).build();
    }

    @TestFactory
    Stream<DynamicTest> reductions() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Case c : CASES) {
            for (DType d : List.of(DType.FLOAT32, DType.FLOAT64, DType.INT32, DType.INT64)) {
                for (Reduce.Kind kind : List.of(Reduce.Kind.SUM, Reduce.Kind.MAX)) {
                    tests.add(DynamicTest.dynamicTest(kind + " of " + d + Arrays.toString(c.shape) + " along " + c.axes,
                            () -> check(c, d, kind)));
                }
            }
        }
        return tests.stream();
    }

    private static void check(Case c, DType d, Reduce.Kind kind) {
        int n = Arrays.stream(c.shape).reduce(1, (a, b) -> a * b);
        HostBuffer x = HostBuffer.allocate(d, n);
        Random random = new Random(1);
        for (int i = 0; i < n; i++) {
            set(x, i, random.nextInt(2000) - 1000); // sums of whole numbers are exact in every order
        }
        double[] want = reduced(x, c, kind);
        List<JavaBackend> backends = new ArrayList<>(List.of(new JavaBackend(Dialects.JAVA, Target.cpu(0))));
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
            backends.add(new JavaBackend(Dialects.JAVA_VECTOR, Target.cpu(512)));
        }
        for (JavaBackend b : backends) {
            for (boolean exact : new boolean[] {false, true}) {
                Graph g = graph(d, c, kind);
                ExecutableOptions options = new ExecutableOptions(exact, true);
                boolean ordered = exact && d == DType.FLOAT64 && kind == Reduce.Kind.SUM;
                assertEquals(ordered ? 1 : 2, Scheduler.schedule(g, Target.cpu(512).with(options)).steps().size());
                try (Executable e = b.compile(g, options)) {
                    HostBuffer r = e.execute(new DeviceBuffer[] {x}, new long[0])[0].toHost();
                    assertEquals(want.length, r.elementCount());
                    for (int i = 0; i < want.length; i++) {
                        assertEquals(want[i], get(r, i), "result " + i + " of " + b.name() + (exact ? ", exact" : ""));
                    }
                }
            }
        }
    }

    private static double[] reduced(HostBuffer x, Case c, Reduce.Kind kind) {
        int rank = c.shape.length;
        int results = 1;
        for (int a = 0; a < rank; a++) {
            results *= c.axes.contains(a) ? 1 : c.shape[a];
        }
        double[] r = new double[results];
        Arrays.fill(r, kind == Reduce.Kind.SUM ? 0 : Double.NEGATIVE_INFINITY);
        for (int i = 0; i < x.elementCount(); i++) {
            int rest = i;
            int at = 0;
            for (int a = rank - 1, stride = 1; a >= 0; a--) {
                if (!c.axes.contains(a)) {
                    at += rest % c.shape[a] * stride;
                    stride *= c.shape[a];
                }
                rest /= c.shape[a];
            }
            double v = 2 * get(x, i);
            r[at] = kind == Reduce.Kind.SUM ? r[at] + v : Math.max(r[at], v);
        }
        return r;
    }

    private static void set(HostBuffer b, int i, int v) {
        switch (b.dtype()) {
            case FLOAT32 -> b.floats()[i] = v;
            case FLOAT64 -> b.doubles()[i] = v;
            case INT32 -> b.ints()[i] = v;
            default -> b.longs()[i] = v;
        }
    }

    private static double get(HostBuffer b, int i) {
        return switch (b.dtype()) {
            case FLOAT32 -> b.floats()[i];
            case FLOAT64 -> b.doubles()[i];
            case INT32 -> b.ints()[i];
            default -> b.longs()[i];
        };
    }

    @Test
    void shortOnesAreNotSplit() {
        Case c = new Case(new int[] {1000, 1000}, List.of(0));
        assertEquals(1, Scheduler.schedule(graph(DType.FLOAT32, c, Reduce.Kind.SUM), Target.cpu(512)).steps().size());
    }
}
