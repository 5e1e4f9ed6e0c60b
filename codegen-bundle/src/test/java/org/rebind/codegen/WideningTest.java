package org.rebind.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.graph.Binary;
import org.rebind.graph.BroadcastTo;
import org.rebind.graph.Graph;
import org.rebind.graph.Permute;
import org.rebind.graph.Reduce;
import org.rebind.graph.Slice;
import org.rebind.graph.Unary;
import org.rebind.tck.GraphBuilder;
import org.rebind.tck.GraphBuilder.Value;

/** Which kernels of a GPU move several elements at a time, keep rows in registers, and turn tiles over. */
class WideningTest {
    private static Kernel only(Graph g, Target target) {
        Plan plan = Scheduler.schedule(g, target);
        assertEquals(1, plan.steps().size(), plan.toString());
        return ((Step.KernelStep) plan.steps().get(0)).kernel();
    }

    private static String cuda(Graph g) {
        return Renderer.source(List.of(only(g, Target.gpu())), Dialects.CUDA);
    }

    @ParameterizedTest
    @CsvSource({"FLOAT16, 8", "BFLOAT16, 8", "FLOAT32, 4", "INT32, 4", "FLOAT64, 2", "INT64, 2"})
    void sixteenBytesAtATime(DType dtype, int items) {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", dtype, Dim.symbol("n"));
        Graph graph = g.results(g.op(Binary.ADD, x, x)).build();
        assertEquals(items, only(graph, Target.gpu()).chunkMultiple());
        String source = cuda(graph);
        assertTrue(source.contains("struct __align__(16) " + dtype + "_x" + items), source);
        assertTrue(source.contains("int whole = extent - extent % " + items + ";"), "the rest runs one by one: " + source);
    }

    @Test
    void theWidestTypeDecides() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT64, 64);
        String source = cuda(g.results(g.op(Binary.LESS, x, g.fill(0, x))).build());
        assertTrue(source.contains("float64_x2") && source.contains("struct __align__(2) bool_x2"), source);
        assertFalse(source.contains("whole"), "64 elements leave no rest: " + source);
    }

    @Test
    void whatDoesNotStartAtAMultipleIsReadOneByOne() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT32, 65);
        Value s = g.op(new Slice(List.of(Dim.of(1)), List.of(Dim.of(64)), List.of(1L)), x);
        String source = cuda(g.results(g.op(Unary.NEGATIVE, s)).build());
        assertTrue(source.contains("x[i + lane + 1]"), source);
    }

    @Test
    void aRowThatRepeatsIsReadWideIfItsLengthIsAMultiple() {
        for (int n : new int[] {64, 63}) {
            GraphBuilder g = new GraphBuilder();
            Value x = g.param("x", DType.FLOAT32, Dim.symbol("n"), Dim.of(n));
            Value b = g.param("b", DType.FLOAT32, n);
            String source = cuda(g.results(g.op(Binary.ADD, x, g.op(new BroadcastTo(x.shape()), b))).build());
            assertEquals(n == 64, source.contains("(const float32_x4 *) &b["), source);
            assertTrue(source.contains("(const float32_x4 *) &x["), source);
        }
    }

    @Test
    void withoutWideAccessesThereAreNone() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT32, 64);
        Kernel k = only(g.results(g.op(Unary.NEGATIVE, x)).build(), new Target(Target.gpu().kind(), 0, 32 << 10, false, true, true,
                false, false, true));
        assertEquals(1, k.chunkMultiple());
        assertFalse(Renderer.source(List.of(k), Dialects.CUDA).contains("_x4"));
    }

    @ParameterizedTest
    @CsvSource({"100, true", "4096, true", "4097, false", "100000, false"})
    void rowsStayInRegistersUpToALength(int n, boolean kept) {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT32, Dim.symbol("rows"), Dim.of(n));
        Value most = g.op(new Reduce(Reduce.Kind.MAX, List.of(1)), x);
        Value e = g.op(Unary.EXP, g.op(Binary.SUBTRACT, x, g.unreduce(most, x.shape(), List.of(1))));
        Value sum = g.op(new Reduce(Reduce.Kind.SUM, List.of(1)), e);
        String source = cuda(g.results(g.op(Binary.DIVIDE, e, g.unreduce(sum, x.shape(), List.of(1)))).build());
        assertEquals(kept, source.contains("float xRow["), source);
        assertEquals(kept ? 1 : 3, source.split("x\\[row \\* ", -1).length - 1, "reads of the row: " + source);
    }

    @Test
    void shortAxesAreNotTurnedInTiles() {
        for (int n : new int[] {8, 40}) {
            GraphBuilder g = new GraphBuilder();
            Value t = g.op(new Permute(List.of(1, 0)), g.param("x", DType.FLOAT32, n, 64));
            assertEquals(n == 40, cuda(g.results(g.op(Unary.NEGATIVE, t)).build()).contains("xTile"));
        }
    }
}
