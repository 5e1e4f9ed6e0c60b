package org.rebind.codegen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Binary;
import org.rebind.graph.Graph;
import org.rebind.graph.Permute;
import org.rebind.graph.Reduce;
import org.rebind.graph.Unary;
import org.rebind.tck.GraphBuilder;
import org.rebind.tck.GraphBuilder.Value;

/** Loops in blocks give what loops as a whole give, over all lengths around a block's, with many values in use at once. */
class BlocksTest {
    private static final DType F = DType.FLOAT32;
    private static final Dim N = Dim.symbol("n");
    private static final float TOLERANCE = 2e-6f; // two float32 functions that are each right to 3 ulp

    private final GraphBuilder g = new GraphBuilder();

    private Value op(Binary op, Value a, Value b) {
        return g.op(op, a, b);
    }

    /** Rows of n: sums of functions of functions, most of them used again later, a row's sum among them. */
    private Graph rows(int n) {
        Value x = g.param("x", F, 3, n);
        Value y = g.param("y", F, 3, n);
        Value row = g.broadcast(g.param("row", F, n), x.shape());
        Value mixed = op(Binary.ADD, op(Binary.MULTIPLY, x, y), op(Binary.SUBTRACT, row, g.op(Unary.SIN, x)));
        Value t = g.op(Unary.TANH, mixed);
        Value e = g.op(Unary.EXP, op(Binary.SUBTRACT, t, op(Binary.MULTIPLY, y, y)));
        Value f = g.op(Unary.EXP, op(Binary.MULTIPLY, mixed, g.op(Unary.ERF, y)));
        Value sum = g.unreduce(g.op(new Reduce(Reduce.Kind.SUM, List.of(1)), e), x.shape(), List.of(1));
        Value all = op(Binary.ADD, op(Binary.ADD, op(Binary.MULTIPLY, t, f), op(Binary.DIVIDE, e, sum)), op(Binary.MULTIPLY, mixed, y));
        return g.results(all, op(Binary.MULTIPLY, g.op(Unary.TANH, op(Binary.ADD, t, row)), e), f).build();
    }

    /** Eight values that are all used at the end, so that blocks are shorter. */
    private Graph wide() {
        Value x = g.param("x", F, Dim.of(3), N);
        Value y = g.param("y", F, Dim.of(3), N);
        Value row = g.fill(0.3, x);
        Value product = null;
        Value sum = null;
        for (int i = 1; i <= 8; i++) {
            Value v = g.op(i % 2 == 0 ? Unary.TANH : Unary.EXP, op(Binary.MULTIPLY, i % 3 == 0 ? y : x, g.fill(i * 0.1, x)));
            product = product == null ? v : op(Binary.MULTIPLY, op(Binary.ADD, v, row), product);
            sum = sum == null ? v : op(Binary.ADD, v, sum);
        }
        Value quotient = op(Binary.DIVIDE, product, op(Binary.ADD, op(Binary.MULTIPLY, sum, sum), g.fill(1, x)));
        Value before = op(Binary.SUBTRACT, op(Binary.ADD, op(Binary.MULTIPLY, x, y), x), op(Binary.MULTIPLY, y, row)); // stored, then called on
        return g.results(op(Binary.MULTIPLY, before, before), quotient, g.op(Unary.TANH, before)).build();
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 257, 1023, 1024, 1025, 4099})
    void valuesOfRowsAreThoseOfPlainLoops(int n) {
        check(rows(n), n);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 13, 127, 128, 129, 513, 4099})
    void manyValuesAtOnce(int n) {
        Graph wide = wide();
        assertTrue(source(wide).contains(", 512);"), "blocks of " + source(wide));
        check(wide, n);
    }

    private static String source(Graph graph) {
        return new JavaBackend(Dialects.JAVA_BLOCKS, Target.cpu(0)).compile(graph, ExecutableOptions.DEFAULT).kernels().get(0).source();
    }

    private static void check(Graph graph, int n) {
        assertTrue(source(graph).contains("_block("), "no loop in blocks");
        Random r = new Random(n);
        DeviceBuffer[] in = {random(r, 3 * n), random(r, 3 * n), random(r, n)};
        DeviceBuffer[] inputs = java.util.Arrays.copyOf(in, graph.params().size());
        long[] symbols = graph.symbols().isEmpty() ? new long[0] : new long[] {n};
        DeviceBuffer[] want = new JavaBackend(Dialects.JAVA, Target.cpu(0)).compile(graph, ExecutableOptions.DEFAULT).execute(inputs, symbols);
        DeviceBuffer[] got = new JavaBackend(Dialects.JAVA_BLOCKS, Target.cpu(0)).compile(graph, ExecutableOptions.DEFAULT)
                .execute(inputs, symbols);
        for (int k = 0; k < want.length; k++) {
            float[] a = (float[]) want[k].toHost().array();
            float[] b = (float[]) got[k].toHost().array();
            assertEquals(a.length, b.length);
            for (int i = 0; i < a.length; i++) {
                assertEquals(a[i], b[i], 16 * TOLERANCE * (1 + Math.abs(a[i])), "result " + k + " at " + i + " of " + n);
            }
        }
    }

    private static HostBuffer random(Random r, int n) {
        HostBuffer b = HostBuffer.allocate(F, n);
        float[] x = (float[]) b.array();
        for (int i = 0; i < n; i++) {
            x[i] = (float) r.nextGaussian();
        }
        return b;
    }

    @Test
    void loopsThatWouldNotGainStayWhole() {
        Value x = g.param("x", F, 64, 100);
        Value sum = g.unreduce(g.op(new Reduce(Reduce.Kind.SUM, List.of(1)), g.op(Unary.EXP, x)), x.shape(), List.of(1));
        Graph shortRows = g.results(sum).build();
        GraphBuilder other = new GraphBuilder();
        Value y = other.param("y", F, 1000);
        Graph waves = other.results(other.op(Unary.EXP, other.op(Unary.SIN, other.op(Unary.COS, y)))).build();
        GraphBuilder third = new GraphBuilder();
        Value z = third.param("z", F, 300, 400);
        Graph turned = third.results(third.op(Unary.EXP, third.op(new Permute(List.of(1, 0)), z))).build();
        for (Graph graph : List.of(shortRows, waves, turned)) {
            assertFalse(source(graph).contains("_block("), source(graph));
        }
    }

    @Test
    void arraysOfAThreadGrowAndStay() {
        float[][] few = BlockMemory.of(1);
        assertArrayEquals(few, BlockMemory.of(few.length));
        float[][] more = BlockMemory.of(few.length + 3);
        assertEquals(few.length + 3, more.length);
        assertEquals(BlockMemory.LENGTH, more[few.length + 2].length);
    }
}
