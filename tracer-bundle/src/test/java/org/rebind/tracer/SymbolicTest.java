package org.rebind.tracer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.RebindException;
import org.rebind.Shape;
import org.rebind.ShapeException;
import org.rebind.Tensor;
import org.rebind.graph.GraphChecker;
import org.rebind.tracer.internal.simplify.Simplify;

/** Traces with symbolic sizes: right for every size they accept, and no more guards than needed. */
class SymbolicTest {
    private static final int[] SIZES = {0, 1, 2, 3, 7, 12};

    private interface Program extends Function<List<Tensor>, List<Tensor>> {
    }

    private static Program of(Function<List<Tensor>, Tensor> fn) {
        return args -> List.of(fn.apply(args));
    }

    private static Tensor random(long seed, long... sizes) {
        Random random = new Random(seed);
        float[] values = new float[Shape.of(sizes).elementCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(21) / 4f - 2.5f;
        }
        return Tensor.of(values, sizes);
    }

    private static Tensor[] arguments(List<long[]> shapes, int n, int m) {
        Tensor[] args = new Tensor[shapes.size()];
        for (int i = 0; i < args.length; i++) {
            long[] sizes = shapes.get(i).clone();
            for (int a = 0; a < sizes.length; a++) {
                sizes[a] = sizes[a] == -1 ? n : sizes[a] == -2 ? m : sizes[a];
            }
            args[i] = random(i, sizes);
        }
        return args;
    }

    private static List<List<String>> symbols(List<long[]> shapes) {
        List<List<String>> symbols = new ArrayList<>();
        for (long[] shape : shapes) {
            List<String> names = new ArrayList<>();
            for (long s : shape) {
                names.add(s == -1 ? "n" : s == -2 ? "m" : "");
            }
            symbols.add(names);
        }
        return symbols;
    }

    /**
     * Traces for every size and runs each trace on every size it accepts.
     *
     * @param shapes -1 stands for n, -2 for m
     * @return the most traces needed to serve all sizes that eager mode can
     */
    private static int check(Program fn, long[]... shapes) {
        List<long[]> list = List.of(shapes);
        List<Traced> traces = new ArrayList<>();
        for (int n : SIZES) {
            for (int m : SIZES) {
                Tensor[] args = arguments(list, n, m);
                List<Tensor> expected;
                try {
                    expected = fn.apply(List.of(args));
                } catch (RebindException e) {
                    assertThrows(e.getClass(), () -> Traced.of(fn, symbols(list), args), e.getMessage());
                    assertTrue(traces.stream().noneMatch(t -> t.serves(args)),
                            () -> "n and m that eager mode refuses: " + e.getMessage());
                    continue;
                }
                if (traces.stream().noneMatch(t -> t.serves(args))) {
                    traces.add(Traced.of(fn, symbols(list), args));
                }
                for (Traced t : traces) {
                    if (t.serves(args)) {
                        same(expected, t.run(args), t);
                    }
                }
                Traced own = Traced.of(fn, symbols(list), args);
                assertTrue(own.serves(args), () -> "a trace refuses its own call: " + own.graph());
                same(expected, own.run(args), own);
            }
        }
        traces.forEach(t -> GraphChecker.check(Simplify.simplify(t.graph())));
        return traces.size();
    }

    private static void same(List<Tensor> expected, List<Tensor> actual, Traced t) {
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.get(i), actual.get(i), () -> t.graph().toString());
        }
    }

    private static long[] shape(long... sizes) {
        return sizes;
    }

    @Test
    void oneTraceServesAllSizes() {
        assertEquals(1, check(of(a -> a.get(0).matmul(a.get(1)).add(a.get(2)).tanh().matmul(a.get(3))),
                shape(-1, 4), shape(4, 5), shape(5), shape(5, 2)), "mlp");
        assertEquals(1, check(of(a -> a.get(0).softmax(0)), shape(-1, 3)), "softmax over n");
        assertEquals(1, check(of(a -> a.get(0).logSoftmax(-1)), shape(-1, 3)), "logSoftmax");
        assertEquals(1, check(of(a -> a.get(0).layerNorm(1e-5)), shape(3, -1)), "layerNorm over n");
        assertEquals(1, check(of(SymbolicTest::attention), shape(2, -1, 4), shape(2, -1, 4), shape(2, -1, 4)));
        assertEquals(1, check(of(a -> Tensor.concatenate(0, a)), shape(-1, 3), shape(-2, 3)), "concatenate");
        assertEquals(1, check(of(a -> a.get(0).mean(0, 1)), shape(-1, -2)), "mean");
        assertEquals(1, check(of(a -> a.get(0).var(true, 0)), shape(-1, 2)), "var");
        assertEquals(1, check(of(a -> a.get(0).add(a.get(0).sum(true, 0))), shape(-1, 2)), "keepDims");
        assertEquals(1, check(of(a -> a.get(0).add(a.get(1))), shape(-1, 1), shape(1, -2)), "outer");
        assertEquals(1, check(of(a -> a.get(0).matmul(a.get(1))), shape(-1, -2), shape(-2, 3)), "matmul");
        assertEquals(1, check(of(a -> a.get(0).matmul(a.get(1))), shape(-1, -2), shape(-2)), "matrix by vector");
        assertEquals(1, check(of(a -> a.get(0).matmul(a.get(1))), shape(2, -1, -2), shape(-2, 3)), "batches by one");
    }

    private static Tensor attention(List<Tensor> a) {
        Tensor scores = a.get(0).matmul(a.get(1).swapAxes(1, 2)).mul(0.5);
        return scores.softmax(-1).matmul(a.get(2));
    }

    @Test
    void movementsServeAllSizes() {
        assertEquals(1, check(of(a -> a.get(0).reshape(-1)), shape(-1, 3)));
        assertEquals(1, check(of(a -> a.get(0).reshape(-1, 2)), shape(-1, 4)));
        assertEquals(1, check(of(a -> a.get(0).reshape(Shape.of(a.get(0).dim(0).times(2), Dim.of(3)))), shape(-1, 6)));
        assertEquals(1, check(of(a -> a.get(0).reshape(Shape.of(a.get(0).dim(0).times(a.get(0).dim(1))))), shape(-1, -2)));
        assertEquals(1, check(of(a -> a.get(0).transpose().flip()), shape(-1, -2)));
        assertEquals(1, check(of(a -> a.get(0).expandDims(0).broadcastTo(Shape.of(a.get(1).dim(0), a.get(0).dim(0)))),
                shape(-1), shape(-2)));
        assertEquals(1, check(of(a -> a.get(0).pad(List.of(a.get(1).dim(0)), List.of(Dim.of(1)), 3)), shape(-1),
                shape(-2)));
        assertEquals(1, check(of(a -> a.get(0).pad(new long[][] {{1, 2}}, 3).slice(0, Dim.of(1),
                a.get(0).dim(0).plus(1))), shape(-1)));
        assertEquals(1, check(of(a -> Tensor.arange(a.get(0).dim(0), DType.FLOAT32).mul(2).add(a.get(0))), shape(-1)));
        assertEquals(1, check(of(a -> a.get(0).triu(1).add(a.get(0).tril(-1))), shape(-1, -2)));
        assertEquals(1, check(of(a -> a.get(0).cumsum(0)), shape(-1, -2)));
        assertEquals(1, check(of(a -> Tensor.stack(1, a.get(0), a.get(0).neg())), shape(-1, 2)));
        assertEquals(1, check(of(a -> Tensor.full(2, DType.FLOAT32, a.get(0).shape()).mul(a.get(0))), shape(-1, -2)));
        assertEquals(1, check(args -> args.get(0).split(2, 0), shape(4, -1)));
        assertEquals(1, check(of(a -> a.get(0).take(Tensor.of(new int[] {0, 2}), 1)), shape(-1, 3)));
        assertEquals(1, check(of(a -> a.get(0).sliceUpdate(a.get(1), 0, 1)), shape(-1, 3), shape(-1, 2)));
    }

    @Test
    void guardsWhereSizesDecide() {
        assertEquals(1, check(of(a -> a.get(0).max(0)), shape(-1, 2)), "max: n above 0, an error at 0");
        assertEquals(1, check(of(a -> a.get(0).slice(0, 1, 3)), shape(-1, 2)), "at least 3 rows");
        assertEquals(1, check(of(a -> a.get(0).reshape(-1, 4)), shape(-1)), "multiples of 4");
        assertEquals(1, check(args -> args.get(0).split(3, 0), shape(-1)), "multiples of 3");
        assertEquals(2, check(of(a -> a.get(0).add(a.get(1))), shape(-1), shape(3)), "3, or 1");
        assertEquals(3, check(of(a -> a.get(0).add(a.get(1))), shape(-1), shape(-2)), "equal, either 1");
        assertEquals(1, check(of(a -> a.get(0).matmul(a.get(1))), shape(2, -1), shape(-2, 3)), "n == m");
        assertEquals(SIZES.length, check(of(a -> a.get(0).mul(a.get(0).size(0))), shape(-1, 2)), "size specialises");
        assertEquals(SIZES.length, check(args -> args.get(0).unbind(1), shape(2, -1)), "unbind specialises");
        assertEquals(2, check(of(a -> a.get(0).squeeze()), shape(-1, 2)), "squeeze: 1 or not 1");
        assertEquals(1, check(of(a -> a.get(0).squeeze(0)), shape(-1, 2)), "squeeze of 1");
        assertEquals(1, check(of(a -> a.get(0).argmax(1)), shape(2, -1)), "argmax");
        assertEquals(1, check(of(a -> a.get(0).take(Tensor.of(new long[] {0}), 0)), shape(-1, 2)), "take");
    }

    @Test
    void mixedConstraints() {
        check(of(a -> a.get(0).add(a.get(1)).mul(a.get(2))), shape(-1, -2), shape(-2), shape(-1, 1));
        check(of(a -> a.get(0).add(a.get(1)).add(Tensor.concatenate(0, a.get(0), a.get(1)).sum())), shape(-1), shape(-2));
        check(of(a -> Tensor.concatenate(0, a.get(0), a.get(1)).reshape(-1, 3).mul(a.get(0).sum())), shape(-1), shape(-2));
        check(of(a -> a.get(0).broadcastTo(Shape.of(a.get(1).dim(0), a.get(0).dim(0)))), shape(-1), shape(-2));
        check(of(a -> a.get(0).broadcastTo(4, 3)), shape(-1));
        check(of(a -> a.get(0).broadcastTo(4, 2)), shape(-1, -2));
        check(of(a -> a.get(0).add(a.get(1).reshape(1, -1))), shape(-1, -2), shape(-2));
        check(of(a -> Tensor.arange(a.get(0).dim(0).minus(3), DType.INT32)), shape(-1));
        check(of(a -> Tensor.full(1, DType.INT32, Shape.of(a.get(0).dim(0).minus(a.get(1).dim(0))))), shape(-1), shape(-2));
        check(of(a -> a.get(0).slice(0, a.get(1).dim(0), a.get(0).dim(0))), shape(-1), shape(-2));
        check(of(a -> a.get(0).slice(List.of(Dim.of(0)), List.of(a.get(0).dim(0).floorDiv(2)), List.of(2L))), shape(-1));
        check(of(a -> a.get(0).sliceUpdate(a.get(1), 1)), shape(-1), shape(-2));
        check(of(a -> a.get(0).reshape(Shape.of(a.get(0).dim(1), a.get(0).dim(0)))), shape(-1, -2));
        check(of(a -> a.get(0).reshape(Shape.of(a.get(0).dim(0).floorDiv(2), Dim.of(2)))), shape(-1));
        check(of(a -> a.get(0).matmul(a.get(1)).add(a.get(0))), shape(-1, -2), shape(-2, 3));
        check(of(a -> a.get(0).sum(0).add(a.get(1)).max()), shape(-1, -2), shape(-1));
        check(of(a -> Tensor.where(a.get(0).gt(0), a.get(1), a.get(0)).scatterAdd(Tensor.of(new int[] {0, -1, 9}),
                Tensor.of(new float[] {1, 2, 3}), 0)), shape(-1), shape(-2));
    }

    @Test
    void sizesAreGuardedOnceAndNameTheLine() {
        Traced t = Traced.of(of(a -> {
            long n = a.get(0).size(0);
            return a.get(0).mul(n + a.get(0).size(0)).add(a.get(0).elementCount());
        }), List.of(List.of("n")), random(1, 5, 2));
        assertEquals(1, t.graph().guards().size());
        String guard = t.graph().guards().get(0).toString();
        assertTrue(guard.matches("n == 5 \\(size\\(0\\) at SymbolicTest.java:\\d+\\)"), guard);
        assertFalse(t.serves(random(1, 6, 2)));
    }

    @Test
    void strangersSymbolIsAnError() {
        ShapeException e = assertThrows(ShapeException.class, () -> Traced.of(
                of(a -> a.get(0).reshape(Shape.of(Dim.symbol("k")))), List.of(List.of("n")), random(1, 4)));
        assertTrue(e.getMessage().contains("symbol k") && e.getMessage().contains("[n]"), e.getMessage());
        Dim[] leaked = new Dim[1];
        Traced.of(of(a -> {
            leaked[0] = a.get(0).dim(0);
            return a.get(0);
        }), List.of(List.of("n")), random(1, 4));
        assertThrows(ShapeException.class, () -> Tensor.arange(leaked[0], DType.INT32));
        assertThrows(ShapeException.class, () -> random(1, 4).reshape(Shape.of(leaked[0])));
        assertThrows(ShapeException.class, () -> random(1, 4).broadcastTo(Shape.of(Dim.of(2), leaked[0])));
    }
}
