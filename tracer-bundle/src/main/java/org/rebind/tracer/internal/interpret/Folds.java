package org.rebind.tracer.internal.interpret;

import java.util.List;
import java.util.stream.IntStream;
import org.rebind.DType;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.ArgReduce;
import org.rebind.graph.Reduce;

/** Reductions and running sums: for each position along the kept axes, a walk along the folded ones. */
final class Folds {
    private final Lanes x;
    private final boolean floating;
    private final int[] kept; // position of the first element of each walk
    private final int[] folded; // positions along a walk, relative to its first
    private final Lanes out;
    private final long lowest; // of integers and bools
    private final long highest;

    Folds(Operand operand, List<Integer> axes, HostBuffer result) {
        this.x = operand.lanes();
        this.floating = operand.floating();
        this.out = Lanes.of(result);
        this.lowest = switch (result.dtype()) {
            case BOOL -> 0;
            case INT32 -> Integer.MIN_VALUE;
            default -> Long.MIN_VALUE;
        };
        this.highest = result.dtype() == DType.BOOL ? 1 : ~lowest;
        this.kept = offsets(operand, axes, false);
        this.folded = offsets(operand, axes, true);
    }

    private static int[] offsets(Operand operand, List<Integer> axes, boolean inAxes) {
        int[] strides = operand.strides();
        int rank = strides.length;
        int[] chosen = IntStream.range(0, rank).filter(i -> axes.contains(i) == inAxes).toArray();
        long[] sizes = new long[chosen.length];
        int[] chosenStrides = new int[chosen.length];
        for (int i = 0; i < chosen.length; i++) {
            sizes[i] = operand.sizes()[chosen[i]];
            chosenStrides[i] = strides[chosen[i]];
        }
        return Strides.offsets(sizes, chosenStrides);
    }

    void reduce(Reduce.Kind kind) {
        for (int k = 0; k < kept.length; k++) {
            if (floating) {
                out.real(k, real(kind, kept[k]));
            } else {
                out.whole(k, whole(kind, kept[k]));
            }
        }
    }

    private double real(Reduce.Kind kind, int base) {
        double sum = switch (kind) {
            case SUM -> 0;
            case PROD -> 1;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
        };
        for (int f : folded) {
            double v = x.real(base + f);
            sum = switch (kind) {
                case SUM -> sum + v;
                case PROD -> sum * v;
                case MAX -> Math.max(sum, v);
                case MIN -> Math.min(sum, v);
            };
        }
        return sum;
    }

    private long whole(Reduce.Kind kind, int base) {
        long sum = switch (kind) {
            case SUM -> 0;
            case PROD -> 1;
            case MAX -> lowest;
            case MIN -> highest;
        };
        for (int f : folded) {
            long v = x.whole(base + f);
            sum = switch (kind) {
                case SUM -> sum + v;
                case PROD -> sum * v;
                case MAX -> Math.max(sum, v);
                case MIN -> Math.min(sum, v);
            };
        }
        return sum;
    }

    void argReduce(ArgReduce.Kind kind) {
        for (int k = 0; k < kept.length; k++) {
            int best = 0;
            for (int i = 1; i < folded.length; i++) {
                if (better(kind, kept[k] + folded[i], kept[k] + folded[best])) {
                    best = i;
                }
            }
            out.whole(k, best);
        }
    }

    private boolean better(ArgReduce.Kind kind, int candidate, int best) {
        if (!floating) {
            int order = Long.compare(x.whole(candidate), x.whole(best));
            return kind == ArgReduce.Kind.MAX ? order > 0 : order < 0;
        }
        double c = x.real(candidate);
        double b = x.real(best);
        return !Double.isNaN(b) && (Double.isNaN(c) || (kind == ArgReduce.Kind.MAX ? c > b : c < b));
    }

    void cumSum() {
        for (int base : kept) {
            double real = 0;
            long whole = 0;
            for (int f : folded) {
                if (floating) {
                    real += x.real(base + f);
                    out.real(base + f, real);
                } else {
                    whole += x.whole(base + f);
                    out.whole(base + f, whole);
                }
            }
        }
    }
}
