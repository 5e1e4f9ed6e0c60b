package org.rebind.benchmarks.workload;

import java.util.List;

/** The price of a call: x * 2 + 1 on a few elements. */
final class Dispatch extends Workload {
    private final Array x;

    Dispatch(int n) {
        super("dispatch", Integer.toString(n));
        x = Array.normal(1, 1, n);
    }

    @Override
    public List<Array> inputs() {
        return List.of(x);
    }

    @Override
    public <T> List<T> build(Ops<T> ops, List<T> in) {
        return List.of(ops.add(ops.mul(in.get(0), 2f), 1f));
    }

    @Override
    public RebindForm rebind() {
        return RebindForm.of(x -> x.mul(2f).add(1f));
    }

    @Override
    public float[][] scalar() {
        float[] in = x.data();
        float[] y = new float[in.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = in[i] * 2 + 1;
        }
        return new float[][] {y};
    }

    @Override
    public boolean hasVector() {
        return false;
    }
}
