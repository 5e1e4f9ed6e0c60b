package org.rebind.pytree;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.math.BigInteger;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.rebind.ArgumentException;
import org.rebind.Tensor;

class PytreesTest {
    record Layer(Tensor weight, Tensor bias, UnaryOperator<Tensor> activation) {
    }

    record Model(List<Layer> layers) {
    }

    record Mixed(Tensor t, int primitive, Integer boxed, double d, Color color, Optional<Tensor> maybe, Map<String, Tensor> map) {
    }

    enum Color { RED, GREEN { } }

    static final class Box {
        final Tensor content;
        final String label;

        Box(Tensor content, String label) {
            this.content = content;
            this.label = label;
        }
    }

    /** A tensor that only has an identity: pytrees never look into one. */
    private static Tensor tensor(String name) {
        return (Tensor) Proxy.newProxyInstance(Tensor.class.getClassLoader(), new Class<?>[] {Tensor.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "equals" -> proxy == args[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "toString" -> name;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private final Tensor a = tensor("a");
    private final Tensor b = tensor("b");
    private final Tensor c = tensor("c");

    private static Object roundTrip(Object tree) {
        Flat flat = Pytrees.flatten(tree);
        Tensor[] matched = new Tensor[flat.leaves().size()];
        assertEquals(matched.length, Pytrees.match(flat.treeDef(), tree, matched, 0));
        assertEquals(flat.leaves(), Arrays.asList(matched));
        Object back = Pytrees.unflatten(flat.treeDef(), flat.leaves());
        assertEquals(flat.treeDef(), Pytrees.flatten(back).treeDef());
        assertEquals(flat.treeDef().hashCode(), Pytrees.flatten(back).treeDef().hashCode());
        return back;
    }

    @Test
    void everyKindOfNodeComesBack() {
        Mixed m = new Mixed(a, 1, 2, -0.0, Color.GREEN, Optional.of(b), new TreeMap<>(Map.of("z", a, "y", c)));
        assertEquals(m, roundTrip(m));
        assertEquals(Arrays.asList(a, null, "text", 3L), roundTrip(Arrays.asList(a, null, "text", 3L)));
        assertArrayEquals(new Tensor[] {a, b}, (Tensor[]) roundTrip(new Tensor[] {a, b}));
        assertArrayEquals(new Object[][] {{a}, {1, b}}, (Object[][]) roundTrip(new Object[][] {{a}, {1, b}}));
        assertNull(roundTrip(null));
        assertEquals(Optional.empty(), roundTrip(Optional.empty()));
        assertSame(a, roundTrip(a));
        assertEquals(Map.of(), roundTrip(Map.of()));
    }

    @Test
    void mapsAreInKeyOrderWhateverTheirClass() {
        Map<String, Tensor> hash = new HashMap<>();
        hash.put("b", b);
        hash.put("a", a);
        Flat flat = Pytrees.flatten(hash);
        assertEquals(List.of(a, b), flat.leaves());
        assertEquals(flat, Pytrees.flatten(new TreeMap<>(hash)));
        assertEquals(List.of("[\"a\"]", "[\"b\"]"), Pytrees.leafPaths(flat.treeDef()));
        Map<Color, Tensor> colors = new EnumMap<>(Map.of(Color.GREEN, a, Color.RED, b));
        assertEquals(List.of(b, a), Pytrees.flatten(colors).leaves());
        assertEquals(flat.treeDef(), Pytrees.flatten(Map.of("a", c, "b", c)).treeDef());
        assertNotEquals(flat.treeDef(), Pytrees.flatten(Map.of("a", c, "x", c)).treeDef());
    }

    @Test
    void aSortedMapWithKeysOfAnotherClassIsAnotherStructure() {
        Map<Object, Tensor> numbered = new TreeMap<>(Map.of(1, a));
        TreeDef named = Pytrees.flatten(Map.of("a", a)).treeDef();
        assertEquals(-1, Pytrees.match(named, numbered, new Tensor[1], 0));
        assertEquals(-1, Pytrees.match(named, Collections.unmodifiableMap(numbered), new Tensor[1], 0));
        assertEquals(-1, Pytrees.match(Pytrees.flatten(Map.of(Color.RED, a)).treeDef(), numbered, new Tensor[1], 0));
        assertEquals(1, Pytrees.match(Pytrees.flatten(Map.of(1, a)).treeDef(), numbered, new Tensor[1], 0));
    }

    @Test
    void listsOfAnyClassAreOneKind() {
        assertEquals(Pytrees.flatten(List.of(a, b)), Pytrees.flatten(new LinkedList<>(List.of(a, b))));
        Tensor[] into = new Tensor[2];
        assertEquals(2, Pytrees.match(Pytrees.flatten(List.of(a, b)).treeDef(), new LinkedList<>(List.of(b, a)), into, 0));
        assertArrayEquals(new Tensor[] {b, a}, into);
    }

    @Test
    void aSharedSubTreeIsTakenApartAtEachPlace() {
        List<Object> shared = List.of(a, 7);
        Flat flat = Pytrees.flatten(List.of(shared, shared));
        assertEquals(List.of(a, a), flat.leaves());
        assertEquals(List.of(shared, shared), roundTrip(List.of(shared, shared)));
    }

    @Test
    void staticLeavesDifferByTypeAndValue() {
        Object[] different = {1, 1L, 1.0, 1f, true, "1", '1', (short) 1, (byte) 1, 0.0, -0.0, Double.NaN, 0f, -0f,
            Float.NaN, Color.RED, Color.GREEN, String.class, Integer.class, BigInteger.ONE, new String("2"), List.of()};
        for (int i = 0; i < different.length; i++) {
            for (int j = 0; j < different.length; j++) {
                TreeDef left = Pytrees.flatten(different[i]).treeDef();
                TreeDef right = Pytrees.flatten(different[j]).treeDef();
                assertEquals(i == j, left.equals(right), left + " and " + right);
                assertEquals(i == j, Pytrees.match(left, different[j], new Tensor[0], 0) == 0, left + " and " + right);
            }
        }
        double otherNaN = Double.longBitsToDouble(0x7ff8000000000001L);
        assertEquals(Pytrees.flatten(Double.NaN).treeDef(), Pytrees.flatten(otherNaN).treeDef());
        assertEquals(0, Pytrees.match(Pytrees.flatten(Float.NaN).treeDef(), Float.intBitsToFloat(0x7fc00001),
                new Tensor[0], 0));
    }

    @Test
    void boxedAndPrimitiveComponentsOfARecord() {
        Mixed one = new Mixed(a, 1, 1, 1, Color.RED, Optional.empty(), Map.of());
        assertEquals(Pytrees.flatten(one).treeDef(),
                Pytrees.flatten(new Mixed(b, 1, Integer.valueOf(1), 1, Color.RED, Optional.empty(), Map.of())).treeDef());
        Mixed none = new Mixed(a, 1, null, 1, Color.RED, Optional.empty(), Map.of());
        assertNotEquals(Pytrees.flatten(one).treeDef(), Pytrees.flatten(none).treeDef());
        assertEquals(none, roundTrip(none));
    }

    @Test
    void structuresThatDifferDoNotMatch() {
        Object[] trees = {a, null, List.of(a), List.of(a, b), List.of(List.of(a)), new Tensor[] {a}, new Object[] {a},
            Optional.of(a), Optional.empty(), Map.of("x", a), Map.of("y", a), Map.of(1, a), 5, new Model(List.of())};
        for (Object x : trees) {
            for (Object y : trees) {
                TreeDef def = Pytrees.flatten(x).treeDef();
                assertEquals(x == y, Pytrees.match(def, y, new Tensor[4], 0) >= 0, def + " against " + y);
                assertEquals(x == y, def.equals(Pytrees.flatten(y).treeDef()), def + " against " + y);
            }
        }
    }

    @Test
    void aNullValueOfAMapIsNotAnAbsentKey() {
        Map<String, Object> present = new HashMap<>();
        present.put("k", null);
        Map<String, Object> other = new HashMap<>();
        other.put("l", null);
        assertEquals(-1, Pytrees.match(Pytrees.flatten(present).treeDef(), other, new Tensor[0], 0));
        assertEquals(present, roundTrip(present));
    }

    private static String error(Object tree) {
        return assertThrows(ArgumentException.class, () -> Pytrees.flatten(tree, "arg 1 ")).getMessage();
    }

    @Test
    void aStaticLeafWithoutValueEqualityNamesItsPath() {
        Layer layer = new Layer(a, b, null);
        Model bad = new Model(List.of(layer, layer, new Layer(a, b, t -> t)));
        String message = error(bad);
        assertTrue(message.startsWith("arg 1 .layers[2].activation: a lambda does not override equals"), message);
        assertTrue(error(new Object()).startsWith("arg 1: java.lang.Object"), error(new Object()));
        assertTrue(error(List.of(new AtomicInteger(1))).startsWith("arg 1 [0]: java.util.concurrent.atomic.AtomicInteger"));
        assertTrue(error(new float[] {1}).contains("wrap it in a Tensor"));
        assertTrue(error(new int[][] {{1}}).startsWith("arg 1 [0]: an array of int"));
        assertTrue(error(Set.of(1)).contains("use a List"));
        assertTrue(error(Map.of("k", new StringBuilder())).startsWith("arg 1 [\"k\"]: "));
    }

    @Test
    void mapKeysMustBeComparableAndHaveValueEquality() {
        Map<Object, Tensor> mixed = new HashMap<>();
        mixed.put("a", a);
        mixed.put(1, b);
        assertTrue(error(mixed).contains("comparable"), error(mixed));
        Map<Object, Tensor> nullKey = new HashMap<>();
        nullKey.put(null, a);
        nullKey.put("a", a);
        assertTrue(error(nullKey).contains("not null"), error(nullKey));
    }

    @Test
    void cyclesAndExcessiveDepthAreErrors() {
        List<Object> cycle = new ArrayList<>();
        cycle.add(a);
        cycle.add(List.of(cycle));
        assertTrue(error(cycle).contains("contains itself"), error(cycle));
        Object deep = a;
        for (int i = 0; i < 600; i++) {
            deep = List.of(deep);
        }
        assertTrue(error(deep).contains("nested more than 500 deep"));
    }

    @Test
    void registeredClassesAreInnerNodes() {
        Pytrees.register(Box.class, x -> new Pytrees.Parts(List.of(".content"), Arrays.asList(x.content), x.label),
                (label, children) -> new Box((Tensor) children.get(0), (String) label));
        Box back = (Box) roundTrip(new Box(a, "label"));
        assertSame(a, back.content);
        assertEquals("label", back.label);
        assertEquals("Box(.content=*)", Pytrees.flatten(back).treeDef().toString());
        assertEquals(-1, Pytrees.match(Pytrees.flatten(back).treeDef(), new Box(b, "other"), new Tensor[1], 0));
        assertThrows(ArgumentException.class, () -> Pytrees.register(ArrayList.class,
                x -> new Pytrees.Parts(List.of(), List.of(), null), (x, y) -> new ArrayList<>()));
        assertThrows(ArgumentException.class, () -> new Pytrees.Parts(List.of("a"), List.of(), null));
    }

    @Test
    void unflattenCountsItsLeaves() {
        TreeDef def = Pytrees.flatten(List.of(a, b)).treeDef();
        assertTrue(assertThrows(ArgumentException.class, () -> Pytrees.unflatten(def, a)).getMessage()
                .contains("expected 2 tensors"));
    }

    @Test
    void treeDefsPrintReadably() {
        assertEquals("Mixed(.t=*, .primitive=1, .boxed=2, .d=-0.0, .color=RED, .maybe=Optional(), .map=Map([\"k\"]=*))",
                Pytrees.flatten(new Mixed(a, 1, 2, -0.0, Color.RED, Optional.empty(), Map.of("k", b))).treeDef()
                        .toString());
    }

    @Test
    void whatARecordConstructorThrowsPassesUnchanged() {
        TreeDef def = Pytrees.flatten(new Picky(a, true)).treeDef();
        TreeDef.Inner inner = assertInstanceOf(TreeDef.Inner.class, def);
        TreeDef bad = new TreeDef.Inner(inner.type(), inner.keys(), null,
                List.of(inner.children().get(0), new TreeDef.Static(false)));
        assertEquals("picky", assertThrows(IllegalStateException.class, () -> Pytrees.unflatten(bad, a)).getMessage());
    }

    record Picky(Tensor t, boolean ok) {
        Picky {
            if (!ok) {
                throw new IllegalStateException("picky");
            }
        }
    }

    @Test
    void noClassLoaderIsPinned() throws Exception {
        WeakReference<ClassLoader> loader = flattenInAnotherLoader();
        for (int i = 0; i < 50 && loader.get() != null; i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertNull(loader.get());
    }

    @Test
    void nothingOfThePlatformKeepsOurClassLoader() throws Exception {
        WeakReference<ClassLoader> loader = flattenWithOtherPytrees();
        for (int i = 0; i < 50 && loader.get() != null; i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertNull(loader.get());
    }

    /** As after an update of the API's bundle, or in an application that is deployed anew. */
    private static WeakReference<ClassLoader> flattenWithOtherPytrees() throws Exception {
        URL[] here = {Pytrees.class.getProtectionDomain().getCodeSource().getLocation()};
        try (URLClassLoader loader = new URLClassLoader(here, ClassLoader.getPlatformClassLoader())) {
            Class<?> other = loader.loadClass(Pytrees.class.getName());
            Object flat = other.getMethod("flatten", Object.class).invoke(null,
                    List.of("text", 1, Map.of("key", Optional.of(2.5)), new String[] {"a"}));
            assertEquals(Flat.class.getName(), flat.getClass().getName());
            return new WeakReference<>(loader);
        }
    }

    private WeakReference<ClassLoader> flattenInAnotherLoader() throws Exception {
        URL[] here = {Picky.class.getProtectionDomain().getCodeSource().getLocation()};
        try (URLClassLoader loader = new URLClassLoader(here, getClass().getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                return name.equals(Picky.class.getName()) ? findClass(name) : super.loadClass(name, resolve);
            }
        }) {
            Class<?> other = loader.loadClass(Picky.class.getName());
            var make = other.getDeclaredConstructors()[0];
            make.setAccessible(true);
            Object tree = make.newInstance(a, true);
            roundTrip(tree); // not equals: on JDK 17 a record's own equals keeps its class alive
            @SuppressWarnings("unchecked")
            Class<Object> registered = (Class<Object>) other;
            Pytrees.register(registered, x -> new Pytrees.Parts(List.of(), List.of(), null), (x, y) -> tree);
            return new WeakReference<>(loader);
        }
    }
}
