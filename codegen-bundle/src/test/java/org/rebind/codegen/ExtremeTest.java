package org.rebind.codegen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.ArgReduce;
import org.rebind.graph.Binary;
import org.rebind.graph.BroadcastTo;
import org.rebind.graph.Graph;
import org.rebind.graph.Matmul;
import org.rebind.graph.Reduce;
import org.rebind.graph.Reshape;
import org.rebind.graph.Unary;
import org.rebind.tck.GraphBuilder;
import org.rebind.tck.GraphBuilder.Value;

/** Largest and smallest found by comparisons: NaN, zeros of both signs, infinities; and rows that are looked at ahead. */
class ExtremeTest {
    private static final JavaBackend BACKEND = new JavaBackend(Dialects.JAVA_VECTOR, Target.cpu(512));
    /** What looks ahead however much memory there is. */
    private static final JavaBackend NARROW = new JavaBackend(Dialects.JAVA_VECTOR, Target.cpu(256));
    /** Rows whose number, and so whose bytes, is not known. */
    private static final Dim ROWS = Dim.symbol("rows");
    private static final int[] LENGTHS = {1, 7, 8, 13, 16, 31, 64, 65, 100, 260};

    @BeforeAll
    static void needsVectors() {
        Assumptions.assumeTrue(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent(),
                "the JVM runs without jdk.incubator.vector");
    }

    private static HostBuffer buffer(DType d, double[] x) {
        HostBuffer b = HostBuffer.allocate(d, x.length);
        for (int i = 0; i < x.length; i++) {
            if (d == DType.FLOAT32) {
                ((float[]) b.array())[i] = (float) x[i];
            } else {
                ((double[]) b.array())[i] = x[i];
            }
        }
        return b;
    }

    private static double[] run(Graph g, DType d, double[]... in) {
        try (Executable e = BACKEND.compile(g, ExecutableOptions.DEFAULT)) {
            return run(e, d, in);
        }
    }

    private static double[] run(Executable e, DType d, double[]... in) {
        return run(e, d, new long[0], in);
    }

    private static double[] run(Executable e, DType d, long[] sizes, double[]... in) {
        DeviceBuffer[] buffers = Arrays.stream(in).map(x -> buffer(d, x)).toArray(DeviceBuffer[]::new);
        Object out = e.execute(buffers, sizes)[0].toHost().array();
        double[] r = new double[java.lang.reflect.Array.getLength(out)];
        for (int i = 0; i < r.length; i++) {
            r[i] = d == DType.FLOAT32 ? ((float[]) out)[i] : ((double[]) out)[i];
        }
        return r;
    }

    @Test
    void specialsAnywhereInARowAreFound() {
        double inf = Double.POSITIVE_INFINITY;
        double[][] specials = {{Double.NaN}, {inf}, {-inf}, {inf, -inf}, {Double.NaN, inf}, {0.0}, {-0.0}, {-0.0, 0.0}, {0.0, -0.0}};
        for (DType d : List.of(DType.FLOAT32, DType.FLOAT64)) {
            for (Reduce.Kind kind : List.of(Reduce.Kind.MAX, Reduce.Kind.MIN)) {
                for (int n : LENGTHS) {
                    check(d, kind, n, specials);
                }
            }
        }
    }

    @Test
    void aSmallestThatNobodyReadsIsNoObstacle() { // the largest place along an axis of length 1 is 0, whatever there is
        GraphBuilder g = new GraphBuilder();
        Value least = g.op(new Reduce(Reduce.Kind.MIN, List.of(0)), g.param("x", DType.FLOAT64, Dim.of(15)));
        Value wide = g.op(new BroadcastTo(Shape.of(15)), g.op(new Reshape(Shape.of(1)), least));
        Graph graph = g.results(g.op(new ArgReduce(ArgReduce.Kind.MAX, 1), g.op(new Reshape(Shape.of(15, 1)), wide))).build();
        try (Executable e = BACKEND.compile(graph, ExecutableOptions.DEFAULT)) {
            DeviceBuffer[] in = {buffer(DType.FLOAT64, new double[15])};
            assertArrayEquals(new long[15], (long[]) e.execute(in, new long[0])[0].toHost().array());
        }
    }

    /** One row for each special at each place, among numbers that it beats, that beat it, and among its own kind. */
    private static void check(DType d, Reduce.Kind kind, int n, double[][] specials) {
        double[] fills = {-1, 1, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, -0.0};
        int rows = specials.length * n * fills.length;
        double[] x = new double[rows * n];
        double[] want = new double[rows];
        int row = 0;
        for (double[] special : specials) {
            for (int at = 0; at < n; at++) {
                for (double fill : fills) {
                    Arrays.fill(x, row * n, (row + 1) * n, fill);
                    for (int s = 0; s < special.length; s++) {
                        x[row * n + (at + s * 5) % n] = special[s];
                    }
                    want[row] = Arrays.stream(x, row * n, (row + 1) * n).reduce(kind == Reduce.Kind.MAX ? Math::max : Math::min)
                            .getAsDouble();
                    row++;
                }
            }
        }
        GraphBuilder g = new GraphBuilder();
        Value p = g.param("x", d, Dim.of(rows), Dim.of(n));
        double[] got = run(g.results(g.op(new Reduce(kind, List.of(1)), p)).build(), d, x);
        for (int r = 0; r < rows; r++) {
            assertEquals(want[r], got[r], kind + " of " + d + " row " + Arrays.toString(Arrays.copyOfRange(x, r * n, (r + 1) * n)));
        }
    }

    private static Graph softmax(DType d, Dim rows, int n) {
        GraphBuilder g = new GraphBuilder();
        return g.results(softmax(g, g.param("x", d, rows, Dim.of(n)), rows, n)).build();
    }

    private static Value softmax(GraphBuilder g, Value x, Dim rows, int n) {
        Value e = g.op(Unary.EXP, g.op(Binary.SUBTRACT, x, wide(g, g.op(new Reduce(Reduce.Kind.MAX, List.of(1)), x), rows, n)));
        return g.op(Binary.DIVIDE, e, wide(g, g.op(new Reduce(Reduce.Kind.SUM, List.of(1)), e), rows, n));
    }

    private static Value wide(GraphBuilder g, Value row, Dim rows, int n) {
        return g.op(new BroadcastTo(Shape.of(rows, Dim.of(n))),
                g.op(new Reshape(Shape.of(rows, Dim.of(1))), row));
    }

    /** Rows of which some fit the form for rows that are near 0, some by a hair or not, and others do not. */
    private static double[] nearAndFar(int rows, int n) {
        double[] x = new Random(n).doubles(rows * n, -1, 1).toArray();
        double[] width = {100, 3, 40, 100, 42.9, 43.1, 20, 20, 100, 1, 43};
        Arrays.setAll(x, i -> x[i] * width[i / n]);
        for (int r = 4; r < rows; r += 6) { // the largest and the smallest there is
            x[r * n] = width[r];
            x[r * n + n - 1] = -width[r];
        }
        return x;
    }

    @Test
    void aRowsSoftmaxDoesNotDependOnItsNeighbours() {
        for (DType d : List.of(DType.FLOAT32, DType.FLOAT64)) {
            for (int n : LENGTHS) {
                checkSoftmax(BACKEND, d, n, n >= 8);
                checkSoftmax(NARROW, d, n, n >= 8);
            }
        }
    }

    @Test
    void longRowsFromMemoryAreNotLookedAtAhead() {
        for (DType d : List.of(DType.FLOAT32, DType.FLOAT64)) {
            for (int n : new int[] {512, 525}) {
                checkSoftmax(BACKEND, d, n, false);
                checkSoftmax(NARROW, d, n, true);
            }
        }
    }

    private static void checkSoftmax(JavaBackend backend, DType d, int n, boolean ahead) {
        int rows = 11;
        double[] x = nearAndFar(rows, n);
        x[3 * n] = Double.NaN;
        x[5 * n + n - 1] = Double.NEGATIVE_INFINITY;
        Arrays.fill(x, 7 * n, 8 * n, -0.0);
        Arrays.setAll(x, i -> i / n == 8 ? x[i] * 5 : x[i]); // most of them underflow
        double[] all;
        try (Executable e = backend.compile(softmax(d, ROWS, n), ExecutableOptions.DEFAULT)) {
            assertEquals(n >= 8 && d == DType.FLOAT32, has(e, "int kind"), "guesses for " + d + " of " + n);
            assertEquals(ahead && d == DType.FLOAT64, has(e, "int after"), "ahead of " + n);
            all = run(e, d, new long[] {rows}, x);
        }
        try (Executable any = backend.compile(softmax(d, ROWS, n), ExecutableOptions.DEFAULT)) {
            for (int r = 0; r < rows; r++) {
                double[] alone = run(any, d, new long[] {1}, Arrays.copyOfRange(x, r * n, (r + 1) * n));
                assertTrue(Arrays.equals(alone, Arrays.copyOfRange(all, r * n, (r + 1) * n)), d + " row " + r + " of " + n);
                double sum = Arrays.stream(alone).sum();
                assertTrue(r == 3 || n == 1 && r == 5 ? Double.isNaN(sum) : Math.abs(sum - 1) < 1e-5, "sum " + sum);
            }
        }
    }

    /** Rows of eight kinds, now and then several of one, whole and alone. */
    @Test
    void aGuessedRowIsWhatItIsAlone() {
        Random random = new Random(17);
        for (int n : new int[] {8, 16, 29, 100, 525}) {
            int rows = 200;
            double[] x = new double[rows * n];
            int kind = 0;
            for (int r = 0; r < rows; r++) {
                kind = random.nextInt(3) == 0 ? random.nextInt(8) : kind;
                for (int j = 0; j < n; j++) {
                    x[r * n + j] = kindOfRow(kind, j == n - 1 || random.nextInt(9) == 0, random.nextDouble());
                }
            }
            for (JavaBackend backend : List.of(BACKEND, NARROW)) {
                try (Executable e = backend.compile(softmax(DType.FLOAT32, ROWS, n), ExecutableOptions.DEFAULT)) {
                    assertTrue(has(e, "int kind"), "guesses of " + n);
                    double[] all = run(e, DType.FLOAT32, new long[] {rows}, x);
                    for (int r = 0; r < rows; r++) {
                        double[] row = Arrays.copyOfRange(x, r * n, (r + 1) * n);
                        double[] alone = run(e, DType.FLOAT32, new long[] {1}, row);
                        assertTrue(Arrays.equals(alone, Arrays.copyOfRange(all, r * n, (r + 1) * n)), "row " + r + " of " + n);
                        double most = Arrays.stream(row).max().getAsDouble();
                        double sum = Arrays.stream(row).map(v -> Math.exp(v - most)).sum();
                        for (int j = 0; j < n; j++) {
                            double want = Math.exp(row[j] - most) / sum;
                            assertTrue(Double.isNaN(want) ? Double.isNaN(alone[j]) : Math.abs(alone[j] - want) <= 5e-6 * want + 1e-37,
                                    "row " + r + " of " + n + " at " + j + ": " + alone[j] + ", not " + want);
                        }
                    }
                }
            }
        }
    }

    /** Scaled elements are rounded to a multiple of 32, or not, before or after something is subtracted. */
    @Test
    void aGuessedRowOfScaledElementsIsWhatItIsAlone() {
        int n = 16;
        int rows = 400;
        Random random = new Random(5);
        GraphBuilder g = new GraphBuilder();
        Value p = g.param("x", DType.FLOAT32, ROWS, Dim.of(n));
        Graph graph = g.results(softmax(g, g.op(Binary.MULTIPLY, p, g.fill(0.3, p)), ROWS, n)).build();
        double[] x = new double[rows * n];
        for (int i = 0; i < x.length; i++) {
            float most = i / n % 4 < 3 ? 1040 / 0.3f : 1056 / 0.3f + (random.nextInt(7) - 3) * Math.ulp(1056 / 0.3f);
            x[i] = i % n == 0 ? most : 1030 / 0.3f + random.nextFloat();
        }
        try (Executable e = BACKEND.compile(graph, ExecutableOptions.DEFAULT)) {
            assertTrue(has(e, "int kind") && has(e, ".fma("), "guesses of products");
            double[] all = run(e, DType.FLOAT32, new long[] {rows}, x);
            for (int r = 0; r < rows; r++) {
                double[] alone = run(e, DType.FLOAT32, new long[] {1}, Arrays.copyOfRange(x, r * n, (r + 1) * n));
                assertTrue(Arrays.equals(alone, Arrays.copyOfRange(all, r * n, (r + 1) * n)), "row " + r);
            }
        }
    }

    /** Near 0, all negative, masked in two ways, far above, far below, infinite, not a number; -0 in some. */
    private static double kindOfRow(int kind, boolean marked, double u) {
        float small = (float) (8 * u - 4);
        return switch (kind) {
            case 0 -> marked ? -0.0 : small;
            case 1 -> -1 - u;
            case 2 -> marked ? -1e9f : small;
            case 3 -> marked ? Double.NEGATIVE_INFINITY : 40 * (float) u;
            case 4 -> 100 + small;
            case 5 -> (marked ? -500 : -60) + small;
            case 6 -> marked ? Double.POSITIVE_INFINITY : small;
            default -> marked ? Double.NaN : small;
        };
    }

    private static boolean has(Executable e, String text) {
        return e.kernels().stream().anyMatch(k -> k.source().contains(text));
    }

    /** The softmax of a product, which it is written over, times the identity: the rows that {@link #softmax} gives. */
    private static Graph overProduct(DType d, int rows, int n) {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", d, Dim.of(rows), Dim.of(n));
        Value one = g.param("one", d, Dim.of(n), Dim.of(n));
        return g.results(g.op(new Matmul(), softmax(g, g.op(new Matmul(), x, one), Dim.of(rows), n), one)).build();
    }

    @Test
    void theNextRowIsLookedAtWhileARowIsWrittenInPlace() {
        for (DType d : List.of(DType.FLOAT32, DType.FLOAT64)) {
            for (int n : LENGTHS) {
                int rows = 11;
                double[] x = nearAndFar(rows, n);
                Arrays.setAll(x, i -> i / n == 4 ? -0.0 : i / n == 8 ? x[i] * 5 : x[i]); // most of row 8 underflow
                double[] one = new double[n * n];
                Arrays.setAll(one, i -> i % (n + 1) == 0 ? 1 : 0);
                double[] all;
                try (Executable e = BACKEND.compile(overProduct(d, rows, n), ExecutableOptions.DEFAULT)) {
                    assertEquals(n >= 8, has(e, "int after"), "ahead of " + n);
                    all = run(e, d, x, one);
                }
                try (Executable any = BACKEND.compile(softmax(d, ROWS, n), ExecutableOptions.DEFAULT)) {
                    for (int r = 0; r < rows; r++) {
                        double[] alone = run(any, d, new long[] {1}, Arrays.copyOfRange(x, r * n, (r + 1) * n));
                        assertTrue(Arrays.equals(alone, Arrays.copyOfRange(all, r * n, (r + 1) * n)), d + " row " + r + " of " + n);
                    }
                }
            }
        }
    }

    /** x less its mean, over its root mean square; or what {@code tanh} makes of that. */
    private static Graph normalized(DType d, Dim rows, int n, boolean tanh) {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", d, rows, Dim.of(n));
        Value sum = g.op(new Reduce(Reduce.Kind.SUM, List.of(1)), x);
        Value mean = g.op(Binary.MULTIPLY, sum, g.fill(1.0 / n, sum));
        Value from = g.op(Binary.SUBTRACT, x, wide(g, mean, rows, n));
        Value root = g.op(Unary.SQRT, g.op(new Reduce(Reduce.Kind.SUM, List.of(1)), g.op(Binary.MULTIPLY, from, from)));
        Value y = g.op(Binary.DIVIDE, from, wide(g, root, rows, n));
        return g.results(tanh ? g.op(Unary.TANH, y) : y).build();
    }

    @Test
    void aRowsSumIsTheSameWhereverItIsFound() {
        for (DType d : List.of(DType.FLOAT32, DType.FLOAT64)) {
            for (int n : new int[] {100, 255, 256, 263, 290}) {
                check(BACKEND, d, n, false, n >= 256);
                check(NARROW, d, n, false, n >= 256);
            }
            check(BACKEND, d, 100, true, true);
            check(BACKEND, d, 263, true, true);
            check(BACKEND, d, 525, false, false);
            check(NARROW, d, 525, false, true);
            check(BACKEND, d, 525, true, false);
        }
    }

    private static void check(JavaBackend backend, DType d, int n, boolean tanh, boolean ahead) {
        int rows = 5;
        double[] x = new Random(n).doubles(rows * n, -10, 10).toArray();
        long[] sizes = {rows};
        try (Executable e = backend.compile(normalized(d, ROWS, n, tanh), ExecutableOptions.DEFAULT)) {
            assertEquals(ahead, has(e, "int after"), "ahead of " + n);
            double[] all = run(e, d, sizes, x);
            for (int r = 0; r < rows; r++) { // each row comes first once
                double[] from = turned(x, r * n);
                assertArrayEquals(turned(all, r * n), run(e, d, sizes, from), d + " from row " + r + " of " + n);
                double mean = Arrays.stream(from, 0, n).sum() / n;
                double root = Math.sqrt(Arrays.stream(from, 0, n).map(v -> (v - mean) * (v - mean)).sum());
                double want = (from[n - 1] - mean) / root;
                assertEquals(tanh ? Math.tanh(want) : want, all[r * n + n - 1], d == DType.FLOAT32 ? 1e-5 : 1e-13);
            }
        }
    }

    private static double[] turned(double[] x, int by) {
        double[] y = new double[x.length];
        Arrays.setAll(y, i -> x[(i + by) % x.length]);
        return y;
    }
}
