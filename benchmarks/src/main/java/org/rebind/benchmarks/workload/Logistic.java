package org.rebind.benchmarks.workload;

import static org.rebind.benchmarks.workload.VectorMath.F;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import org.rebind.Tensor;

/** 16 steps of the logistic map and a scaling: 50 operations, each on the result of the one before. */
final class Logistic extends Workload {
    private static final int STEPS = 16;
    /** Between order and chaos: values stay apart and errors do not grow. */
    private static final float GROWTH = 3.4f;
    private final Array x;

    Logistic(String size, int n) {
        super("logistic", size);
        x = Array.uniform(1, 0.05, 0.95, n);
    }

    @Override
    public List<Array> inputs() {
        return List.of(x);
    }

    @Override
    public <T> List<T> build(Ops<T> ops, List<T> in) {
        T y = in.get(0);
        for (int k = 0; k < STEPS; k++) {
            y = ops.mul(ops.sub(y, ops.mul(y, y)), GROWTH);
        }
        return List.of(ops.add(ops.mul(y, 2f), -1f));
    }

    @Override
    public RebindForm rebind() {
        return RebindForm.of(Logistic::iterate);
    }

    static Tensor iterate(Tensor x) {
        Tensor y = x;
        for (int k = 0; k < STEPS; k++) {
            y = y.sub(y.mul(y)).mul(GROWTH);
        }
        return y.mul(2).add(-1);
    }

    @Override
    public float[][] scalar() {
        float[] out = new float[x.data().length];
        scalar(out, 0, out.length);
        return new float[][] {out};
    }

    private void scalar(float[] out, int lo, int hi) {
        float[] in = x.data();
        for (int i = lo; i < hi; i++) {
            float y = in[i];
            for (int k = 0; k < STEPS; k++) {
                y = (y - y * y) * GROWTH;
            }
            out[i] = y * 2 - 1;
        }
    }

    @Override
    public float[][] vector(Split split) {
        float[] out = result(0, x.data().length);
        split.run(out.length, Split.CHUNK, (lo, hi) -> vector(out, lo, hi));
        return new float[][] {out};
    }

    /** Two vectors at a time, as the operations of one wait for each other. */
    private void vector(float[] out, int lo, int hi) {
        int i = lo;
        for (; i + 2 * F.length() <= hi; i += 2 * F.length()) {
            FloatVector y = FloatVector.fromArray(F, x.data(), i);
            FloatVector z = FloatVector.fromArray(F, x.data(), i + F.length());
            for (int k = 0; k < STEPS; k++) {
                y = y.sub(y.mul(y)).mul(GROWTH);
                z = z.sub(z.mul(z)).mul(GROWTH);
            }
            y.mul(2f).add(-1f).intoArray(out, i);
            z.mul(2f).add(-1f).intoArray(out, i + F.length());
        }
        scalar(out, i, hi);
    }

    @Override
    double tolerance() {
        return 2e-3;
    }
}
