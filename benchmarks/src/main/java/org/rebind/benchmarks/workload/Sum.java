package org.rebind.benchmarks.workload;

import static org.rebind.benchmarks.workload.VectorMath.F;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Sums of [rows, columns] along the first axis, the last, or both; columns a multiple of the vector length. */
final class Sum extends Workload {
    /** Which axes are summed. */
    enum Axis { FIRST, LAST, ALL }

    private final Axis axis;
    private final Array x;
    private final int rows;
    private final int columns;

    Sum(Axis axis, int rows, int columns) {
        super("reduce", axis.name().toLowerCase(java.util.Locale.ROOT));
        this.axis = axis;
        x = Array.uniform(1, 0.5, 1.5, rows, columns);
        this.rows = rows;
        this.columns = columns;
    }

    @Override
    public List<Array> inputs() {
        return List.of(x);
    }

    @Override
    public <T> List<T> build(Ops<T> ops, List<T> in) {
        T x = in.get(0);
        return List.of(axis == Axis.ALL ? ops.sumAll(x) : ops.sum(x, axis == Axis.FIRST ? 0 : 1, false));
    }

    @Override
    public RebindForm rebind() {
        return switch (axis) {
            case FIRST -> RebindForm.of(x -> x.sum(0));
            case LAST -> RebindForm.of(x -> x.sum(1));
            case ALL -> RebindForm.of(x -> x.sum());
        };
    }

    @Override
    public float[][] scalar() {
        double[] sums = new double[axis == Axis.FIRST ? columns : axis == Axis.LAST ? rows : 1];
        float[] in = x.data();
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < columns; j++) {
                sums[axis == Axis.FIRST ? j : axis == Axis.LAST ? r : 0] += in[r * columns + j];
            }
        }
        float[] out = new float[sums.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) sums[i];
        }
        return new float[][] {out};
    }

    @Override
    public float[][] vector(Split split) {
        int piece = Math.max(1, Split.CHUNK / columns);
        if (axis == Axis.LAST) {
            float[] out = new float[rows];
            split.run(rows, piece, (lo, hi) -> {
                for (int r = lo; r < hi; r++) {
                    out[r] = sum(r * columns, (r + 1) * columns);
                }
            });
            return new float[][] {out};
        }
        ConcurrentLinkedQueue<float[]> parts = new ConcurrentLinkedQueue<>();
        split.run(rows, Math.max(piece, rows / 16), (lo, hi) ->
                parts.add(axis == Axis.ALL ? new float[] {sum(lo * columns, hi * columns)} : columns(lo, hi)));
        float[] out = parts.poll();
        for (float[] part : parts) {
            for (int j = 0; j < out.length; j++) {
                out[j] += part[j];
            }
        }
        return new float[][] {out};
    }

    private float sum(int lo, int hi) {
        float[] in = x.data();
        FloatVector a = FloatVector.zero(F);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int i = lo;
        for (; i + 4 * F.length() <= hi; i += 4 * F.length()) {
            a = a.add(FloatVector.fromArray(F, in, i));
            b = b.add(FloatVector.fromArray(F, in, i + F.length()));
            c = c.add(FloatVector.fromArray(F, in, i + 2 * F.length()));
            d = d.add(FloatVector.fromArray(F, in, i + 3 * F.length()));
        }
        for (; i < hi; i += F.length()) {
            a = a.add(FloatVector.fromArray(F, in, i));
        }
        return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
    }

    private float[] columns(int lo, int hi) {
        float[] in = x.data();
        float[] sums = new float[columns];
        for (int r = lo; r < hi; r++) {
            int at = r * columns;
            for (int j = 0; j < sums.length; j++) {
                sums[j] += in[at + j];
            }
        }
        return sums;
    }

    @Override
    public long bytes() {
        return 4L * x.data().length;
    }

    /** Of a sum of positive numbers: less than a row is of the whole, more than adding one after the other in float loses. */
    @Override
    double tolerance() {
        return axis == Axis.ALL ? 1e-4 : 3e-5;
    }
}
