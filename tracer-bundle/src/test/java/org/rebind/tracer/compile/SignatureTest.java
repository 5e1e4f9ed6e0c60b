package org.rebind.tracer.compile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.rebind.ArgumentException;
import org.rebind.CompiledFunction;
import org.rebind.CompiledFunction1;
import org.rebind.CompiledFunction2;
import org.rebind.Compiler;
import org.rebind.DType;
import org.rebind.Rebind;
import org.rebind.Tensor;
import org.rebind.pytree.Pytrees;

/** What makes two calls the same signature; arguments and results as pytrees. */
class SignatureTest {
    record Layer(Tensor weight, UnaryOperator<Tensor> activation) {
    }

    record Model(List<Layer> layers) {
    }

    record Params(Tensor w, Optional<Tensor> bias, Map<String, Tensor> more, int n) {
    }

    static final class Box {
        final Tensor content;
        final String label;

        Box(Tensor content, String label) {
            this.content = content;
            this.label = label;
        }
    }

    enum Mode { TRAIN, EVAL }

    private final Compiler compiler = Rebind.compiler();
    private final Tensor x = Tensor.of(new float[] {1, 2, 3});

    @Test
    void dtypeAndShapeAreInTheSignature() {
        var f = compiler.compile((Tensor t) -> t.add(t));
        f.apply(x);
        f.apply(Tensor.of(new double[] {1, 2, 3}));
        f.apply(Tensor.of(new float[] {1, 2}));
        f.apply(x.reshape(3, 1));
        f.apply(Tensor.of(new float[] {4, 5, 6}));
        assertEquals(4, f.stats().misses());
        assertEquals(1, f.stats().hits());
    }

    @Test
    void staticLeavesCountByTypeAndValue() {
        CompiledFunction2<Tensor, Object, Tensor> f = compiler.compile((Tensor t, Object s) ->
                s instanceof Integer ? t.mul(1) : s instanceof Boolean ? t.mul(3) : t.mul(2));
        assertEquals(1.0, f.apply(Tensor.scalar(1f), 1).item());
        assertEquals(2.0, f.apply(Tensor.scalar(1f), 1.0).item());
        assertEquals(3.0, f.apply(Tensor.scalar(1f), true).item());
        assertEquals(2.0, f.apply(Tensor.scalar(1f), 1L).item());
        assertEquals(2.0, f.apply(Tensor.scalar(1f), 0.0).item());
        assertEquals(2.0, f.apply(Tensor.scalar(1f), -0.0).item());
        f.apply(Tensor.scalar(1f), Double.NaN);
        assertEquals(7, f.stats().misses());
        f.apply(Tensor.scalar(1f), Double.longBitsToDouble(0x7ff8000000000123L)); // NaN is NaN
        f.apply(Tensor.scalar(1f), -0.0);
        f.apply(Tensor.scalar(1f), Integer.valueOf(1));
        assertEquals(7, f.stats().misses());
        assertEquals(3, f.stats().hits());
        for (Object s : new Object[] {"s", Mode.TRAIN, Mode.EVAL, String.class, java.math.BigInteger.TEN, 'c', null}) {
            f.apply(Tensor.scalar(1f), s);
            f.apply(Tensor.scalar(1f), s);
        }
        assertEquals(14, f.stats().misses());
        assertEquals(10, f.stats().hits());
    }

    @Test
    void aStaticLeafWithoutValueEqualityNamesItsPath() {
        CompiledFunction2<Tensor, Model, Tensor> f = compiler.compile((Tensor t, Model m) -> t);
        Layer good = new Layer(x, null);
        Model bad = new Model(List.of(good, good, new Layer(x, t -> t)));
        String message = assertThrows(ArgumentException.class, () -> f.apply(x, bad)).getMessage();
        assertTrue(message.startsWith("arg 1 `m` .layers[2].activation: "), message);
        CompiledFunction<Tensor> g = compiler.compileVarargs((Object... a) -> (Tensor) a[0]);
        assertTrue(assertThrows(ArgumentException.class, () -> g.call(x, new float[3])).getMessage()
                .contains("arg 1: an array of float is no tensor"));
        assertEquals(0, f.stats().misses() + g.stats().misses());
    }

    @Test
    void argumentsOfEveryKindOfTree() {
        CompiledFunction2<Params, Object[], Tensor> f = compiler.compile((Params p, Object[] rest) -> {
            Tensor y = ((Tensor) rest[0]).mul(p.w()).mul(p.n());
            y = p.bias().isPresent() ? y.add(p.bias().get()) : y;
            for (Tensor t : p.more().values()) {
                y = y.sub(t);
            }
            return rest[1] == null ? y : y.neg();
        });
        Params p = new Params(x, Optional.of(x), Map.of("b", x, "a", x), 2);
        for (int i = 0; i < 2; i++) {
            assertArrayEquals(new float[] {1, 6, 15}, f.apply(p, new Object[] {x, null}).toFloatArray());
            assertArrayEquals(new float[] {-1, -6, -15}, f.apply(p, new Object[] {x, "s"}).toFloatArray());
            assertArrayEquals(new float[] {0, 4, 12},
                    f.apply(new Params(x, Optional.empty(), new HashMap<>(p.more()), 2), new Object[] {x, null}).toFloatArray());
        }
        assertEquals(3, f.stats().misses());
        assertEquals(3, f.stats().hits());
    }

    @Test
    void registeredClassesAsArgumentsAndResults() {
        Pytrees.register(Box.class, b -> new Pytrees.Parts(List.of(".content"), List.of(b.content), b.label),
                (label, c) -> new Box((Tensor) c.get(0), (String) label));
        var f = compiler.compile((Box b) -> new Box(b.content.mul(b.label.length()), b.label + "!"));
        for (int i = 0; i < 3; i++) {
            Box r = f.apply(new Box(x, "ab"));
            assertArrayEquals(new float[] {2, 4, 6}, r.content.toFloatArray());
            assertEquals("ab!", r.label);
        }
        f.apply(new Box(x, "c"));
        assertEquals(2, f.stats().misses());
    }

    @Test
    void resultsKeepStaticLeavesSharedSubTreesAndNulls() {
        var f = compiler.compile((Tensor t) -> {
            List<Object> shared = Arrays.asList(t.add(1), "static", null, 3);
            Map<String, Object> m = new HashMap<>();
            m.put("a", shared);
            m.put("b", shared);
            m.put("none", null);
            m.put("some", Optional.of(new Tensor[] {t}));
            return m;
        });
        for (int i = 0; i < 2; i++) {
            Map<String, Object> m = f.apply(x);
            assertEquals(m.get("a"), m.get("b"));
            List<?> shared = (List<?>) m.get("a");
            assertArrayEquals(new float[] {2, 3, 4}, ((Tensor) shared.get(0)).toFloatArray());
            assertEquals(Arrays.asList("static", null, 3), shared.subList(1, 4));
            assertTrue(m.containsKey("none"));
            assertNull(m.get("none"));
            assertSame(x, ((Tensor[]) ((Optional<?>) m.get("some")).orElseThrow())[0]);
        }
    }

    @Test
    void oddResults() {
        var itself = compiler.compile((Tensor t) -> t);
        var twice = compiler.compile((Tensor t) -> {
            Tensor y = t.mul(2);
            return List.of(y, y, t, t);
        });
        var constant = compiler.compile((Tensor t) -> Tensor.of(new float[] {5, 6}));
        var captured = compiler.compile((Tensor t) -> x);
        var nothing = compiler.compile((Tensor t) -> null);
        var number = compiler.compile((Tensor t) -> 42);
        for (int i = 0; i < 3; i++) {
            assertSame(x, itself.apply(x));
            List<Tensor> all = twice.apply(x);
            assertSame(all.get(0), all.get(1));
            assertSame(x, all.get(2));
            assertArrayEquals(new float[] {2, 4, 6}, all.get(0).toFloatArray());
            assertArrayEquals(new float[] {5, 6}, constant.apply(x).toFloatArray());
            assertSame(x, captured.apply(x.add(1)));
            assertNull(nothing.apply(x));
            assertEquals(42, number.apply(x));
        }
        for (CompiledFunction<?> f : List.of(itself, twice, constant, captured, nothing, number)) {
            assertEquals(1, f.stats().misses());
            assertEquals(2, f.stats().hits());
        }
        String message = assertThrows(ArgumentException.class,
                () -> compiler.compile((Tensor t) -> List.of(t, new Object())).apply(x)).getMessage();
        assertTrue(message.startsWith("result [1]: java.lang.Object"), message);
    }

    @Test
    void signaturesPrintReadably() {
        CompiledFunction2<Params, Tensor, Tensor> f = compiler.compile((Params p, Tensor input) -> input.add(p.w()));
        f.apply(new Params(x, Optional.empty(), Map.of("k", x), 7), x);
        assertEquals("(p: Params(.w=float32[3], .bias=Optional(), .more=Map([\"k\"]=float32[3]), .n=7), input: float32[3])",
                f.entries().get(0).signature());
    }

    @Test
    void keysOfMapsCountByEqualsWhateverTheMapTakesForTheSame() {
        CompiledFunction1<Map<String, Tensor>, List<String>> f = compiler.compile(
                (Map<String, Tensor> m) -> List.copyOf(m.keySet()));
        for (String key : List.of("a", "A", "a", "A")) {
            Map<String, Tensor> anyCase = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            anyCase.put(key, x);
            assertEquals(List.of(key), f.apply(anyCase));
            Map<String, Tensor> identity = new IdentityHashMap<>();
            identity.put(new String(key), x);
            assertEquals(List.of(key), f.apply(identity));
        }
        assertEquals(2, f.stats().misses());
    }

    @Test
    void aClassThatIsNotRebuiltIsAnError() {
        CompiledFunction1<LinkedList<Tensor>, Tensor> f = compiler.compile((LinkedList<Tensor> l) -> l.getFirst());
        String message = assertThrows(ArgumentException.class, () -> f.apply(new LinkedList<>(List.of(x)))).getMessage();
        assertTrue(message.contains("LinkedList") && message.contains("declare List or Map"), message);
        var user = compiler.compile((Tensor t) -> (Tensor) (Object) t.shape()); // the user's own error stays as it is
        assertThrows(ClassCastException.class, () -> user.apply(x));
    }

    @Test
    void cyclesAndDeepTreesAreErrors() {
        var f = compiler.compile((List<Object> l) -> (Tensor) l.get(0));
        List<Object> cycle = new ArrayList<>(List.of(x));
        cycle.add(cycle);
        assertTrue(assertThrows(ArgumentException.class, () -> f.apply(cycle)).getMessage().contains("contains itself"));
    }

    @Test
    void capturedTensorsAreInputsBoundAtTraceTime() {
        Tensor big = Tensor.full(2, DType.FLOAT32, 1000);
        var f = compiler.compile((Tensor t) -> t.mul(big).add(big));
        f.apply(Tensor.scalar(1f));
        var e = f.explain(Tensor.scalar(1f));
        assertTrue(e.graph().contains("float32[1000]"), e.graph());
        assertTrue(e.graph().lines().findFirst().orElseThrow().contains("captured0"), e.graph());
    }
}
