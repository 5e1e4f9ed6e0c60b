package org.rebind.tracer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.rebind.ArgumentException;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.Tensor;
import org.rebind.TensorType;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Graph;
import org.rebind.graph.GraphChecker;
import org.rebind.graph.Guard;
import org.rebind.graph.Relation;
import org.rebind.tck.RandomGraphs;
import org.rebind.tck.RandomProgram;
import org.rebind.tracer.internal.interpret.Interpreter;
import org.rebind.tracer.internal.simplify.Pass;
import org.rebind.tracer.internal.simplify.Simplify;
import org.rebind.tracer.internal.tensor.ConcreteTensor;

/** Simplify keeps results bit for bit, and does what its passes say. */
class SimplifyTest {
    private static final long SEED = Long.getLong("rebind.test.seed", System.nanoTime());
    private static final int PROGRAMS = Boolean.getBoolean("rebind.test.long") ? 20_000 : 1500;

    @Test
    void randomGraphsKeepTheirResults() {
        for (int i = 0; i < PROGRAMS; i++) {
            RandomProgram p = RandomGraphs.generate(SEED + i);
            for (long[] symbols : p.sizes()) {
                check(p, p.graph(), symbols, EnumSet.allOf(Pass.class));
                check(p, p.graph(), symbols, EnumSet.of(Pass.values()[i % Pass.values().length]));
                check(p, guarded(p.graph(), symbols), symbols, EnumSet.allOf(Pass.class));
            }
        }
    }

    /** The graph with each symbol fixed by a guard, as if the function had asked for its number. */
    private static Graph guarded(Graph g, long[] symbols) {
        List<Guard> guards = new ArrayList<>(g.guards());
        g.symbolMap(symbols).forEach((name, n) -> guards.add(new Guard(Dim.symbol(name), Relation.EQ, Dim.of(n), "")));
        return new Graph(g.params(), g.nodes(), g.results(), guards);
    }

    private static void check(RandomProgram p, Graph graph, long[] symbols, Set<Pass> passes) {
        Graph simple = GraphChecker.check(Simplify.simplify(graph, passes));
        HostBuffer[] inputs = p.inputs(symbols).toArray(HostBuffer[]::new);
        Map<String, Long> numbers = graph.symbolMap(symbols);
        long[] left = simple.symbols().stream().mapToLong(s -> numbers.get(s.symbol())).toArray();
        HostBuffer[] expected = Interpreter.run(graph, inputs, symbols);
        HostBuffer[] actual = Interpreter.run(simple, inputs, left);
        for (int r = 0; r < expected.length; r++) {
            Tensor e = flat(expected[r]);
            Tensor a = flat(actual[r]);
            assertEquals(e, a, () -> "seed " + p.seed() + ", passes " + passes + "\n" + graph + "\n" + simple);
        }
    }

    private static Tensor flat(HostBuffer b) {
        return ConcreteTensor.of(TensorType.of(b.dtype(), b.elementCount()), b);
    }

    private static final float[] EDGES = {0f, -0f, 1f, -1f, Float.NaN, Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY, Float.MIN_VALUE, Float.MAX_VALUE, 0.1f, -2.5f, 3e-39f};

    /** Checks that a function of one tensor becomes this many nodes, and means the same on edge values. */
    private static void nodes(int expected, Tensor x, UnaryOperator<Tensor> fn) {
        Traced traced = Traced.of(a -> List.of(fn.apply(a.get(0))), x);
        Graph simple = GraphChecker.check(Simplify.simplify(traced.graph()));
        assertEquals(expected, simple.nodes().size(), () -> traced.graph() + "\n" + simple);
        assertEquals(fn.apply(x), traced.run(simple, x).get(0), () -> traced.graph() + "\n" + simple);
    }

    @Test
    void identitiesOfFloats() {
        Tensor x = Tensor.of(EDGES);
        nodes(0, x, t -> t.mul(1));
        nodes(0, x, t -> Tensor.ones(DType.FLOAT32, 12).mul(t));
        nodes(0, x, t -> t.sub(0));
        nodes(0, x, t -> t.add(-0.0));
        nodes(2, x, t -> t.add(0)); // -0 + 0 is 0
        nodes(2, x, t -> t.mul(0)); // NaN and infinities, signs
        nodes(0, x, t -> t.neg().neg());
        nodes(1, x, t -> t.mul(-1));
        nodes(1, x, t -> t.neg().abs());
        nodes(1, x, t -> t.floor().round().trunc());
        nodes(0, x, t -> t.div(1));
        nodes(2, x, t -> t.div(4)); // by 0.25
        nodes(2, x, t -> t.div(3));
        nodes(1, x, t -> t.pow(2));
        nodes(0, x, t -> t.maximum(t));
        nodes(0, x, t -> t.cast(DType.FLOAT64).cast(DType.FLOAT32));
        nodes(2, x, t -> t.cast(DType.INT32).cast(DType.FLOAT32));
        nodes(2, x, t -> t.sum(true)); // of -0 would be 0
        nodes(1, x.reshape(12, 1), t -> t.max(1));
        nodes(2, x.reshape(12, 1), t -> t.sum(1).exp());
    }

    @Test
    void identitiesOfIntegersAndBools() {
        Tensor x = Tensor.of(new int[] {0, 1, -1, Integer.MIN_VALUE, Integer.MAX_VALUE});
        nodes(0, x, t -> t.add(0));
        nodes(1, x, t -> Tensor.full(0, DType.INT32, 5).sub(t));
        nodes(0, x, t -> t.floorDiv(1));
        nodes(0, x, t -> t.cast(DType.FLOAT64).cast(DType.INT32));
        nodes(2, x, t -> t.cast(DType.FLOAT32).cast(DType.INT32));
        nodes(1, x, t -> t.cast(DType.INT64).cast(DType.FLOAT32));
        nodes(1, x.reshape(5, 1), t -> t.sum(1));
        Tensor b = Tensor.of(new boolean[] {true, false});
        nodes(0, b, t -> t.logicalNot().logicalNot());
        nodes(0, b, t -> t.logicalAnd(Tensor.full(1, DType.BOOL, 2)));
        nodes(1, b, t -> t.logicalOr(Tensor.full(1, DType.BOOL, 2)));
        nodes(1, b, t -> t.logicalXor(Tensor.full(1, DType.BOOL, 2)));
    }

    @Test
    void movements() {
        Tensor x = Tensor.of(IntStream.range(0, 24).mapToDouble(i -> i).toArray(), 2, 3, 4);
        nodes(0, x, t -> t.transpose().transpose());
        nodes(1, x, t -> t.permute(1, 2, 0).permute(1, 0, 2));
        nodes(0, x, t -> t.flip(1).flip(-2));
        nodes(1, x, t -> t.flip(0).flip(2, 0));
        nodes(1, x, t -> t.reshape(6, 4).reshape(-1).reshape(4, 6));
        nodes(0, x, t -> t.reshape(24).reshape(2, 3, 4));
        nodes(1, x, t -> t.slice(2, 1, 4).slice(2, 1, 3));
        nodes(0, x, t -> t.slice(1, 0, 3));
        nodes(0, x, t -> t.pad(new long[3][2], 7));
        nodes(2, x, t -> t.expandDims(0).broadcastTo(5, 2, 3, 4).broadcastTo(6, 5, 2, 3, 4));
    }

    @Test
    void constantsFoldToOneFull() {
        Tensor x = Tensor.of(EDGES);
        nodes(2, x, t -> t.add(Tensor.full(2, DType.FLOAT32, 12).sqrt().mul(3).broadcastTo(4, 12).transpose()
                .slice(1, 0, 1).reshape(12)));
        nodes(1, x, t -> Tensor.where(Tensor.full(1, DType.BOOL, 12), t.exp(), t.log()));
        nodes(1, x, t -> Tensor.arange(Dim.of(3), DType.INT32)); // not materialised
    }

    @Test
    void equalComputationsAreMerged() {
        nodes(2, Tensor.of(EDGES), t -> t.exp().add(t.exp()));
        nodes(3, Tensor.of(EDGES), t -> t.mul(t.exp()).add(t.exp().mul(t)));
    }

    @Test
    void symbolsFixedByGuardsAreReplaced() {
        Traced traced = Traced.of(a -> List.of(a.get(0).mul(a.get(0).size(0)).add(a.get(1))),
                List.of(List.of("n"), List.of("m")), Tensor.of(EDGES), Tensor.of(EDGES));
        assertEquals(2, traced.graph().symbols().size());
        Graph simple = GraphChecker.check(Simplify.simplify(traced.graph()));
        assertTrue(simple.symbols().isEmpty() && simple.guards().isEmpty(), simple::toString);
        assertEquals(Shape.of(12), simple.type(simple.results().get(0)).shape());
    }

    @Test
    void passesCanBeLeftOut() {
        Graph g = Traced.of(a -> List.of(a.get(0).neg().neg()), Tensor.of(EDGES)).graph();
        assertSame(g, Simplify.simplify(g, Set.of()));
        assertEquals(2, Simplify.simplify(g, EnumSet.complementOf(EnumSet.of(Pass.APPLY_IDENTITIES))).nodes().size());
        System.setProperty(Simplify.OFF, "apply_identities, merge_duplicates");
        try {
            assertEquals(2, Simplify.simplify(g).nodes().size());
            System.setProperty(Simplify.OFF, "merge_duplicates,apply_identity");
            ArgumentException e = assertThrows(ArgumentException.class, () -> Simplify.simplify(g));
            assertTrue(e.getMessage().contains("merge_duplicates") && e.getMessage().endsWith("got 'apply_identity'"), e.getMessage());
        } finally {
            System.clearProperty(Simplify.OFF);
        }
    }
}
