package org.rebind.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.backend.ExecutableOptions;
import org.rebind.codegen.ir.Array;
import org.rebind.graph.Binary;
import org.rebind.graph.BroadcastTo;
import org.rebind.graph.Graph;
import org.rebind.graph.Matmul;
import org.rebind.graph.Permute;
import org.rebind.graph.Reduce;
import org.rebind.graph.Reshape;
import org.rebind.graph.Unary;
import org.rebind.Shape;
import org.rebind.tck.GraphBuilder;
import org.rebind.tck.GraphBuilder.Value;

/** What is fused, in what shape, over which memory. */
class ScheduleTest {
    private static final Target CPU = Target.cpu(512);
    private static final Target GPU = Target.gpu();

    private static Kernel only(Graph g, Target t) {
        Plan plan = Scheduler.schedule(g, t);
        assertEquals(1, plan.steps().size(), plan.toString());
        return ((Step.KernelStep) plan.steps().get(0)).kernel();
    }

    private static long loads(Kernel k, String dialectText, String buffer) {
        return dialectText.lines().filter(l -> l.contains(buffer + "[")).count();
    }

    @Test
    void elementwiseChainIsOneFlatKernel() {
        Kernel k = only(Graphs.chain(), CPU);
        assertEquals(2, k.buffers().size());
        assertEquals(Dim.symbol("batch").times(512), k.extent());
        assertTrue(k.sizes().isEmpty(), "a flat loop needs no sizes: " + k.sizes());
    }

    @Test
    void rowKernelsReadEachRowFromMemoryOnce() {
        for (Target t : List.of(CPU, GPU, Target.cpuInC(512))) {
            assertEquals(Dim.symbol("batch"), only(Graphs.softmax(), t).extent());
            assertEquals(Dim.symbol("batch"), only(Graphs.layerNorm(), t).extent());
        }
        assertEquals(Kernel.Launch.GROUPS, only(Graphs.softmax(), GPU).launch());
        String source = Renderer.function(only(Graphs.softmax(), CPU), Dialects.JAVA);
        assertFalse(source.contains("new float["), "exp is held in the result, not in scratch memory:\n" + source);
    }

    @Test
    void expOfARowLessItsLargestIsTheShortOne() {
        assertTrue(Renderer.function(only(Graphs.softmax(), CPU), Dialects.JAVA).contains("expneg_f("));
        assertTrue(Renderer.function(only(Graphs.softmax(), GPU), Dialects.CUDA).contains("expf("));
        assertTrue(source(lessLargest(Shape.of(8, 1))).contains("expneg_f("));
        assertFalse(source(lessLargest(Shape.of(1, 8))).contains("expneg_f("), "the largest of another row");
    }

    @Test
    void aProductReadsWhatItsStoredOperandIsAViewOf() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT32, Dim.symbol("n"), Dim.of(5));
        Value wide = g.op(new BroadcastTo(Shape.of(Dim.of(3), Dim.symbol("n"), Dim.of(5))), x);
        Value y = g.op(new Matmul(), wide, g.param("y", DType.FLOAT32, 3, 5, 7));
        String source = source(g.results(y, wide).build());
        assertTrue(source.contains("(float[] x, float[] y, float[] out,"), source);
    }

    private static String source(Graph g) {
        StringBuilder s = new StringBuilder();
        Scheduler.schedule(g, CPU).steps().forEach(step -> s.append(Renderer.function(((Step.KernelStep) step).kernel(), Dialects.JAVA)));
        return s.toString();
    }

    /** exp(x - m) for x of 8 by 8 and the largest of its rows, spread as if they were a row or a column. */
    private static Graph lessLargest(Shape kept) {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT32, 8, 8);
        Value m = g.op(new Reshape(kept), g.op(new Reduce(Reduce.Kind.MAX, List.of(1)), x));
        Value most = g.op(new BroadcastTo(Shape.of(8, 8)), m);
        return g.results(g.op(Unary.EXP, g.op(Binary.SUBTRACT, x, most))).build();
    }

    @Test
    void movementIsIndexArithmetic() {
        Kernel k = only(Graphs.permute(16, 32), CPU);
        String source = Renderer.function(k, Dialects.JAVA);
        assertTrue(source.contains("x[j * 32 + i] + y[i * 16 + j]"), source);
        assertEquals(1, loads(k, source, "x"));
    }

    @Test
    void longSumsRunInParts() {
        Plan plan = Scheduler.schedule(Graphs.total(), CPU);
        assertEquals(2, plan.steps().size());
        assertEquals(Dim.of(64), ((Step.KernelStep) plan.steps().get(0)).kernel().extent());
        assertEquals(1, plan.slots().size());
    }

    @Test
    void reductionsOfSymbolicSizeGiveOneKernelForEverySize() {
        Kernel k = only(Graphs.columns(), CPU);
        assertEquals(List.of("batch"), k.sizes().stream().map(Kernel.SizeParam::name).toList());
        assertEquals(Dim.of(512), k.extent());
    }

    @Test
    void costlyValuesWithSeveralUsersAreComputedOnce() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT32, 1000, 1000);
        Value e = g.op(Unary.EXP, x);
        Value rows = g.op(new Reduce(Reduce.Kind.SUM, List.of(1)), e);
        Value columns = g.op(new Reduce(Reduce.Kind.SUM, List.of(0)), e);
        Plan plan = Scheduler.schedule(g.results(rows, columns).build(), CPU);
        long withExp = plan.steps().stream().filter(s -> s.note().ops().contains("exp")).count();
        assertEquals(1, withExp, plan.toString());
    }

    @Test
    void cheapValuesWithSeveralUsersAreComputedAgain() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT32, 1000, 1000);
        Value y = g.op(Binary.MULTIPLY, x, g.fill(2, x));
        Value rows = g.op(new Reduce(Reduce.Kind.SUM, List.of(1)), y);
        Value columns = g.op(new Reduce(Reduce.Kind.SUM, List.of(0)), y);
        Plan plan = Scheduler.schedule(g.results(rows, columns).build(), CPU);
        assertEquals(2, plan.steps().size(), plan.toString());
        assertTrue(plan.slots().isEmpty(), plan.toString());
    }

    @Test
    void severalResultsOfOnePassAreOneKernel() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT32, 1000);
        Value t = g.op(Unary.TANH, x);
        Value derivative = g.op(Binary.SUBTRACT, g.fill(1, t), g.op(Binary.MULTIPLY, t, t));
        Kernel k = only(g.results(t, derivative).build(), CPU);
        assertEquals(2, k.buffers().stream().filter(b -> b.access() == Array.Access.WRITE).count());
    }

    @Test
    void productsTakeTransposesAndBatchesAsStridesAndTheirTailInPlace() {
        GraphBuilder g = new GraphBuilder();
        Value q = g.param("q", DType.FLOAT32, 8, 128, 64);
        Value k = g.param("k", DType.FLOAT32, 128, 64);
        Value t = g.op(new BroadcastTo(Shape.of(8, 64, 128)), g.op(new Permute(List.of(1, 0)), k));
        Value y = g.op(new Matmul(), q, t);
        Plan plan = Scheduler.schedule(g.results(g.op(Binary.MULTIPLY, y, g.fill(0.125, y))).build(),
                CPU.withLibraryMatmul(true));
        assertEquals(2, plan.steps().size(), plan.toString());
        Step.MatmulStep m = (Step.MatmulStep) plan.steps().get(0);
        assertTrue(m.b().transposed());
        assertEquals(List.of(Dim.of(0)), m.b().batchStrides());
        assertEquals(List.of(Dim.of(8192)), m.a().batchStrides());
        assertEquals(List.of(m.out()), ((Step.KernelStep) plan.steps().get(1)).buffers(), "the tail works in place");
        assertTrue(plan.slots().isEmpty(), plan.toString());
    }

    @Test
    void temporariesShareMemory() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT32, 64, 64);
        for (int i = 0; i < 6; i++) {
            x = g.op(new Matmul(), x, x);
        }
        Plan plan = Scheduler.schedule(g.results(x).build(), CPU);
        assertEquals(6, plan.steps().size());
        assertEquals(2, plan.slots().size(), plan.toString());
        assertEquals(2 * 64 * 64 * 4, plan.scratchBytes(Map.<String, Long>of()::get));
    }

    @Test
    void reshapesOfParametersAreTheParameters() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT32, 6);
        Plan plan = Scheduler.schedule(g.results(x, g.op(new Reshape(Shape.of(2, 3)), x)).build(), CPU);
        assertTrue(plan.steps().isEmpty());
        assertEquals(List.of(0, 0), plan.results());
    }

    @Test
    void withoutFusionEachNodeIsAKernel() {
        Plan plan = Scheduler.schedule(Graphs.gate(), CPU.with(new ExecutableOptions(false, false)));
        assertEquals(6, plan.steps().size(), plan.toString());
    }

    @Test
    void exactKernelsHaveNoContractedProducts() {
        Target exact = CPU.with(new ExecutableOptions(true, true));
        assertTrue(Renderer.function(only(Graphs.gate(), CPU), Dialects.JAVA_VECTOR).contains(".fma("));
        assertFalse(Renderer.function(only(Graphs.gate(), exact), Dialects.JAVA_VECTOR).contains(".fma("));
    }
}
