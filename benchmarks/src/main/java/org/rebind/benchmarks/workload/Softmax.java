package org.rebind.benchmarks.workload;

import static org.rebind.benchmarks.workload.VectorMath.F;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** softmax along the last axis of [rows, columns]; columns a multiple of the vector length. */
final class Softmax extends OnMatrix {
    Softmax(int rows, int columns) {
        super("softmax", rows, columns);
    }

    @Override
    public <T> List<T> build(Ops<T> ops, List<T> in) {
        return List.of(ops.softmax(in.get(0)));
    }

    @Override
    public RebindForm rebind() {
        return RebindForm.of(x -> x.softmax(1));
    }

    @Override
    public float[][] scalar() {
        float[] out = x.data().clone();
        for (int r = 0; r < rows; r++) {
            scalarRow(out, r * columns, columns);
        }
        return new float[][] {out};
    }

    /** In place. */
    static void scalarRow(float[] x, int at, int n) {
        float most = Float.NEGATIVE_INFINITY;
        for (int j = at; j < at + n; j++) {
            most = Math.max(most, x[j]);
        }
        float sum = 0;
        for (int j = at; j < at + n; j++) {
            x[j] = (float) Math.exp(x[j] - most);
            sum += x[j];
        }
        for (int j = at; j < at + n; j++) {
            x[j] /= sum;
        }
    }

    @Override
    public float[][] vector(Split split) {
        float[] out = result(0, x.data().length);
        split.run(rows, Math.max(1, Split.CHUNK / columns), (lo, hi) -> {
            for (int r = lo; r < hi; r++) {
                vectorRow(x.data(), out, r * columns, columns, 1);
            }
        });
        return new float[][] {out};
    }

    /** softmax(scale * x) of {@code n} elements, a multiple of the vector length. */
    static void vectorRow(float[] x, float[] out, int at, int n, float scale) {
        FloatVector most = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
        for (int j = at; j < at + n; j += F.length()) {
            most = most.max(FloatVector.fromArray(F, x, j));
        }
        float max = most.reduceLanes(VectorOperators.MAX);
        FloatVector sums = FloatVector.zero(F);
        for (int j = at; j < at + n; j += F.length()) {
            FloatVector e = VectorMath.exp(FloatVector.fromArray(F, x, j).sub(max).mul(scale));
            e.intoArray(out, j);
            sums = sums.add(e);
        }
        float inverse = 1 / sums.reduceLanes(VectorOperators.ADD);
        for (int j = at; j < at + n; j += F.length()) {
            FloatVector.fromArray(F, out, j).mul(inverse).intoArray(out, j);
        }
    }
}
