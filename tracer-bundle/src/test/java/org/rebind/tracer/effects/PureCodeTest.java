package org.rebind.tracer.effects;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.rebind.CompiledFunction1;
import org.rebind.DType;
import org.rebind.Function1;
import org.rebind.Rebind;
import org.rebind.Tensor;
import org.rebind.tracer.internal.effects.EffectScanner;
import org.rebind.tracer.internal.effects.ScanResult;

/** Ordinary code without effects is not suspected: a false alarm would cost every call its compiled code. */
class PureCodeTest {
    enum Activation { RELU, TANH }

    private static final Tensor[] NONE = {};

    record Layer(Tensor weight, Tensor bias, Activation activation) {
        Tensor apply(Tensor x) {
            Tensor y = x.matmul(weight).add(bias);
            return switch (activation) {
                case RELU -> y.relu();
                case TANH -> y.tanh();
            };
        }
    }

    sealed interface Block permits Dense, Skip {
        Tensor apply(Tensor x);
    }

    record Dense(Tensor w) implements Block {
        @Override
        public Tensor apply(Tensor x) {
            return x.matmul(w);
        }
    }

    record Skip(Block inner) implements Block {
        @Override
        public Tensor apply(Tensor x) {
            return x.add(inner.apply(x));
        }
    }

    /** Mutable, but only used by the function that made it. */
    static final class Accumulator {
        private Tensor sum;
        private int count;

        void add(Tensor t) {
            sum = sum == null ? t : sum.add(t);
            count++;
        }

        Tensor mean() {
            return sum.div(count);
        }
    }

    /** What its lambdas may be is looked for in this class, which also refers to a method of the platform. */
    static final class References {
        private References() {
        }

        static List<Object> all(List<Supplier<Object>> suppliers) {
            return suppliers.stream().map(Supplier::get).toList();
        }

        static Function1<Tensor, Object> sumOfLayers() {
            List<Function<Object, Object>> layers = List.of(t -> ((Tensor) t).add(1), t -> ((Tensor) t).mul(2));
            return x -> layers.stream().map(l -> l.apply(x)).map(Tensor.class::cast).reduce(Tensor::add).orElseThrow();
        }
    }

    record Named(String name, Function1<Tensor, Object> function, boolean doubt) {
        @Override
        public String toString() {
            return name;
        }
    }

    private final List<Named> cases = new ArrayList<>();
    private final Tensor field = Tensor.ones(DType.FLOAT32, 2, 2);
    private static final Map<String, Integer> CONSTANTS = Map.of("n", 3);

    private void pure(String name, Function1<Tensor, Object> f) {
        cases.add(new Named(name, f, false));
    }

    static List<Named> cases() {
        return new PureCodeTest().build();
    }

    private static Tensor twice(Tensor x, UnaryOperator<Tensor> f) {
        return f.apply(f.apply(x));
    }

    private static Tensor power(Tensor x, int n) {
        return n == 0 ? x : power(x.mul(x), n - 1);
    }

    private List<Named> build() {
        Tensor w = Tensor.ones(DType.FLOAT32, 2, 2);
        List<Layer> layers = List.of(new Layer(w, w, Activation.RELU), new Layer(w, w, Activation.TANH));
        Map<String, Tensor> byName = new HashMap<>(Map.of("w", w));
        Block block = new Skip(new Dense(w));
        Block[] blocks = {block, new Dense(w)};
        UnaryOperator<Tensor> notSerializable = t -> t.mul(2);
        CompiledFunction1<Tensor, Tensor> nested = Rebind.compiler().compile((Tensor t) -> t.tanh());
        arithmetic(w, layers, byName);
        pure("captured record with a polymorphic method", block::apply);
        cases.add(new Named("captured array of sealed types is read", x -> {
            Tensor y = x;
            for (Block b : blocks) {
                y = b.apply(y);
            }
            return y;
        }, true));
        pure("nested compiled function", x -> nested.apply(x).add(1));
        pure("lambda handed to own helper", x -> twice(x, t -> t.mul(w)));
        pure("recursion", x -> power(x, 3));
        AtomicInteger traces = new AtomicInteger();
        pure("declared effect by a bound method reference", x -> {
            Rebind.onTrace(traces::incrementAndGet);
            return x.mul(2);
        });
        pure("declared effects", x -> {
            Rebind.onTrace(() -> System.out.println("traced"));
            Rebind.onExecute(t -> System.out.println(t.get(0)), x);
            return x;
        });
        pure("captured lambda that is not serializable", x -> notSerializable.apply(x));
        Function<Tensor, Tensor> composed = notSerializable.andThen(t -> t.add(1));
        cases.add(new Named("lambda that the platform made", x -> composed.apply(x), true));
        pure("enum constants", x -> x.mul(Activation.values().length).add(Activation.valueOf("TANH").ordinal()));
        BiConsumer<List<Tensor>, Tensor> collector = (l, t) -> l.add(t);
        pure("captured lambda that changes what it is given", x -> {
            List<Tensor> fresh = new ArrayList<>();
            collector.accept(fresh, x);
            return fresh.get(0);
        });
        locals(w);
        return cases;
    }

    private void arithmetic(Tensor w, List<Layer> layers, Map<String, Tensor> byName) {
        pure("method reference", Tensor::exp);
        pure("captured tensor and field", x -> x.matmul(w).add(field));
        pure("loop over captured layers", x -> {
            Tensor y = x;
            for (Layer l : layers) {
                y = l.apply(y);
            }
            return y;
        });
        pure("stream over captured layers", x -> layers.stream().map(l -> l.weight()).reduce(x, Tensor::add));
        cases.add(new Named("captured map is read", x -> byName.get("w").add(byName.getOrDefault("v", x)), true));
        pure("constants", x -> x.mul(CONSTANTS.get("n")).mul(Math.sqrt(2)).pow(Math.PI));
        pure("string building", x -> {
            String s = "shape " + x.shape() + " of " + x;
            return x.mul(s.length() > 0 ? 1 : new StringBuilder().append(s).append(1).reverse().length());
        });
        pure("optional", x -> Optional.of(x).map(t -> t.add(1)).orElseThrow());
        pure("exceptions", x -> {
            if (x.rank() > 7) {
                throw new IllegalArgumentException("rank " + x.rank());
            }
            return x;
        });
    }

    private void locals(Tensor w) {
        pure("local array", x -> {
            Tensor[] parts = new Tensor[3];
            float[] scale = {1, 2, 3};
            for (int i = 0; i < parts.length; i++) {
                scale[i] *= 2;
                parts[i] = x.mul(scale[i]);
            }
            return Tensor.concatenate(0, Arrays.asList(parts));
        });
        pure("local two-dimensional array", x -> {
            float[][] grid = new float[2][2];
            grid[1][0] = 3;
            return x.add(Tensor.ofNested(grid));
        });
        pure("local list and map", x -> {
            List<Tensor> all = new ArrayList<>();
            Map<String, List<Tensor>> groups = new LinkedHashMap<>();
            for (int i = 0; i < 3; i++) {
                all.add(x.mul(i));
                groups.computeIfAbsent("k" + i % 2, k -> new ArrayList<>()).add(x);
            }
            all.removeIf(t -> t.rank() == 9);
            all.sort(Comparator.comparing(Tensor::rank));
            return Tensor.stack(0, all).add(groups.get("k0").get(0));
        });
        pure("local deque, enum map, iterator", x -> {
            Deque<Tensor> work = new ArrayDeque<>(List.of(x, w));
            Map<Activation, Tensor> m = new EnumMap<>(Activation.class);
            Tensor sum = work.poll();
            while (!work.isEmpty()) {
                sum = sum.add(work.pop());
            }
            m.put(Activation.RELU, sum);
            var it = m.values().iterator();
            return it.next();
        });
        pure("local object with fields", x -> {
            Accumulator a = new Accumulator();
            for (int i = 0; i < 3; i++) {
                a.add(x.mul(i));
            }
            return a.mean();
        });
        pure("local object from a list", x -> {
            List<Accumulator> all = new ArrayList<>();
            all.add(new Accumulator());
            all.get(0).add(x);
            return all.get(0).mean();
        });
        pure("local array captured by a local lambda", x -> {
            Tensor[] sum = {x};
            IntStream.range(0, 3).forEach(i -> sum[0] = sum[0].add(i));
            return sum[0];
        });
        pure("streams and collectors", x -> {
            List<Tensor> all = IntStream.range(0, 3).mapToObj(i -> x.mul(i)).collect(Collectors.toList());
            Map<Integer, List<Tensor>> byRank = all.stream().collect(Collectors.groupingBy(Tensor::rank));
            return Tensor.stack(0, byRank.get(2));
        });
        pure("collectors into lists made inside", x -> {
            List<Tensor> made = new ArrayList<>(List.of(x));
            List<Tensor> all = IntStream.range(0, 3).mapToObj(i -> x.mul(i)).collect(Collectors.toCollection(() -> made));
            Deque<Tensor> more = all.stream().collect(Collectors.toCollection(ArrayDeque::new));
            List<Tensor> last = more.stream().collect(ArrayList::new, List::add, List::addAll);
            Map<Integer, Tensor> byNumber = IntStream.range(0, 3).boxed()
                    .collect(Collectors.toMap(i -> i, last::get, (a, b) -> a, LinkedHashMap::new));
            last = byNumber.values().stream().map(List::of).map(l -> l.get(0)).toList();
            return Tensor.stack(0, last).add(Tensor.stack(0, Arrays.asList(last.toArray(new Tensor[0]))))
                    .add(Tensor.stack(0, Arrays.asList(last.toArray(NONE))));
        });
        pure("seeded random made inside", x -> {
            Random random = new Random(42);
            float[] noise = new float[4];
            for (int i = 0; i < 4; i++) {
                noise[i] = random.nextFloat();
            }
            return x.add(Tensor.of(noise, 2, 2));
        });
        pure("seeded generator of a factory, and a shuffle by it", x -> {
            List<Integer> order = new ArrayList<>(List.of(1, 2, 3));
            Collections.shuffle(order, new Random(1));
            return x.add(order.get(0)).mul(RandomGeneratorFactory.of("L64X128MixRandom").create(42).nextInt(2, 3));
        });
        pure("printing into memory", x -> {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            new PrintStream(bytes).print("x");
            return x.mul(bytes.size());
        });
        pure("local functions", x -> {
            Function<Tensor, Tensor> f = t -> t.add(1);
            return f.andThen(t -> t.mul(2)).apply(f.apply(x));
        });
        cases.add(new Named("captured lambdas beside a reference to a platform method", References.sumOfLayers(), true));
        pure("local lock", x -> {
            Object o = new Object();
            synchronized (o) {
                return x;
            }
        });
        pure("record results", x -> new Layer(x, x.add(1), Activation.RELU));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isNotSuspected(Named c) {
        ScanResult r = EffectScanner.scan(c.function(), "apply", o -> null);
        assertEquals("", r.finding().map(Object::toString).orElse(""), "finding");
        assertEquals(c.doubt(), !r.doubt().isEmpty(), "doubt: " + r.doubt());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void compilesAndIsServedFromTheCache(Named c) {
        CompiledFunction1<Tensor, Object> f = Rebind.compiler().compile(c.function());
        Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
        Object first = f.apply(x);
        for (int i = 0; i < 3; i++) {
            assertEquals(first, f.apply(x));
        }
        assertEquals(3, f.stats().hits());
        assertEquals(first, c.function().apply(x), "like eager");
    }
}
