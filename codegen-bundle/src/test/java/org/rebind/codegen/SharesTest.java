package org.rebind.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
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
import org.rebind.graph.Matmul;
import org.rebind.graph.Reduce;
import org.rebind.graph.Reshape;
import org.rebind.graph.Unary;
import org.rebind.graph.Where;
import org.rebind.tck.GraphBuilder;
import org.rebind.tck.GraphBuilder.Value;

/** Rows near 0 go without their largest where only shares of a sum are kept, and nowhere else. */
class SharesTest {
    private static final int ROWS = 9;

    /** What a program makes of a row's parts: the exponentials, their sum and the largest as columns, and the arguments. */
    private static final class Row {
        private final GraphBuilder g = new GraphBuilder();
        private final int n;
        private final Value x;
        private final Value y;
        private Value most;
        private Value e;
        private Value sum;

        Row(int n) {
            this.n = n;
            x = g.param("x", DType.FLOAT32, ROWS, n);
            y = g.param("y", DType.FLOAT32, ROWS, n);
            of(x);
        }

        Row of(Value element) {
            most = reduced(Reduce.Kind.MAX, element);
            e = g.op(Unary.EXP, g.op(Binary.SUBTRACT, element, wide(most)));
            sum = reduced(Reduce.Kind.SUM, e);
            return this;
        }

        Value reduced(Reduce.Kind kind, Value v) {
            return g.op(new Reshape(Shape.of(ROWS, 1)), g.op(new Reduce(kind, List.of(1)), v));
        }

        Value wide(Value column) {
            return g.op(new BroadcastTo(Shape.of(ROWS, n)), column);
        }

        Value op(Binary op, Value a, Value b) {
            return g.op(op, a, b);
        }

        Value share() {
            return op(Binary.DIVIDE, e, wide(sum));
        }

        Value product(Value a) {
            return g.op(new Matmul(), a, g.param("one", DType.FLOAT32, n, n));
        }

        Graph results(Value... values) {
            return g.results(values).build();
        }
    }

    private static final Map<String, Function<Row, Graph>> SHARES = new TreeMap<>(Map.of(
            "alone", r -> r.results(r.share()),
            "of scaled elements", r -> r.of(r.op(Binary.MULTIPLY, r.x, r.g.fill(0.5, r.x))).results(r.share()),
            "masked", r -> r.of(r.g.op(new Where(), r.g.param("mask", DType.BOOL, ROWS, r.n), r.x, r.g.fill(-1e9, r.x))).results(r.share()),
            "of sums", r -> r.of(r.op(Binary.ADD, r.x, r.y)).results(r.share()),
            "scaled", r -> r.results(r.op(Binary.MULTIPLY, r.share(), r.y)),
            "written over a product", r -> r.of(r.product(r.x)).results(r.op(Binary.ADD, r.product(r.share()), r.y)),
            "twice", r -> {
                Value s = r.share();
                return r.results(s, r.op(Binary.MULTIPLY, s, r.y));
            }));

    private static final Map<String, Function<Row, Graph>> OTHERS = new TreeMap<>(Map.of(
            "exponentials kept", r -> r.results(r.share(), r.e),
            "sum kept", r -> r.results(r.share(), r.sum),
            "largest kept", r -> r.results(r.share(), r.most),
            "largest added", r -> r.results(r.op(Binary.ADD, r.share(), r.wide(r.most))),
            "logarithm of the sum", r -> r.results(r.op(Binary.SUBTRACT, r.op(Binary.SUBTRACT, r.x, r.wide(r.most)),
                    r.wide(r.g.op(Unary.LOG, r.sum)))),
            "sum and one", r -> r.results(r.op(Binary.DIVIDE, r.e, r.wide(r.op(Binary.ADD, r.sum, r.g.fill(1, r.sum))))),
            "square", r -> r.results(r.op(Binary.DIVIDE, r.op(Binary.MULTIPLY, r.e, r.e), r.wide(r.sum))),
            "shares of shares", r -> r.results(r.op(Binary.DIVIDE, r.share(), r.wide(r.sum))),
            "another row's sum", r -> r.results(r.op(Binary.DIVIDE, r.e, r.wide(r.reduced(Reduce.Kind.SUM, r.y))))));

    @TestFactory
    Stream<DynamicTest> whatUsesSharesOnly() {
        return Stream.of(SHARES, OTHERS).flatMap(programs -> programs.entrySet().stream().flatMap(p -> Stream.of(16, 29, 100, 525)
                .map(n -> DynamicTest.dynamicTest(p.getKey() + " of " + n, () -> check(p.getKey(), p.getValue(), n, programs == SHARES)))));
    }

    @Test
    void exactProgramsDivide() {
        needsVectors();
        run(new JavaBackend(Dialects.JAVA_VECTOR, Target.cpu(512)), SHARES.get("alone").apply(new Row(100)), 100, false,
                new ExecutableOptions(true, true));
    }

    private static void needsVectors() {
        Assumptions.assumeTrue(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent(), "the JVM runs without jdk.incubator.vector");
    }

    private static void check(String name, Function<Row, Graph> program, int n, boolean shares) {
        needsVectors();
        Assumptions.assumeTrue(!name.equals("masked") || JavaBackend.vectorBits() >= 256, "truth values are no vectors here");
        Graph graph = program.apply(new Row(n));
        for (int bits : new int[] {256, 512}) {
            List<float[]> got = run(new JavaBackend(Dialects.JAVA_VECTOR, Target.cpu(bits)), graph, n, shares, ExecutableOptions.DEFAULT);
            List<float[]> want = run(new JavaBackend(Dialects.JAVA, Target.cpu(bits)), graph, n, false, ExecutableOptions.DEFAULT);
            for (int q = 0; q < want.size(); q++) {
                for (int i = 0; i < want.get(q).length; i++) {
                    float w = want.get(q)[i];
                    float tolerance = Float.isFinite(w) ? 2e-5f * Math.abs(w) + 1e-30f : 0;
                    assertEquals(w, got.get(q)[i], tolerance, name + ", result " + q + " at " + i + " of rows of " + n);
                }
            }
        }
    }

    private static List<float[]> run(JavaBackend backend, Graph graph, int n, boolean shares, ExecutableOptions options) {
        try (Executable e = backend.compile(graph, options)) {
            assertEquals(shares, e.kernels().stream().anyMatch(k -> k.source().contains("<= 0x422c0000")), "nothing subtracted");
            DeviceBuffer[] in = graph.params().stream().map(p -> arguments(p.name(), n)).toArray(DeviceBuffer[]::new);
            return Arrays.stream(e.execute(in, new long[0])).map(b -> (float[]) b.toHost().array()).toList();
        }
    }

    private static HostBuffer arguments(String name, int n) {
        if (name.equals("mask")) {
            HostBuffer mask = HostBuffer.allocate(DType.BOOL, ROWS * n);
            for (int i = 0; i < ROWS * n; i++) {
                ((byte[]) mask.array())[i] = (byte) (i % n % 3 > 0 && i % n < n - 4 || i / n == 5 ? 1 : 0);
            }
            return mask;
        }
        HostBuffer b = HostBuffer.allocate(DType.FLOAT32, name.equals("one") ? n * n : ROWS * n);
        float[] a = (float[]) b.array();
        Random random = new Random(n);
        for (int i = 0; i < a.length; i++) {
            a[i] = name.equals("one") ? i % (n + 1) == 0 ? 1 : 0 : name.equals("y") ? random.nextFloat()
                    : row(i / n, i % n, n, random.nextFloat());
        }
        return b;
    }

    /** Rows near 0, at the ends of what counts as such, all negative, masked, far, with NaN and infinities. */
    private static float row(int r, int j, int n, float u) {
        return switch (r) {
            case 0 -> 2 * u - 1;
            case 1 -> 20 + 20 * u;
            case 2 -> j == 0 ? 42 : j == n - 1 ? -43 : 80 * u - 40;
            case 3 -> -30 - 12 * u;
            case 4 -> -60 - 12 * u;
            case 5 -> j > n / 2 ? Float.NEGATIVE_INFINITY : 3 * u;
            case 6 -> j > n / 2 ? -1e9f : 100 + u;
            case 7 -> j == n - 2 ? Float.intBitsToFloat(0xffc00000) : u; // NaN as 0 / 0 makes it, which is negative as an integer
            default -> -0.0f;
        };
    }
}
