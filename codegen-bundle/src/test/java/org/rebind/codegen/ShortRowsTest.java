package org.rebind.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rebind.DType;
import org.rebind.graph.Graph;
import org.rebind.graph.Reduce;
import org.rebind.tck.GraphBuilder;

/** Rows that vectors of 8 do not gain on go by scalars, which are fast from the first call on. */
class ShortRowsTest {
    @ParameterizedTest
    @CsvSource({"7, false", "8, true", "9, false", "10, false", "11, false", "12, true", "16, true", "17, true"})
    void vectorsWhereTheyGain(int columns, boolean vectors) {
        GraphBuilder g = new GraphBuilder();
        Graph graph = g.results(g.op(new Reduce(Reduce.Kind.SUM, List.of(1)), g.param("x", DType.FLOAT32, 64, columns))).build();
        Step.KernelStep step = (Step.KernelStep) Scheduler.schedule(graph, Target.cpu(256)).steps().get(0);
        assertEquals(vectors, Renderer.function(step.kernel(), Dialects.JAVA_VECTOR).contains("Vector"));
    }
}
