package org.rebind.benchmarks.workload;

import java.util.List;

/** a * b + c: bound by memory. Plain loops, which C2 turns into vector code, are all a programmer would write. */
final class MemoryChain extends Workload {
    private final Array a;
    private final Array b;
    private final Array c;

    MemoryChain(String size, int n) {
        super("memory", size);
        a = Array.normal(1, 1, n);
        b = Array.normal(2, 1, n);
        c = Array.normal(3, 1, n);
    }

    @Override
    public List<Array> inputs() {
        return List.of(a, b, c);
    }

    @Override
    public <T> List<T> build(Ops<T> ops, List<T> in) {
        return List.of(ops.add(ops.mul(in.get(0), in.get(1)), in.get(2)));
    }

    @Override
    public RebindForm rebind() {
        return RebindForm.of((a, b, c) -> a.mul(b).add(c));
    }

    @Override
    public float[][] scalar() {
        float[] out = new float[a.data().length];
        loop(a.data(), b.data(), c.data(), out, 0, out.length);
        return new float[][] {out};
    }

    @Override
    public float[][] vector(Split split) {
        float[] out = result(0, a.data().length);
        split.run(out.length, Split.CHUNK, (lo, hi) -> loop(a.data(), b.data(), c.data(), out, lo, hi));
        return new float[][] {out};
    }

    private static void loop(float[] a, float[] b, float[] c, float[] out, int lo, int hi) {
        for (int i = lo; i < hi; i++) {
            out[i] = a[i] * b[i] + c[i];
        }
    }

    @Override
    public long bytes() {
        return 16L * a.data().length;
    }
}
