package org.rebind.codegen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.codegen.internal.math.MathLibrary;
import org.rebind.graph.Binary;
import org.rebind.graph.BroadcastTo;
import org.rebind.graph.Cast;
import org.rebind.graph.Flip;
import org.rebind.graph.Graph;
import org.rebind.graph.Pad;
import org.rebind.graph.Reduce;
import org.rebind.graph.Unary;
import org.rebind.graph.Where;
import org.rebind.tck.GraphBuilder;
import org.rebind.tck.GraphBuilder.Value;

/** Loops with more functions than a method can have, in stages: the same results as on scalars, around the length of a block. */
class StagesTest {
    private static final Dim N = Dim.symbol("n");
    private static final Unary[] FUNCTIONS = {Unary.TANH, Unary.ERF, Unary.SIN, Unary.EXP, Unary.ATAN, Unary.COS};
    private static final Pattern METHOD = Pattern.compile("(?s)    static \\w+ (\\w+)\\(.*?\n    }\n");
    private static final Pattern LOOP = Pattern.compile("(?s)        for \\(.*?\n        }\n");
    private static final Pattern EXPANDED = Pattern.compile("\\w+_[fd]\\d+_result =");
    private static final Pattern CALLED = Pattern.compile("(?<![.\\w])(?:tanh|erf|sin|exp|atan|cos|round_bfloat16|float16|to_float16)_[fd]\\(");

    /** A chain of functions, of which the last one uses what the first ones gave, and a comparison of these. */
    private static Value chain(GraphBuilder g, Value x, int functions) {
        List<Value> all = new ArrayList<>(List.of(x));
        for (int i = 0; i < functions; i++) {
            Value before = g.op(Binary.SUBTRACT, all.get(i), g.op(Binary.MULTIPLY, all.get(i / 2), g.fill(0.25, x)));
            all.add(g.op(FUNCTIONS[i % FUNCTIONS.length], before));
        }
        Value isLess = g.op(Binary.LESS, all.get(1), all.get(functions));
        Value chosen = g.op(new Where(), isLess, all.get(functions - 1), all.get(2));
        return g.op(Binary.ADD, chosen, g.op(new Cast(x.dtype()), g.op(Binary.LESS, all.get(2), all.get(functions - 2))));
    }

    private static Graph elements(DType d, int functions) {
        GraphBuilder g = new GraphBuilder();
        return g.results(chain(g, g.param("x", d, N), functions), g.op(Unary.NEGATIVE, chain(g, g.param("y", d, N), 2))).build();
    }

    private static Graph sums(int n) {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT32, 5, n);
        Value y = chain(g, x, 7);
        Value most = g.op(new Reduce(Reduce.Kind.MAX, List.of(1)), y);
        Value e = g.op(Unary.EXP, g.op(Binary.SUBTRACT, y, g.unreduce(most, x.shape(), List.of(1))));
        Value sum = g.op(new Reduce(Reduce.Kind.SUM, List.of(1)), e);
        return g.results(g.op(Binary.DIVIDE, e, g.unreduce(sum, x.shape(), List.of(1))), most, sum).build();
    }

    /** Rows with a bias that is shorter than they are: where it ends, nothing may be read of it. */
    private static Graph biased(DType d, int n, boolean many) {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", d, 5, n);
        Value bias = g.op(new Pad(List.of(Dim.of(0)), List.of(Dim.of(3)), 1.5), g.param("b", d, n - 3));
        Value row = g.op(new BroadcastTo(x.shape()), bias);
        Value y = g.op(Unary.TANH, x); // read before the bias is
        return g.results(g.op(Binary.ADD, many ? chain(g, y, 5) : y, row)).build();
    }

    @ParameterizedTest
    @ValueSource(ints = {13, 16, 64, 515})
    void rowsWithWhatIsShorterThanTheyAre(int n) {
        needsVectors();
        for (DType d : List.of(DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16, DType.FLOAT16)) {
            for (boolean many : new boolean[] {false, true}) {
                DeviceBuffer[] in = {values(d, 5 * n, 4), values(d, n - 3, 5)};
                Graph g = biased(d, n, many);
                check(d, run(Dialects.JAVA, g, in)[0], run(Dialects.JAVA_VECTOR, g, in)[0], d + " rows of " + n);
            }
        }
    }

    private static HostBuffer values(DType d, int n, int seed) {
        Random r = new Random(seed);
        HostBuffer b = HostBuffer.allocate(d, n);
        for (int i = 0; i < n; i++) {
            double x = i % 50 == 3 ? Double.NaN : i % 70 == 5 ? r.nextGaussian() * 1e5 : r.nextGaussian();
            switch (d) {
                case FLOAT32 -> ((float[]) b.array())[i] = (float) x;
                case FLOAT64 -> ((double[]) b.array())[i] = x;
                case INT64 -> ((long[]) b.array())[i] = r.nextInt(2000) - 1000;
                default -> ((short[]) b.array())[i] = (short) r.nextInt(); // any half
            }
        }
        return b;
    }

    private static Object[] run(Dialect dialect, Graph g, DeviceBuffer[] in, long... sizes) {
        try (Executable e = new JavaBackend(dialect, Target.cpu(512)).compile(g, ExecutableOptions.DEFAULT)) {
            DeviceBuffer[] out = e.execute(in, sizes);
            return java.util.Arrays.stream(out).map(b -> b.toHost().array()).toArray();
        }
    }

    private static void needsVectors() {
        Assumptions.assumeTrue(JavaBackend.vectorBits() >= 256, "the JVM runs without jdk.incubator.vector, or with narrow vectors");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 13, 255, 511, 512, 513, 1024, 4099})
    void elementsAreThoseOfScalarLoops(int n) {
        needsVectors();
        for (DType d : List.of(DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16, DType.FLOAT16)) {
            for (int functions : new int[] {3, 6, 13}) {
                Graph g = elements(d, functions);
                DeviceBuffer[] in = {values(d, n, 1), values(d, n, 2)};
                Object[] want = run(Dialects.JAVA, g, in, n);
                Object[] got = run(Dialects.JAVA.named("java", Dialect.Style.JAVA_VECTOR), g, in, n);
                for (int i = 0; i < want.length; i++) {
                    check(d, want[i], got[i], d + " " + functions + " of " + n);
                }
            }
        }
    }

    private static void check(DType d, Object want, Object got, String what) {
        if (d == DType.FLOAT32) {
            assertArrayEquals((float[]) want, (float[]) got, what);
        } else if (d == DType.FLOAT64) {
            assertArrayEquals((double[]) want, (double[]) got, what);
        } else {
            for (int i = 0; i < ((short[]) want).length; i++) {
                checkHalf(d, ((short[]) want)[i], ((short[]) got)[i], what + " at " + i);
            }
        }
    }

    private static boolean isNaN(DType d, short h) {
        return (h & 0x7fff) > (d == DType.FLOAT16 ? 0x7c00 : 0x7f80);
    }

    private static void checkHalf(DType d, short want, short got, String what) {
        assertEquals(isNaN(d, want), isNaN(d, got), what);
        if (!isNaN(d, want)) {
            assertEquals(want, got, what);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {13, 400, 1030})
    void foldsAreThoseOfScalarLoops(int n) {
        needsVectors();
        DeviceBuffer[] in = {values(DType.FLOAT32, 5 * n, 3)};
        for (int i = 0; i < 5 * n; i++) {
            float[] x = (float[]) in[0].toHost().array();
            x[i] = Float.isNaN(x[i]) && i >= n ? 1 : x[i]; // one row of NaN
        }
        Object[] want = run(Dialects.JAVA, sums(n), in);
        Object[] got = run(Dialects.JAVA_VECTOR, sums(n), in);
        for (int i = 0; i < want.length; i++) {
            assertArrayEquals((float[]) want[i], (float[]) got[i], 2e-5f * (i == 2 ? n : 1), "result " + i + " of " + n);
        }
    }

    /** What vectors of one width cannot compute, of rows of float32, float64 and int64, each with a function that they can. */
    private static Map<String, Graph> mixed(int n) {
        Map<String, Graph> all = new LinkedHashMap<>();
        GraphBuilder g = new GraphBuilder();
        Value[] in = rows(g, n);
        all.put("float64 to float32", g.results(g.op(Unary.TANH, g.cast(in[1], DType.FLOAT32))).build());
        g = new GraphBuilder();
        in = rows(g, n);
        all.put("float32 to float64", g.results(g.cast(g.op(Unary.ERF, in[0]), DType.FLOAT64)).build());
        g = new GraphBuilder();
        in = rows(g, n);
        all.put("functions of both", g.results(g.op(Binary.ADD, g.op(Unary.SIN, in[0]), g.cast(g.op(Unary.TANH, in[1]), DType.FLOAT32)),
                g.op(Binary.MULTIPLY, g.op(Unary.EXP, in[1]), g.cast(g.op(Unary.COS, in[0]), DType.FLOAT64))).build());
        g = new GraphBuilder();
        in = rows(g, n);
        all.put("flipped", g.results(g.op(Binary.ADD, g.op(Unary.TANH, g.op(new Flip(List.of(1)), in[0])), in[0])).build());
        g = new GraphBuilder();
        in = rows(g, n);
        all.put("int64 to float32", g.results(g.op(Unary.SIN, g.cast(in[2], DType.FLOAT32))).build());
        g = new GraphBuilder();
        in = rows(g, n);
        Value isLess = g.op(Binary.LESS, in[1], g.cast(in[0], DType.FLOAT64));
        all.put("chosen by float64", g.results(g.op(new Where(), isLess, g.op(Unary.SIN, in[0]), g.op(Unary.TANH, in[0]))).build());
        g = new GraphBuilder();
        in = rows(g, n);
        all.put("compared as float64", g.results(g.cast(g.op(Binary.LESS, in[1], g.cast(g.op(Unary.SIN, in[0]), DType.FLOAT64)), DType.FLOAT32)).build());
        return all;
    }

    private static Value[] rows(GraphBuilder g, int n) {
        return new Value[] {g.param("x", DType.FLOAT32, 5, n), g.param("y", DType.FLOAT64, 5, n), g.param("k", DType.INT64, 5, n)};
    }

    private static DeviceBuffer[] ofRows(int n) {
        return new DeviceBuffer[] {values(DType.FLOAT32, 5 * n, 6), values(DType.FLOAT64, 5 * n, 7), values(DType.INT64, 5 * n, 8)};
    }

    @ParameterizedTest
    @ValueSource(ints = {13, 64, 511, 515, 1030})
    void whatVectorsOfOneWidthCannotComputeIsAsOnScalars(int n) {
        needsVectors();
        mixed(n).forEach((what, g) -> {
            Object[] want = run(Dialects.JAVA, g, ofRows(n));
            Object[] got = run(Dialects.JAVA_VECTOR, g, ofRows(n));
            for (int i = 0; i < want.length; i++) {
                check(want[i] instanceof float[] ? DType.FLOAT32 : DType.FLOAT64, want[i], got[i], what + ", rows of " + n);
            }
            String source = Renderer.source(Scheduler.schedule(g, Target.cpu(512)).steps().stream().map(s -> ((Step.KernelStep) s).kernel()).toList(),
                    Dialects.JAVA_VECTOR);
            assertTrue(source.contains("lane++") && source.contains(".length()) {"), what + " has a loop of scalars and one of vectors: " + source);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {13, 64, 515, 1030})
    void sumsInFloat64OfFunctionsInFloat32(int n) {
        needsVectors();
        GraphBuilder g = new GraphBuilder();
        Value[] in = rows(g, n);
        Graph sum = g.results(g.op(new Reduce(Reduce.Kind.SUM, List.of(1)), g.cast(g.op(Unary.TANH, in[0]), DType.FLOAT64))).build();
        assertArrayEquals((double[]) run(Dialects.JAVA, sum, ofRows(n))[0], (double[]) run(Dialects.JAVA_VECTOR, sum, ofRows(n))[0], 1e-12 * n);
    }

    @Test
    void noMethodHasTooManyFunctions() {
        for (Graph g : List.of(elements(DType.FLOAT32, 13), elements(DType.FLOAT64, 13), elements(DType.BFLOAT16, 13), sums(400))) {
            List<Kernel> kernels = Scheduler.schedule(g, Target.cpu(512)).steps().stream().map(s -> ((Step.KernelStep) s).kernel()).toList();
            String source = CallExpansion.expand(Renderer.source(kernels, Dialects.JAVA_VECTOR));
            List<MatchResult> methods = METHOD.matcher(source).results().filter(m -> kernels.stream().anyMatch(k -> m.group(1).startsWith(k.name()))).toList();
            assertTrue(methods.stream().filter(m -> EXPANDED.matcher(m.group()).find()).count() > 5, source);
            for (MatchResult m : methods) {
                assertTrue(EXPANDED.matcher(m.group()).results().filter(r -> !r.group().startsWith("patch")).count() <= MathLibrary.MOST_EXPANDED, m.group());
                assertFalse(LOOP.matcher(m.group()).results().anyMatch(l -> CALLED.matcher(l.group()).find()), m.group());
            }
        }
    }

    /** What a vector of shorts becomes, of every half and of float32 near the ends of each rounding interval. */
    @Test
    void halvesAreConvertedAsScalarsAre() {
        needsVectors();
        Dialect vector = Dialects.JAVA.named("java", Dialect.Style.JAVA_VECTOR); // no scalar loop for plain float16
        int[] low = {0, 1, 0xfff, 0x1000, 0x1001, 0x1fff, 0x2fff, 0x3000, 0x7fff, 0x8000, 0x8001, 0xffff};
        HostBuffer all = HostBuffer.allocate(DType.FLOAT32, low.length << 16);
        for (int i = 0; i < low.length << 16; i++) {
            ((float[]) all.array())[i] = Float.intBitsToFloat(i / low.length << 16 | low[i % low.length]);
        }
        for (DType d : List.of(DType.FLOAT16, DType.BFLOAT16)) {
            HostBuffer halves = HostBuffer.allocate(d, 1 << 16);
            for (int i = 0; i < 1 << 16; i++) {
                ((short[]) halves.array())[i] = (short) i;
            }
            Graph up = cast(d, DType.FLOAT32);
            check(DType.FLOAT32, run(Dialects.JAVA, up, new DeviceBuffer[] {halves}, 1 << 16)[0],
                    run(vector, up, new DeviceBuffer[] {halves}, 1 << 16)[0], d + " up");
            Graph down = cast(DType.FLOAT32, d);
            check(d, run(Dialects.JAVA, down, new DeviceBuffer[] {all}, low.length << 16)[0],
                    run(vector, down, new DeviceBuffer[] {all}, low.length << 16)[0], d + " down");
        }
    }

    private static Graph cast(DType from, DType to) {
        GraphBuilder g = new GraphBuilder();
        return g.results(g.op(new Cast(to), g.param("x", from, N))).build();
    }
}
