package org.rebind.benchmarks.workload;

import static org.rebind.benchmarks.workload.VectorMath.F;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Layer norm along the last axis of [rows, columns]; columns a multiple of the vector length. */
final class LayerNorm extends OnMatrix {
    private static final float EPSILON = 1e-5f;

    LayerNorm(int rows, int columns) {
        super("layernorm", rows, columns);
    }

    @Override
    public <T> List<T> build(Ops<T> ops, List<T> in) {
        return List.of(ops.layerNorm(in.get(0), columns, EPSILON));
    }

    @Override
    public RebindForm rebind() {
        return RebindForm.of(x -> x.layerNorm(EPSILON));
    }

    @Override
    public float[][] scalar() {
        float[] in = x.data();
        float[] out = new float[in.length];
        for (int r = 0; r < rows; r++) {
            int at = r * columns;
            float sum = 0;
            for (int j = at; j < at + columns; j++) {
                sum += in[j];
            }
            float mean = sum / columns;
            float squares = 0;
            for (int j = at; j < at + columns; j++) {
                squares += (in[j] - mean) * (in[j] - mean);
            }
            float scale = (float) (1 / Math.sqrt(squares / columns + EPSILON));
            for (int j = at; j < at + columns; j++) {
                out[j] = (in[j] - mean) * scale;
            }
        }
        return new float[][] {out};
    }

    @Override
    public float[][] vector(Split split) {
        float[] out = result(0, x.data().length);
        split.run(rows, Math.max(1, Split.CHUNK / columns), (lo, hi) -> {
            for (int r = lo; r < hi; r++) {
                row(x.data(), out, r * columns, columns);
            }
        });
        return new float[][] {out};
    }

    private static void row(float[] x, float[] out, int at, int n) {
        FloatVector sums = FloatVector.zero(F);
        for (int j = at; j < at + n; j += F.length()) {
            sums = sums.add(FloatVector.fromArray(F, x, j));
        }
        float mean = sums.reduceLanes(VectorOperators.ADD) / n;
        FloatVector squares = FloatVector.zero(F);
        for (int j = at; j < at + n; j += F.length()) {
            FloatVector d = FloatVector.fromArray(F, x, j).sub(mean);
            squares = d.fma(d, squares);
        }
        float scale = (float) (1 / Math.sqrt(squares.reduceLanes(VectorOperators.ADD) / n + EPSILON));
        for (int j = at; j < at + n; j += F.length()) {
            FloatVector.fromArray(F, x, j).sub(mean).mul(scale).intoArray(out, j);
        }
    }

    @Override
    double tolerance() {
        return 1e-4;
    }
}
