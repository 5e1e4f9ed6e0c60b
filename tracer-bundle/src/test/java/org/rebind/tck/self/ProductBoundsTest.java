package org.rebind.tck.self;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Graph;
import org.rebind.graph.Reduce;
import org.rebind.tck.Comparison;
import org.rebind.tck.ErrorBounds;
import org.rebind.tck.GraphBuilder;
import org.rebind.tck.KnownBackends;

/** What the kit lets a product of an infinity be: NaN where a part of it, in some order, is 0. */
class ProductBoundsTest {
    private static HostBuffer buffer(float... x) {
        HostBuffer b = HostBuffer.allocate(DType.FLOAT32, x.length);
        System.arraycopy(x, 0, (float[]) b.array(), 0, x.length);
        return b;
    }

    private static boolean mayBe(float product, float... factors) {
        GraphBuilder g = new GraphBuilder();
        Graph graph = g.results(g.op(new Reduce(Reduce.Kind.PROD, List.of(0)), g.param("x", DType.FLOAT32, factors.length))).build();
        return new Comparison().firstMismatch(ErrorBounds.of(KnownBackends.interpreter(), graph, List.of(buffer(factors)),
                new long[0], false, false), List.of(buffer(product))) == null;
    }

    @Test
    void aProductThatMayVanishMakesNanOfAnInfinity() {
        float inf = Float.POSITIVE_INFINITY;
        float[] small = new float[13];
        Arrays.fill(small, 1e-5f);
        small[0] = inf;
        assertEquals(List.of(true, true), List.of(mayBe(inf, small), mayBe(Float.NaN, small)));
        float[] usual = {inf, 1e-5f, 3, 1e-5f};
        assertEquals(List.of(true, false, false), List.of(mayBe(inf, usual), mayBe(Float.NaN, usual), mayBe(-inf, usual)));
        float[] zero = {inf, 0, 3};
        assertEquals(true, mayBe(Float.NaN, zero));
    }
}
