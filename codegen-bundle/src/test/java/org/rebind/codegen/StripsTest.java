package org.rebind.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.graph.Binary;
import org.rebind.graph.Graph;
import org.rebind.graph.Matmul;
import org.rebind.graph.Permute;
import org.rebind.graph.Reduce;
import org.rebind.graph.Unary;
import org.rebind.tck.GraphBuilder;
import org.rebind.tck.GraphBuilder.Value;

/** Which steps can be done strip by strip, and which cannot. */
class StripsTest {
    private static final DType F = DType.FLOAT32;
    private static final Dim N = Dim.symbol("n");

    private final GraphBuilder g = new GraphBuilder();

    private List<Strips> strips(Value... results) {
        Graph graph = g.results(results).build();
        return Strips.of(Scheduler.schedule(graph, Target.cpu(512).withLibraryMatmul(true)));
    }

    private Value product(Value a, Value b) {
        return g.op(new Matmul(), a, b);
    }

    private Value softmax(Value x, int axis) {
        Value e = g.op(Unary.EXP, g.op(Binary.SUBTRACT, x, reduced(Reduce.Kind.MAX, x, axis)));
        return g.op(Binary.DIVIDE, e, reduced(Reduce.Kind.SUM, e, axis));
    }

    private Value reduced(Reduce.Kind kind, Value x, int axis) {
        return g.unreduce(g.op(new Reduce(kind, List.of(axis)), x), x.shape(), List.of(axis));
    }

    @Test
    void attentionIsDoneHeadByHead() {
        Value q = g.param("q", F, 8, 128, 64);
        Value k = g.param("k", F, 8, 128, 64);
        Value v = g.param("v", F, 8, 128, 64);
        Value scores = product(q, g.op(new Permute(List.of(0, 2, 1)), k));
        assertEquals(List.of(new Strips(0, 3, Dim.of(8))), strips(product(softmax(scores, 2), v)));
    }

    @Test
    void layersAreDoneRowsByRowsForAnyNumberOfThem() {
        Value x = g.param("x", F, N, Dim.of(784));
        Value h = product(x, g.param("w1", F, 784, 512));
        Value r = g.op(Binary.MAXIMUM, g.op(Binary.ADD, h, g.broadcast(g.param("b1", F, 512), h.shape())), g.fill(0, h));
        assertEquals(List.of(new Strips(0, 4, N)), strips(softmax(product(r, g.param("w2", F, 512, 10)), 1)));
    }

    @Test
    void whatComesBeforeAProductIsTakenIn() {
        Value x = g.param("x", F, N, Dim.of(100));
        Value y = g.op(Binary.SUBTRACT, x, reduced(Reduce.Kind.SUM, x, 1));
        assertEquals(List.of(new Strips(0, 2, N)), strips(product(y, g.param("w", F, 100, 20))));
    }

    @Test
    void sumsOfColumnsEndTheStrips() {
        Value h = product(product(g.param("x", F, 64, 100), g.param("w", F, 100, 40)), g.param("w2", F, 40, 30));
        Value y = g.op(Binary.SUBTRACT, h, reduced(Reduce.Kind.SUM, h, 0));
        assertEquals(List.of(new Strips(0, 2, Dim.of(64))), strips(y));
    }

    @Test
    void aProductThatReadsAllRowsIsNotTakenIn() {
        Value h = product(g.param("x", F, 64, 100), g.param("w", F, 100, 64));
        assertEquals(List.of(), strips(product(g.param("v", F, 64, 64), h)));
    }

    @Test
    void aProductWithItsOwnTransposeIsNotTakenIn() {
        Value h = product(g.param("x", F, 64, 100), g.param("w", F, 100, 64));
        assertEquals(List.of(), strips(product(h, g.op(new Permute(List.of(1, 0)), h))));
    }

    /** The second product's result would be where the first one's operand still is: parts of other lengths, one memory. */
    @Test
    void stepsThatShareMemoryForOtherSizesStaySequential() {
        Value a = product(g.param("x", F, 64, 100), g.param("w", F, 100, 64)); // slot 0
        Value b = product(a, g.param("w2", F, 64, 32)); // slot 1
        Value c = product(b, g.param("w3", F, 32, 16)); // slot 0 again, smaller
        Value d = product(c, g.param("w4", F, 16, 64));
        assertEquals(List.of(new Strips(0, 2, Dim.of(64)), new Strips(2, 4, Dim.of(64))), strips(d));
    }
}
