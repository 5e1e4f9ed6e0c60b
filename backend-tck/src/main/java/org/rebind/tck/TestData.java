package org.rebind.tck;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.rebind.DType;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Graph;

/** Deterministic test values. Stateless. */
public final class TestData {
    /** What sort of values. */
    public enum Kind {
        /** Around zero, with zeros of both signs and repeated values; integers with their extremes. */
        ORDINARY,
        /** Like ORDINARY, with NaN, infinities, huge and tiny numbers. */
        EDGES,
        /** Floats that are small integers, so that sums come out the same in any order. */
        WHOLE,
        /** Floats that are 1, -1, 2 or 1/2, so that products come out the same in any order. */
        POWERS,
        /** Floats between -1.1 and 1.1. */
        UNIT,
        /** Indices into an axis of 7, some negative, some out of range. */
        INDICES
    }

    private static final double[] EDGE_VALUES = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0.0, -0.0,
        1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 1e-3, 1e4, -1e4, 3e38, -3e38, 88.5, -104, 1e-30};
    private static final long[] INTEGER_EDGES = {0, 1, -1, 2, -2, 7, -7, Integer.MAX_VALUE, Integer.MIN_VALUE};

    private TestData() {
    }

    /**
     * Buffers for all parameters of a graph at these sizes; float32 for a float16 or bfloat16 one, see {@link Halves}.
     *
     * @param kinds one for each parameter, or one for all
     */
    public static List<HostBuffer> inputs(Graph graph, long[] symbols, List<Kind> kinds, long seed) {
        List<HostBuffer> inputs = new ArrayList<>();
        for (int p = 0; p < graph.params().size(); p++) {
            var type = graph.params().get(p).type();
            Kind kind = kinds.get(Math.min(p, kinds.size() - 1));
            DType dtype = Halves.isHalf(type.dtype()) ? DType.FLOAT32 : type.dtype();
            inputs.add(values(dtype, Execution.elements(type.shape(), graph, symbols), kind,
                    new Random(seed * 31 + graph.params().get(p).name().hashCode())));
        }
        return inputs;
    }

    public static HostBuffer values(DType dtype, int count, Kind kind, Random random) {
        HostBuffer b = HostBuffer.allocate(dtype, count);
        for (int i = 0; i < count; i++) {
            switch (dtype) {
                case FLOAT32 -> b.floats()[i] = (float) floating(kind, random);
                case FLOAT64 -> b.doubles()[i] = floating(kind, random);
                case INT32 -> b.ints()[i] = (int) integer(kind, random);
                case INT64 -> b.longs()[i] = wide(integer(kind, random), kind, random);
                case BOOL -> b.bytes()[i] = (byte) random.nextInt(2);
                case FLOAT16, BFLOAT16 -> throw new IllegalStateException("the kit makes no data of dtype " + dtype);
            }
        }
        return b;
    }

    private static double floating(Kind kind, Random random) {
        int dice = random.nextInt(16);
        return switch (kind) {
            case ORDINARY -> dice == 0 ? 0.0 : dice == 1 ? -0.0 : dice == 2 ? random.nextInt(9) - 4
                    : dice == 3 ? random.nextInt(9) / 2.0 - 2 : random.nextGaussian() * 2;
            case EDGES -> dice < 8 ? EDGE_VALUES[random.nextInt(EDGE_VALUES.length)] : random.nextGaussian() * 2;
            case WHOLE -> random.nextInt(17) - 8;
            case POWERS -> dice == 0 ? 2 : dice == 1 ? 0.5 : dice % 2 == 0 ? 1 : -1;
            case UNIT -> random.nextDouble() * 2.2 - 1.1;
            case INDICES -> random.nextInt(23) - 11;
        };
    }

    private static long integer(Kind kind, Random random) {
        return switch (kind) {
            case INDICES -> random.nextInt(23) - 11;
            case WHOLE, POWERS, UNIT -> random.nextInt(17) - 8;
            case ORDINARY, EDGES -> random.nextInt(3) == 0 ? INTEGER_EDGES[random.nextInt(INTEGER_EDGES.length)]
                    : random.nextInt(201) - 100;
        };
    }

    private static long wide(long value, Kind kind, Random random) {
        boolean extreme = kind == Kind.EDGES || kind == Kind.ORDINARY;
        return extreme && random.nextInt(8) == 0 ? random.nextLong()
                : extreme && random.nextInt(16) == 0 ? Long.MIN_VALUE : value;
    }
}
