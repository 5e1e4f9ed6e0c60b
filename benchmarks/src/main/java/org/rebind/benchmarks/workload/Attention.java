package org.rebind.benchmarks.workload;

import java.util.List;

/** softmax(q k^T / sqrt(width)) v over heads: [heads, length, width] each. */
final class Attention extends Workload {
    private final Array q;
    private final Array k;
    private final Array v;
    private final int heads;
    private final int length;
    private final int width;

    Attention(int heads, int length, int width) {
        super("attention", heads + "x" + length + "x" + width);
        this.heads = heads;
        this.length = length;
        this.width = width;
        q = Array.normal(1, 1, heads, length, width);
        k = Array.normal(2, 1, heads, length, width);
        v = Array.normal(3, 1, heads, length, width);
    }

    @Override
    public List<Array> inputs() {
        return List.of(q, k, v);
    }

    private float scale() {
        return (float) (1 / Math.sqrt(width));
    }

    @Override
    public <T> List<T> build(Ops<T> ops, List<T> in) {
        T scores = ops.mul(ops.matmul(in.get(0), ops.swapLast(in.get(1))), scale());
        return List.of(ops.matmul(ops.softmax(scores), in.get(2)));
    }

    @Override
    public RebindForm rebind() {
        float scale = scale();
        return RebindForm.of((q, k, v) -> q.matmul(k.swapAxes(1, 2)).mul(scale).softmax(2).matmul(v));
    }

    @Override
    public float[][] scalar() {
        float[] out = new float[q.data().length];
        for (int h = 0; h < heads; h++) {
            int at = h * length * width;
            float[] scores = new float[length * length];
            Products.scalar(q.data(), at, keys(h), 0, scores, 0, length, length, width);
            for (int i = 0; i < scores.length; i++) {
                scores[i] *= scale();
            }
            MlpHand.softmaxRows(scores, length, length);
            Products.scalar(scores, 0, v.data(), at, out, at, length, width, length);
        }
        return new float[][] {out};
    }

    private float[] keys(int head) {
        int at = head * length * width;
        return Products.transposed(java.util.Arrays.copyOfRange(k.data(), at, at + length * width), length, width);
    }

    @Override
    public float[][] vector(Split split) {
        float[] out = result(0, q.data().length);
        split.run(heads, 1, (lo, hi) -> {
            for (int h = lo; h < hi; h++) {
                int at = h * length * width;
                float[] scores = new float[length * length];
                Products.rows(q.data(), at, keys(h), 0, scores, 0, 0, length, length, width);
                for (int r = 0; r < length; r++) {
                    Softmax.vectorRow(scores, scores, r * length, length, scale());
                }
                Products.rows(scores, 0, v.data(), at, out, at, 0, length, width, length);
            }
        });
        return new float[][] {out};
    }

    @Override
    public long flops() {
        return 4L * heads * length * length * width;
    }

    @Override
    double tolerance() {
        return 1e-4;
    }
}
