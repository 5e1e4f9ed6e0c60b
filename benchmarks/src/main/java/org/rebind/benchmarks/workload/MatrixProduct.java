package org.rebind.benchmarks.workload;

import java.util.List;

/** A square matrix product. */
public final class MatrixProduct extends Workload {
    /** From here on only libraries are worth timing, and the check multiplies by a vector instead of computing a reference. */
    private static final int LARGE = 512;
    private final Array a;
    private final Array b;
    private final int n;

    MatrixProduct(int n) {
        super("matmul", Integer.toString(n));
        this.n = n;
        a = Array.normal(1, 1, n, n);
        b = Array.normal(2, 1, n, n);
    }

    /** Rows and columns. */
    public int side() {
        return n;
    }

    @Override
    public List<Array> inputs() {
        return List.of(a, b);
    }

    @Override
    public <T> List<T> build(Ops<T> ops, List<T> in) {
        return List.of(ops.matmul(in.get(0), in.get(1)));
    }

    @Override
    public RebindForm rebind() {
        return RebindForm.of((a, b) -> a.matmul(b));
    }

    @Override
    public float[][] scalar() {
        return n > LARGE ? null : new float[][] {Products.scalar(a.data(), b.data(), n, n, n)};
    }

    @Override
    public float[][] vector(Split split) {
        return new float[][] {Products.vector(a.data(), b.data(), n, n, n, split)};
    }

    @Override
    public long flops() {
        return 2L * n * n * n;
    }

    @Override
    double tolerance() {
        return 2e-5 * Math.sqrt(n);
    }

    /** Large ones by Freivalds: c r = a (b r) in double for vectors r of signs, which an error in any element of c changes. */
    @Override
    public void check(String contender, float[][] got) {
        if (n <= LARGE) {
            super.check(contender, got);
            return;
        }
        if (got.length != 1 || got[0].length != n * n) {
            throw new IllegalStateException(contender + ": expected one result of " + n * n + " elements");
        }
        java.util.Random random = new java.util.Random(5);
        double[] r = random.doubles(n).map(v -> v < 0.5 ? -1 : 1).toArray();
        double[] want = times(a.data(), times(b.data(), r));
        double[] have = times(got[0], r);
        for (int i = 0; i < n; i++) {
            if (!(Math.abs(want[i] - have[i]) <= 1e-5 * n)) {
                throw new IllegalStateException(contender + ": row " + i + " times signs is " + have[i] + ", expected " + want[i]);
            }
        }
    }

    private double[] times(float[] m, double[] v) {
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += m[i * n + j] * v[j];
            }
            out[i] = sum;
        }
        return out;
    }
}
