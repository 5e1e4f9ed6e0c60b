package org.rebind.benchmarks.workload;

import static org.rebind.benchmarks.workload.VectorMath.F;

import jdk.incubator.vector.FloatVector;

/** Matrix products by hand: plain loops, and blocks of 4 rows by 2 vectors over packed panels. */
final class Products {
    private static final int ROWS = 4;

    private Products() {
    }

    /** c += a b, all row-major from the given offsets, in the order of loops that C2 turns into vector code. */
    static void scalar(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int m, int n, int k) {
        for (int i = 0; i < m; i++) {
            for (int p = 0; p < k; p++) {
                float x = a[aAt + i * k + p];
                int to = cAt + i * n;
                int from = bAt + p * n;
                for (int j = 0; j < n; j++) {
                    c[to + j] += x * b[from + j];
                }
            }
        }
    }

    static float[] scalar(float[] a, float[] b, int m, int n, int k) {
        float[] c = new float[m * n];
        scalar(a, 0, b, 0, c, 0, m, n, k);
        return c;
    }

    static float[] vector(float[] a, float[] b, int m, int n, int k, Split split) {
        float[] c = new float[m * n];
        int piece = (long) m * n * k < 100_000 ? m : Math.max(ROWS, (m / 4 + ROWS - 1) / ROWS * ROWS);
        split.run(m, piece, (lo, hi) -> rows(a, 0, b, 0, c, 0, lo, hi, n, k));
        return c;
    }

    /** Rows {@code lo} to {@code hi} of c = a b, by one thread. */
    static void rows(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int lo, int hi, int n, int k) {
        int width = 2 * F.length();
        float[] panel = new float[k * width];
        int j = 0;
        for (; j + width <= n; j += width) {
            for (int p = 0; p < k; p++) {
                System.arraycopy(b, bAt + p * n + j, panel, p * width, width);
            }
            int i = lo;
            for (; i + ROWS <= hi; i += ROWS) {
                block(a, aAt + i * k, panel, c, cAt + i * n + j, n, k);
            }
            for (; i < hi; i++) {
                row(a, aAt + i * k, panel, c, cAt + i * n + j, k);
            }
        }
        for (int i = lo; i < hi; i++) {
            for (int column = j; column < n; column++) {
                float sum = 0;
                for (int p = 0; p < k; p++) {
                    sum += a[aAt + i * k + p] * b[bAt + p * n + column];
                }
                c[cAt + i * n + column] = sum;
            }
        }
    }

    private static void block(float[] a, int at, float[] panel, float[] c, int to, int n, int k) {
        int f = F.length();
        FloatVector c00 = FloatVector.zero(F);
        FloatVector c01 = c00;
        FloatVector c10 = c00;
        FloatVector c11 = c00;
        FloatVector c20 = c00;
        FloatVector c21 = c00;
        FloatVector c30 = c00;
        FloatVector c31 = c00;
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(F, panel, p * 2 * f);
            FloatVector b1 = FloatVector.fromArray(F, panel, p * 2 * f + f);
            FloatVector x = FloatVector.broadcast(F, a[at + p]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(F, a[at + k + p]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(F, a[at + 2 * k + p]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(F, a[at + 3 * k + p]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
        }
        c00.intoArray(c, to);
        c01.intoArray(c, to + f);
        c10.intoArray(c, to + n);
        c11.intoArray(c, to + n + f);
        c20.intoArray(c, to + 2 * n);
        c21.intoArray(c, to + 2 * n + f);
        c30.intoArray(c, to + 3 * n);
        c31.intoArray(c, to + 3 * n + f);
    }

    private static void row(float[] a, int at, float[] panel, float[] c, int to, int k) {
        FloatVector c0 = FloatVector.zero(F);
        FloatVector c1 = c0;
        for (int p = 0; p < k; p++) {
            FloatVector x = FloatVector.broadcast(F, a[at + p]);
            c0 = x.fma(FloatVector.fromArray(F, panel, p * 2 * F.length()), c0);
            c1 = x.fma(FloatVector.fromArray(F, panel, (p * 2 + 1) * F.length()), c1);
        }
        c0.intoArray(c, to);
        c1.intoArray(c, to + F.length());
    }

    static float[] transposed(float[] x, int rows, int columns) {
        float[] t = new float[x.length];
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < columns; j++) {
                t[j * rows + r] = x[r * columns + j];
            }
        }
        return t;
    }
}
