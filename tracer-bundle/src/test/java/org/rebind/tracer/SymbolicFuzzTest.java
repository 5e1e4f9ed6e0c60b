package org.rebind.tracer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.RebindException;
import org.rebind.Shape;
import org.rebind.Tensor;
import org.rebind.graph.Graph;
import org.rebind.graph.GraphChecker;
import org.rebind.tracer.internal.simplify.Simplify;

/**
 * Random programs with random dims made symbolic: each trace, run for every call that its guards admit, equals eager mode
 * at that call's sizes. Programs go on after an operation was refused, so what is refused has to be guarded too.
 */
class SymbolicFuzzTest {
    private static final long SEED = Long.getLong("rebind.test.seed", System.nanoTime());
    private static final int PROGRAMS = Boolean.getBoolean("rebind.test.long") ? 20_000 : 600;
    private static final int[] SIZES = {0, 1, 2, 3, 4, 6};
    private static final String[] DIMS = {"n", "m", "k", "1", "2", "3", "4", "6"};

    /** Ends a whole program: its tensors grow too large. */
    private static final class TooLarge extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private int admitted;
    private int refused;
    private int large;

    @Test
    void tracesAreRightWhereverTheyAdmit() {
        for (int i = 0; i < PROGRAMS; i++) {
            try {
                program(SEED + i);
            } catch (TooLarge skipped) {
                large++;
            }
        }
        assertTrue(admitted > refused / 3 && large < PROGRAMS / 3, admitted + " calls admitted, " + refused
                + " refused, " + large + " programs too large: too few to prove much");
    }

    private void program(long seed) {
        Random random = new Random(seed * 0x9E3779B97F4A7C15L);
        List<List<String>> shapes = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            List<String> dims = new ArrayList<>();
            for (int rank = random.nextInt(4); rank > 0; rank--) {
                dims.add(DIMS[random.nextInt(DIMS.length)]);
            }
            shapes.add(dims);
        }
        List<List<String>> symbols = shapes.stream().map(s -> s.stream()
                .map(d -> Character.isDigit(d.charAt(0)) ? "" : d).toList()).toList();
        int[] hints = sizes(random);
        Tensor[] first = arguments(shapes, hints, seed);
        Traced traced = Traced.of(a -> run(a, seed, hints), symbols, first);
        Graph simple = GraphChecker.check(Simplify.simplify(traced.graph()));
        assertTrue(traced.serves(first), () -> "seed " + seed + ": refuses its own call\n" + traced.graph());
        for (int call = 0; call < 6; call++) {
            int[] numbers = call == 0 ? hints : sizes(random);
            Tensor[] args = arguments(shapes, numbers, seed + call);
            if (!traced.serves(args)) {
                refused++;
                continue;
            }
            admitted++;
            List<Tensor> expected = run(List.of(args), seed, numbers);
            assertEquals(expected, traced.run(args), () -> message(seed, hints, numbers, traced.graph()));
            assertEquals(expected, traced.run(simple, args), () -> message(seed, hints, numbers, simple));
        }
    }

    private static String message(long seed, int[] hints, int[] numbers, Graph g) {
        return "seed " + seed + ": traced with n, m, k = " + List.of(hints[0], hints[1], hints[2]) + ", wrong for "
                + List.of(numbers[0], numbers[1], numbers[2]) + "\n" + g;
    }

    private static int[] sizes(Random random) {
        int n = SIZES[random.nextInt(SIZES.length)];
        int m = random.nextInt(3) == 0 ? n : SIZES[random.nextInt(SIZES.length)];
        return new int[] {n, m, random.nextInt(3) == 0 ? m : SIZES[random.nextInt(SIZES.length)]};
    }

    private static Tensor[] arguments(List<List<String>> shapes, int[] numbers, long seed) {
        Random random = new Random(seed);
        return shapes.stream().map(dims -> {
            long[] sizes = dims.stream().mapToLong(d -> switch (d) {
                case "n" -> numbers[0];
                case "m" -> numbers[1];
                case "k" -> numbers[2];
                default -> Long.parseLong(d);
            }).toArray();
            float[] values = new float[Shape.of(sizes).elementCount()];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextInt(9) - 4;
            }
            return Tensor.of(values, sizes);
        }).toArray(Tensor[]::new);
    }

    /** The program of a seed: what it does depends on the seed, and on sizes only through refused operations. */
    private static List<Tensor> run(List<Tensor> arguments, long seed, int[] numbers) {
        Random random = new Random(seed ^ 0x5DEECE66DL);
        List<Tensor> values = new ArrayList<>(arguments);
        for (int step = 0; step < 7; step++) {
            long choice = random.nextLong();
            try {
                Tensor t = step(new Random(choice), values);
                if (t.rank() <= 4) {
                    limit(t, numbers);
                    values.add(t);
                }
            } catch (RebindException | ArithmeticException refusal) {
                continue; // the next step
            }
        }
        return values.subList(Math.max(0, values.size() - 3), values.size()).stream().map(t -> t).toList();
    }

    private static void limit(Tensor t, int[] numbers) {
        long[] sizes = t.shape().evaluate(name -> numbers["nmk".indexOf(name)]).sizes();
        if (Arrays.stream(sizes).anyMatch(d -> d > 30) || Shape.of(sizes).elementCount() > 2000) {
            throw new TooLarge();
        }
    }

    private static Tensor pick(Random r, List<Tensor> values) {
        return values.get(Math.max(0, values.size() - 1 - r.nextInt(4)));
    }

    /** An axis that the rank allows: ranks do not depend on sizes. */
    private static int axis(Random r, Tensor x) {
        return x.rank() == 0 ? 0 : r.nextInt(2 * x.rank()) - x.rank();
    }

    /** A dim of some value, or an expression of dims. */
    private static Dim dim(Random r, List<Tensor> values) {
        Tensor x = pick(r, values);
        Dim d = x.rank() == 0 ? Dim.of(2) : x.dim(axis(r, x));
        return switch (r.nextInt(9)) {
            case 0 -> d.plus(1);
            case 1 -> d.minus(1);
            case 2 -> d.times(2);
            case 3 -> d.floorDiv(2);
            case 4 -> Dim.of(r.nextInt(4));
            case 5 -> x.shape().elements();
            default -> d;
        };
    }

    private static Tensor step(Random r, List<Tensor> values) {
        Tensor x = pick(r, values);
        Tensor y = pick(r, values);
        int axis = axis(r, x);
        return switch (r.nextInt(30)) {
            case 0, 1 -> x.add(y);
            case 2 -> x.mul(y);
            case 3 -> x.maximum(y);
            case 4 -> Tensor.where(x.gt(y), x, y);
            case 5 -> x.neg();
            case 6 -> x.sum(r.nextBoolean(), axis);
            case 7 -> x.max(r.nextBoolean(), axis);
            case 8 -> x.mean(axis);
            case 9 -> x.softmax(axis);
            case 10 -> x.matmul(y);
            case 11 -> x.reshape(-1);
            case 12 -> x.reshape(-1, 1 + r.nextInt(3));
            case 13 -> x.reshape(Shape.of(dim(r, values), dim(r, values)));
            case 14 -> x.transpose();
            case 15 -> x.flip();
            case 16 -> x.expandDims(r.nextInt(x.rank() + 1));
            case 17 -> r.nextBoolean() ? x.squeeze() : x.squeeze(axis);
            case 18 -> x.broadcastTo(Shape.of(dim(r, values), x.rank() == 0 ? Dim.of(2) : x.dim(-1)));
            case 19 -> x.slice(axis, dim(r, values), dim(r, values));
            case 20 -> x.slice(axis, Dim.of(r.nextInt(2)), dim(r, values));
            case 21 -> Tensor.concatenate(axis, x, y);
            case 22 -> Tensor.stack(0, x, y);
            case 23 -> x.pad(x.shape().dims().stream().map(d -> dim(r, values)).toList(),
                    x.shape().dims().stream().map(d -> Dim.of(r.nextInt(2))).toList(), 7);
            case 24 -> Tensor.arange(dim(r, values), DType.FLOAT32);
            case 25 -> x.triu(r.nextInt(3) - 1);
            case 26 -> x.split(1 + r.nextInt(3), axis).get(0);
            case 27 -> x.mul(r.nextBoolean() ? x.elementCount() % 5 : x.size(axis) % 5);
            case 28 -> x.take(y.cast(DType.INT32), axis);
            default -> x.argmax(axis).cast(DType.FLOAT32).add(x.cumsum(axis).sum());
        };
    }
}
