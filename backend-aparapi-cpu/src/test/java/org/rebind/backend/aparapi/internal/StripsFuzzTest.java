package org.rebind.backend.aparapi.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.TensorType;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.graph.Binary;
import org.rebind.graph.Graph;
import org.rebind.graph.Matmul;
import org.rebind.graph.Permute;
import org.rebind.graph.Reduce;
import org.rebind.graph.Unary;
import org.rebind.tck.Comparison;
import org.rebind.tck.Fuzzer;
import org.rebind.tck.GraphBuilder;
import org.rebind.tck.GraphBuilder.Value;
import org.rebind.tck.KnownBackends;
import org.rebind.tck.RandomProgram;
import org.rebind.tck.TestData;

/** Random sequences of products and of what is done to their rows, cut into strips however small they are, against the interpreter. */
class StripsFuzzTest {
    private static final int[] WIDTHS = {1, 5, 13, 24, 33};
    private static final long[] NUMBERS = {0, 1, 2, 3, 8, 13, 40};

    @Test
    void agreesWithTheInterpreter() {
        assumeTrue(VectorCode.detect().available(), "products are generated loops here");
        int count = Fuzzer.count(300);
        int cut = 0;
        Comparison comparison = new Comparison();
        try (CpuBackend backend = CpuProvider.create(VectorCode.detect(), new ArrayPool(1 << 30, 1, true), 0)) {
            Fuzzer.Check check = Fuzzer.against(backend, KnownBackends.interpreter(), ExecutableOptions.DEFAULT);
            for (int i = 0; i < count; i++) {
                RandomProgram p = new Programs(Fuzzer.baseSeed() + i).make();
                String wrong = check.run(p, comparison);
                assertTrue(wrong == null, () -> wrong + "\nof -Drebind.fuzz.seed=" + p.seed() + " -Drebind.fuzz.count=1\n" + p.graph());
                try (Executable e = backend.compile(p.graph(), ExecutableOptions.DEFAULT)) {
                    cut += e.kernels().stream().anyMatch(k -> k.notes().contains(" strips")) ? 1 : 0;
                }
            }
        }
        assertTrue(cut >= count / 2, cut + " of " + count + " programs have strips");
        assertTrue(comparison.undecided() <= comparison.compared(), comparison.undecided() + " undecided");
    }

    /** Makes one program. */
    private static final class Programs {
        private final long seed;
        private final Random random;
        private final GraphBuilder g = new GraphBuilder();
        private final List<Value> values = new ArrayList<>();
        private final Map<String, TestData.Kind> kinds = new HashMap<>();

        Programs(long seed) {
            this.seed = seed;
            this.random = new Random(seed * 0x9E3779B97F4A7C15L);
        }

        RandomProgram make() {
            List<Dim> dims = new ArrayList<>();
            Dim rows = random.nextBoolean() ? Dim.symbol("n") : Dim.of(NUMBERS[random.nextInt(NUMBERS.length)]);
            if (random.nextBoolean()) {
                dims.add(random.nextInt(3) == 0 ? Dim.symbol("m") : Dim.of(1 + random.nextInt(5)));
            }
            dims.add(rows);
            dims.add(width());
            DType dtype = random.nextInt(5) == 0 ? DType.FLOAT64 : DType.FLOAT32;
            values.add(param(dtype, dims));
            int count = 2 + random.nextInt(7);
            for (int i = 0; i < count; i++) {
                values.add(next());
            }
            Value last = values.get(values.size() - 1);
            g.results(random.nextInt(3) == 0 ? List.of(last, pick()).toArray(Value[]::new) : new Value[] {last});
            Graph graph = g.build();
            List<long[]> sizes = new ArrayList<>();
            for (int i = 0; i < (graph.symbols().isEmpty() ? 1 : 3); i++) {
                sizes.add(random.longs(graph.symbols().size(), 0, NUMBERS.length).map(x -> NUMBERS[(int) x]).toArray());
            }
            return new RandomProgram(seed, graph, kinds, sizes);
        }

        private Dim width() {
            return Dim.of(WIDTHS[random.nextInt(WIDTHS.length)]);
        }

        private Value param(DType dtype, List<Dim> dims) {
            String name = "p" + kinds.size();
            kinds.put(name, TestData.Kind.ORDINARY);
            return g.param(name, new TensorType(dtype, Shape.of(dims)));
        }

        private Value pick() {
            return values.get(values.size() - 1 - random.nextInt(Math.min(3, values.size())));
        }

        private Value next() {
            Value x = random.nextInt(4) == 0 ? pick() : values.get(values.size() - 1);
            Shape s = x.shape();
            int r = s.rank();
            Dim width = s.dim(r - 1);
            return switch (random.nextInt(12)) {
                case 0, 1, 2 -> g.op(new Matmul(), x, weight(x, width()));
                case 3 -> g.op(new Matmul(), x, swapped(x)); // reads all rows of a batch item, or all there are
                case 4 -> g.op(new Matmul(), weight(x, s.dim(r - 2), s.dim(r - 2)), x);
                case 5 -> g.op(Binary.ADD, x, g.broadcast(param(x.dtype(), List.of(width)), s));
                case 6 -> softmax(x, r - 1);
                case 7 -> random.nextInt(3) == 0 ? softmax(x, r - 2) : g.op(Unary.TANH, x);
                case 8 -> swapped(x);
                case 9 -> residual(x);
                case 10 -> g.op(Binary.SUBTRACT, x, mean(x, r - 1));
                default -> g.op(Binary.MAXIMUM, x, g.fill(0, x));
            };
        }

        private Value weight(Value x, Dim columns) {
            return weight(x, x.shape().dim(x.rank() - 1), columns);
        }

        private Value weight(Value x, Dim rows, Dim columns) {
            List<Dim> dims = new ArrayList<>(x.shape().dims().subList(0, x.rank() - 2));
            boolean own = random.nextBoolean();
            Value w = param(x.dtype(), own ? with(dims, rows, columns) : List.of(rows, columns));
            return g.broadcast(w, Shape.of(with(dims, rows, columns)));
        }

        private static List<Dim> with(List<Dim> batch, Dim rows, Dim columns) {
            List<Dim> all = new ArrayList<>(batch);
            all.add(rows);
            all.add(columns);
            return all;
        }

        private Value swapped(Value x) {
            return g.op(new Permute(x.rank() == 2 ? List.of(1, 0) : List.of(0, 2, 1)), x);
        }

        private Value residual(Value x) {
            for (Value v : values) {
                if (v.shape().equals(x.shape()) && random.nextBoolean()) {
                    return g.op(Binary.ADD, x, v);
                }
            }
            return g.op(Binary.MULTIPLY, x, g.fill(0.5, x));
        }

        private Value mean(Value x, int axis) {
            return g.unreduce(g.op(new Reduce(Reduce.Kind.SUM, List.of(axis)), x), x.shape(), List.of(axis));
        }

        private Value softmax(Value x, int axis) {
            Value most = g.unreduce(g.op(new Reduce(Reduce.Kind.MAX, List.of(axis)), x), x.shape(), List.of(axis));
            Value e = g.op(Unary.EXP, g.op(Binary.SUBTRACT, x, most));
            return g.op(Binary.DIVIDE, e, mean(e, axis));
        }
    }
}
