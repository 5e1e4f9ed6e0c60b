package org.rebind.tracer.compile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.rebind.ArgumentException;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction2;
import org.rebind.Compiler;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Rebind;
import org.rebind.Shape;
import org.rebind.Tensor;

/** Declared symbolic sizes. */
class DynamicDimsTest {
    record Pair(Tensor left, Tensor right) {
    }

    private final Compiler compiler = Rebind.compiler();

    private static CompileOptions.Builder options() {
        return CompileOptions.builder().fullgraph(true);
    }

    private static Tensor ones(long... shape) {
        return Tensor.ones(DType.FLOAT32, shape);
    }

    @Test
    void oneEntryServesEverySizeZeroAndOneIncluded() {
        var f = compiler.compile((Tensor x) -> x.mul(x.dim(0).isFixed() ? 0 : 3).sum(),
                options().dynamicDim(0, 0, "n").build());
        for (int n : new int[] {5, 0, 1, 2, 4099}) {
            assertEquals(3.0 * n, f.apply(ones(n)).item());
        }
        assertEquals(1, f.stats().misses());
        assertEquals(4, f.stats().hits());
        assertEquals(List.of(), f.entries().get(0).guards());
    }

    @Test
    void aPathNamesATensorInsideAnArgument() {
        var f = compiler.compile((Pair p) -> p.left().sum(0).add(p.right().sum(0)), options()
                .dynamicDim(0, ".left", 0, "n").dynamicDim(0, ".right", -2, "m").build());
        for (int n = 0; n < 4; n++) {
            assertArrayEquals(new float[] {n + 2 * n + 1}, f.apply(new Pair(ones(n, 1), ones(2 * n + 1, 1))).toFloatArray());
        }
        assertEquals(1, f.stats().misses());
    }

    @Test
    void theSameNameTwiceMeansEqualSizes() {
        CompiledFunction2<Tensor, Tensor, Tensor> f = compiler.compile((Tensor x, Tensor y) -> x.add(y),
                options().dynamicDims(Map.of(0, Map.of(0, "batch"), 1, Map.of(0, "batch"))).build());
        f.apply(ones(2), ones(2));
        f.apply(ones(7), ones(7));
        String message = assertThrows(ArgumentException.class, () -> f.apply(ones(2), ones(3))).getMessage();
        assertTrue(message.contains("\"batch\" is 2 at arg 0 `x` dim 0 but 3 at arg 1 `y` dim 0"), message);
        assertThrows(ArgumentException.class, () -> f.apply(ones(2), ones(1)));
        assertEquals(1, f.stats().misses());
        assertEquals(1, f.stats().hits());
    }

    @Test
    void theSameNameTwiceMeansEqualSizesInAnEagerCallToo() {
        int[] calls = {0};
        CompiledFunction2<Tensor, Tensor, Tensor> f = compiler.compile((Tensor x, Tensor y) -> {
            calls[0]++;
            return x.add(y);
        }, CompileOptions.builder().dynamicDim(0, 0, "batch").dynamicDim(1, 0, "batch").build());
        f.apply(ones(2), ones(2));
        String message = assertThrows(ArgumentException.class, () -> f.apply(ones(2), ones(1))).getMessage();
        assertTrue(message.contains("\"batch\" is 2 at arg 0 `x` dim 0 but 1 at arg 1 `y` dim 0"), message);
        assertEquals(1, calls[0]);
        assertEquals(1, f.stats().fallbacks());
    }

    @Test
    void askingForTheNumberSpecialises() {
        var f = compiler.compile((Tensor x) -> x.div(x.size(0)), options().dynamicDim(0, 0, "batch").build());
        assertArrayEquals(new float[] {.5f, .5f}, f.apply(ones(2)).toFloatArray());
        assertArrayEquals(new float[] {.25f, .25f, .25f, .25f}, f.apply(ones(4)).toFloatArray());
        assertArrayEquals(new float[] {.5f, .5f}, f.apply(ones(2)).toFloatArray());
        assertEquals(2, f.stats().misses());
        assertEquals(1, f.stats().hits());
        String guard = f.entries().get(0).guards().get(0);
        assertTrue(guard.matches("batch == 4 \\(.*size\\(0\\) at DynamicDimsTest.java:\\d+\\)"), guard);
        assertTrue(f.misses().get(0).difference().contains("guard batch == 2"), f.misses().get(0).toString());
    }

    @Test
    void aBranchOnASizeIsGuarded() {
        var f = compiler.compile((Tensor x) -> x.size(0) > 3 ? x.mul(10) : x.mul(2),
                options().dynamicDim(0, 0, "n").build());
        for (int round = 0; round < 2; round++) {
            for (int n = 1; n < 7; n++) {
                assertEquals(n > 3 ? 10.0 * n : 2.0 * n, f.apply(ones(n)).sum().item(), "n = " + n);
            }
        }
    }

    record Sizes(Dim rows, Dim columns) {
    }

    @Test
    void comparingShapesAndDimsIsGuarded() {
        CompileOptions two = options().dynamicDim(0, 0, "n").dynamicDim(1, 0, "m").build();
        List<CompiledFunction2<Tensor, Tensor, Tensor>> all = List.of(
                compiler.compile((Tensor x, Tensor y) -> x.shape().equals(y.shape()) ? x.add(y) : x, two),
                compiler.compile((Tensor x, Tensor y) -> x.type().equals(y.type()) ? x.add(y) : x, two),
                compiler.compile((Tensor x, Tensor y) -> x.dim(0).equals(y.dim(0)) ? x.add(y) : x, two),
                compiler.compile((Tensor x, Tensor y) -> Objects.equals(x.shape().dims(), y.shape().dims()) ? x.add(y) : x, two),
                compiler.compile((Tensor x, Tensor y) -> List.of(y.shape()).contains(x.shape()) ? x.add(y) : x, two),
                compiler.compile((Tensor x, Tensor y) -> new Sizes(x.dim(0), Dim.of(1)).equals(new Sizes(y.dim(0), Dim.of(1)))
                        ? x.add(y) : x, two));
        for (CompiledFunction2<Tensor, Tensor, Tensor> f : all) {
            for (int round = 0; round < 2; round++) {
                for (int n : new int[] {3, 0, 1, 5}) {
                    for (int m : new int[] {3, 0, 1, 5}) {
                        assertEquals(n == m ? ones(n).mul(2) : ones(n), f.apply(ones(n), ones(m)), f.name() + " " + n + " " + m);
                    }
                }
            }
            assertEquals(2, f.stats().misses(), f.name());
        }
    }

    @Test
    void comparingAShapeWithANumberIsGuarded() {
        var f = compiler.compile((Tensor x) -> Shape.of(1, 3).equals(x.shape()) ? x.mul(2)
                : x.dim(0).times(2).equals(Dim.of(10)) ? x.mul(5) : x.dim(0).equals(Dim.symbol("other")) ? x : x.neg(),
                options().dynamicDim(0, 0, "n").build());
        for (int round = 0; round < 2; round++) {
            for (int n : new int[] {1, 0, 5, 2, 7}) {
                assertEquals(ones(n, 3).mul(n == 1 ? 2 : n == 5 ? 5 : -1), f.apply(ones(n, 3)), "n = " + n);
            }
        }
        assertEquals(3, f.stats().misses());
        String guard = f.entries().get(2).guards().toString();
        assertTrue(guard.contains("1 != n (equals at DynamicDimsTest.java:"), guard);
    }

    @Test
    void shapesThatAreEqualForAllSizesNeedNoGuard() {
        CompiledFunction2<Tensor, Tensor, Tensor> f = compiler.compile((Tensor x, Tensor y) ->
                x.shape().equals(y.shape()) && !x.dim(0).plus(1).equals(y.dim(0)) && !x.dim(0).equals(Dim.of(-1))
                        && x.dim(0).plus(1).floorDiv(y.dim(0).plus(2)) != null
                        ? x.add(y) : x, options().dynamicDim(0, 0, "n").dynamicDim(1, 0, "n").build());
        for (int n : new int[] {3, 0, 1, 5}) {
            assertEquals(ones(n).mul(2), f.apply(ones(n), ones(n)));
        }
        assertEquals(1, f.stats().misses());
        assertEquals(List.of(), f.entries().get(0).guards());
    }

    record Sized(Tensor value, Shape shape, Dim rows) {
    }

    @Test
    void sizesInTheResultAreNumbers() {
        var f = compiler.compile((Tensor x) -> new Sized(x.mul(2), x.shape(), x.dim(0).minus(2)),
                options().dynamicDim(0, 0, "n").build());
        var g = compiler.compile((Tensor x) -> x.type(), options().dynamicDim(0, 0, "n").build());
        for (int round = 0; round < 2; round++) {
            for (int n : new int[] {3, 0, 1}) {
                assertEquals(new Sized(ones(n, 2).mul(2), Shape.of(n, 2), Dim.of(n - 2)), f.apply(ones(n, 2)));
                assertEquals(ones(n, 2).type(), g.apply(ones(n, 2)));
            }
        }
        assertEquals(3, f.stats().misses());
        assertEquals(3, f.stats().hits());
    }

    @Test
    void dimsAreUsableInReshapeBroadcastAndArithmetic() {
        var f = compiler.compile((Tensor x) -> {
            Dim n = x.dim(0);
            Tensor flat = x.reshape(Shape.of(n.times(4)));
            Tensor wide = Tensor.arange(n, DType.FLOAT32).expandDims(1).broadcastTo(Shape.of(n, Dim.of(4)));
            return List.of(flat, x.add(wide), x.slice(0, Dim.of(0), n).reshape(Shape.of(Dim.of(2), n.times(2))));
        }, options().dynamicDim(0, 0, "n").build());
        for (int n : new int[] {3, 1, 0, 8}) {
            List<Tensor> r = f.apply(ones(n, 4));
            assertEquals(Shape.of(4L * n), r.get(0).shape());
            assertEquals(4.0 * n + 4.0 * n * (n - 1) / 2, r.get(1).sum().item());
            assertEquals(Shape.of(2, 2L * n), r.get(2).shape());
        }
        assertEquals(1, f.stats().misses());
    }

    @Test
    void declarationsThatDoNotFitAreErrors() {
        assertError("argument 2 (dim 0 \"n\") does not exist: the function has 1 argument",
                () -> compiler.compile((Tensor x) -> x, options().dynamicDim(2, 0, "n").build()));
        assertError("expected an identifier such as \"batch\", got \"\"", () -> options().dynamicDim(0, 0, ""));
        assertError("argument -1, expected an index >= 0", () -> options().dynamicDim(-1, 0, "n"));
        assertError("arg 0 `x`: dim 2 (\"n\") is out of range for shape [3, 4] of rank 2",
                () -> compiler.compile((Tensor x) -> x, options().dynamicDim(0, 2, "n").build()).apply(ones(3, 4)));
        assertError("arg 0 `x`: dim -3 (\"n\") is out of range",
                () -> compiler.compile((Tensor x) -> x, options().dynamicDim(0, -3, "n").build()).apply(ones(3, 4)));
        assertError("arg 0 `p` has no tensor at .middle; its tensors are at [.left, .right]",
                () -> compiler.compile((Pair p) -> p.left(), options().dynamicDim(0, ".middle", 0, "n").build())
                        .apply(new Pair(ones(1), ones(1))));
        assertError("arg 0 `p` is no single tensor and needs the path of one; its tensors are at [.left, .right]",
                () -> compiler.compile((Pair p) -> p.left(), options().dynamicDim(0, 0, "n").build())
                        .apply(new Pair(ones(1), ones(1))));
        assertError("dim 1 has two names, \"a\" and \"b\"", () -> compiler.compile((Tensor x) -> x,
                options().dynamicDim(0, 1, "a").dynamicDim(0, -1, "b").build()).apply(ones(3, 4)));
    }

    private static void assertError(String expected, org.junit.jupiter.api.function.Executable action) {
        String message = assertThrows(ArgumentException.class, action).getMessage();
        assertTrue(message.contains(expected), message);
    }

    @Test
    void twoNamesAreTwoSizes() {
        CompiledFunction2<Tensor, Tensor, Tensor> f = compiler.compile(
                (Tensor x, Tensor y) -> Tensor.concatenate(0, x, y).mul(2),
                options().dynamicDim(0, 0, "n").dynamicDim(1, 0, "m").build());
        for (int n : new int[] {3, 0, 1, 7}) {
            for (int m : new int[] {2, 0, 1, 7}) {
                assertEquals(2.0 * (n + m), f.apply(ones(n), ones(m)).sum().item());
            }
        }
        assertEquals(1, f.stats().misses());
    }

    @Test
    void sizesThatHappenToBeEqualAreNotAssumedEqual() {
        CompiledFunction2<Tensor, Tensor, Tensor> f = compiler.compile((Tensor x, Tensor y) -> x.add(y),
                options().dynamicDim(0, 0, "n").dynamicDim(1, 0, "m").build());
        assertEquals(Shape.of(3), f.apply(ones(3), ones(3)).shape());
        assertTrue(f.entries().get(0).guards().stream().anyMatch(g -> g.contains("==")), "" + f.entries());
        assertEquals(Shape.of(3), f.apply(ones(3), ones(1)).shape());
        assertEquals(Shape.of(5), f.apply(ones(1), ones(5)).shape());
        assertThrows(org.rebind.ShapeException.class, () -> f.apply(ones(3), ones(4)));
        assertEquals(3, f.stats().misses());
    }
}
