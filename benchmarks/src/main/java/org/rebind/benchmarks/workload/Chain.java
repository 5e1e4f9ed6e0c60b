package org.rebind.benchmarks.workload;

import static org.rebind.benchmarks.workload.VectorMath.F;

import java.util.List;
import jdk.incubator.vector.FloatVector;

/** The fused chain tanh(a * b + c) * exp(-d): bound by arithmetic. */
final class Chain extends Workload {
    private final Array a;
    private final Array b;
    private final Array c;
    private final Array d;

    Chain(String size, int n) {
        super("chain", size);
        a = Array.normal(1, 1, n);
        b = Array.normal(2, 1, n);
        c = Array.normal(3, 1, n);
        d = Array.normal(4, 1, n);
    }

    @Override
    public List<Array> inputs() {
        return List.of(a, b, c, d);
    }

    @Override
    public <T> List<T> build(Ops<T> ops, List<T> in) {
        T t = ops.tanh(ops.add(ops.mul(in.get(0), in.get(1)), in.get(2)));
        return List.of(ops.mul(t, ops.exp(ops.neg(in.get(3)))));
    }

    @Override
    public RebindForm rebind() {
        return RebindForm.of((a, b, c, d) -> a.mul(b).add(c).tanh().mul(d.neg().exp()));
    }

    @Override
    public float[][] scalar() {
        float[] out = new float[a.data().length];
        scalar(out, 0, out.length);
        return new float[][] {out};
    }

    private void scalar(float[] out, int lo, int hi) {
        float[] a = this.a.data();
        float[] b = this.b.data();
        float[] c = this.c.data();
        float[] d = this.d.data();
        for (int i = lo; i < hi; i++) {
            out[i] = (float) (Math.tanh(a[i] * b[i] + c[i]) * Math.exp(-d[i]));
        }
    }

    @Override
    public float[][] vector(Split split) {
        float[] out = result(0, a.data().length);
        split.run(out.length, Split.CHUNK, (lo, hi) -> vector(out, lo, hi));
        return new float[][] {out};
    }

    private void vector(float[] out, int lo, int hi) {
        int done = Vectors.run(a.data(), b.data(), c.data(), d.data(), out, lo, hi);
        scalar(out, done, hi);
    }

    /** Apart, so that the rest is usable where the vector module is not. */
    private static final class Vectors {
        /** @return the first element that is left */
        static int run(float[] a, float[] b, float[] c, float[] d, float[] out, int lo, int hi) {
            int i = lo;
            for (; i + F.length() <= hi; i += F.length()) {
                FloatVector t = VectorMath.tanh(FloatVector.fromArray(F, a, i).fma(FloatVector.fromArray(F, b, i),
                        FloatVector.fromArray(F, c, i)));
                t.mul(VectorMath.exp(FloatVector.fromArray(F, d, i).neg())).intoArray(out, i);
            }
            return i;
        }
    }
}
