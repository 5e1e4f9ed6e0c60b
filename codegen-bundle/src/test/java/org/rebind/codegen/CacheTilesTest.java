package org.rebind.codegen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.rebind.graph.Permute;
import org.rebind.tck.GraphBuilder;
import org.rebind.tck.GraphBuilder.Value;

/** What is read transposed is read in tiles, of every shape, and the results are those of plain loops. */
class CacheTilesTest {
    private static final int[][] SHAPES = {{64, 128}, {65, 129}, {16, 300}, {300, 16}, {7, 900}, {900, 7}, {1, 5000},
            {5, 33, 67}, {20, 33, 17}, {40, 3, 50}, {3, 20, 4, 40}};

    @TestFactory
    Stream<DynamicTest> permutations() {
        List<DynamicTest> tests = new ArrayList<>();
        for (int[] shape : SHAPES) {
            for (List<Integer> axes : orders(shape.length)) {
                for (boolean symbolic : new boolean[] {false, true}) {
                    tests.add(DynamicTest.dynamicTest(Arrays.toString(shape) + " " + axes + (symbolic ? " symbolic" : ""),
                            () -> check(shape, axes, symbolic)));
                }
            }
        }
        return tests.stream();
    }

    private static List<List<Integer>> orders(int rank) {
        return switch (rank) {
            case 2 -> List.of(List.of(1, 0));
            case 3 -> List.of(List.of(0, 2, 1), List.of(2, 0, 1), List.of(1, 2, 0), List.of(2, 1, 0), List.of(1, 0, 2));
            default -> List.of(List.of(0, 3, 1, 2), List.of(3, 2, 1, 0), List.of(2, 3, 0, 1), List.of(0, 2, 1, 3));
        };
    }

    /** The larger of x, permuted, and y. */
    private static Graph graph(Dim[] shape, List<Integer> axes) {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT32, shape);
        Value y = g.param("y", DType.FLOAT32, axes.stream().map(a -> shape[a]).toArray(Dim[]::new));
        return g.results(g.op(Binary.MAXIMUM, g.op(new Permute(axes), x), y)).build();
    }

    private static void check(int[] shape, List<Integer> axes, boolean symbolic) {
        Dim[] dims = new Dim[shape.length];
        for (int i = 0; i < shape.length; i++) {
            dims[i] = symbolic ? Dim.symbol("n" + i) : Dim.of(shape[i]);
        }
        int n = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        float[] x = random(n, 1);
        float[] y = random(n, 2);
        float[] want = permuted(x, shape, axes);
        for (int i = 0; i < n; i++) {
            want[i] = Math.max(want[i], y[i]);
        }
        Graph g = graph(dims, axes);
        long[] symbols = g.symbols().stream().mapToLong(s -> shape[s.axis()]).toArray();
        List<JavaBackend> backends = new ArrayList<>(List.of(new JavaBackend(Dialects.JAVA, Target.cpu(0))));
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
            backends.add(new JavaBackend(Dialects.JAVA_VECTOR, Target.cpu(512)));
        }
        for (JavaBackend b : backends) {
            try (Executable e = b.compile(g, ExecutableOptions.DEFAULT)) {
                DeviceBuffer[] results = e.execute(new DeviceBuffer[] {HostBuffer.wrap(DType.FLOAT32, x, n),
                    HostBuffer.wrap(DType.FLOAT32, y, n)}, symbols);
                assertArrayEquals(want, results[0].toHost().floats(), () -> b.name() + "\n" + e.kernels().get(0).source());
            }
        }
    }

    private static float[] random(int n, long seed) {
        Random random = new Random(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = random.nextFloat() - 0.5f;
        }
        return x;
    }

    private static float[] permuted(float[] x, int[] shape, List<Integer> axes) {
        int rank = shape.length;
        int[] strides = new int[rank];
        for (int a = rank - 1, s = 1; a >= 0; s *= shape[a--]) {
            strides[a] = s;
        }
        float[] r = new float[x.length];
        for (int i = 0; i < r.length; i++) {
            int rest = i;
            int at = 0;
            for (int a = rank - 1; a >= 0; a--) {
                int size = shape[axes.get(a)];
                at += rest % size * strides[axes.get(a)];
                rest /= size;
            }
            r[i] = x[at];
        }
        return r;
    }

    private static String source(Graph g, Target t, Dialect d) {
        return Renderer.function(((Step.KernelStep) Scheduler.schedule(g, t).steps().get(0)).kernel(), d);
    }

    @Test
    void onlyWhatIsLargeAndReadAcrossIsTiled() {
        Dim n = Dim.symbol("n");
        assertTrue(source(graph(new Dim[] {n, n}, List.of(1, 0)), Target.cpu(512), Dialects.JAVA_VECTOR).contains("xTile"));
        assertFalse(source(graph(new Dim[] {Dim.of(32), Dim.of(32)}, List.of(1, 0)), Target.cpu(512), Dialects.JAVA_VECTOR)
                .contains("xTile"), "small");
        assertFalse(source(graph(new Dim[] {n, n, Dim.of(64)}, List.of(1, 0, 2)), Target.cpu(512), Dialects.JAVA_VECTOR)
                .contains("xTile"), "neighbours stay neighbours");
    }

    @Test
    void aTiledKernelCountsTiles() {
        Kernel k = ((Step.KernelStep) Scheduler.schedule(graph(new Dim[] {Dim.of(100), Dim.of(200)}, List.of(1, 0)),
                Target.cpu(512)).steps().get(0)).kernel();
        assertEquals(Dim.of(2), k.extent(), "tiles of 64 columns, in blocks of 256 rows");
    }
}
