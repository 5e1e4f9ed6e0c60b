package org.rebind.backend.aparapi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.rebind.DType;

/** Every way to multiply against three plain loops, over awkward sizes, transposes, offsets and leading dimensions. */
class GemmTest {
    private static final long SEED = Long.getLong("rebind.test.seed", System.nanoTime());
    private static final int[][] SIZES = {{1, 1, 1}, {1, 7, 3}, {13, 1, 5}, {8, 32, 16}, {9, 33, 257}, {64, 64, 64},
            {65, 100, 300}, {3, 500, 700}, {200, 47, 513}, {256, 256, 256},
            {512, 40, 300}, {40, 1000, 300}};

    private final Dispatcher dispatcher = new Dispatcher(3);
    private final ArrayPool pool = new ArrayPool(64 << 20);

    private List<Gemm> gemms() {
        List<Gemm> gemms = new ArrayList<>();
        VectorCode vector = VectorCode.detect();
        if (vector.available()) {
            gemms.add(new VectorGemm(vector, new SourceCompiler(GemmTest.class.getClassLoader()), dispatcher, pool));
            OneDnn.find(dispatcher, System.getLogger("test")).ifPresent(gemms::add);
        }
        return gemms;
    }

    @AfterEach
    void close() {
        dispatcher.close();
    }

    @Test
    void agreesWithPlainLoops() {
        Random random = new Random(SEED);
        for (Gemm g : gemms()) {
            for (int[] s : SIZES) {
                for (int flags = 0; flags < 4; flags++) {
                    floats(g, s[0], s[1], s[2], (flags & 1) != 0, (flags & 2) != 0, random);
                    if (g instanceof VectorGemm) {
                        doubles(g, s[0], s[1], s[2], (flags & 1) != 0, (flags & 2) != 0, random);
                    }
                }
            }
        }
    }

    @Test
    void productsTooLongForOneCallAreCut() {
        Random random = new Random(SEED);
        for (Gemm g : gemms()) {
            if (g instanceof OneDnn) {
                floats(g, 457, 970, 1511, false, false, random);
                floats(g, 970, 457, 1511, true, true, random);
                floats(g, 2111, 2300, 100, false, true, random); // too large for one call of its few terms
            }
        }
    }

    private static void floats(Gemm g, int m, int n, int k, boolean ta, boolean tb, Random random) {
        int lda = (ta ? m : k) + random.nextInt(3);
        int ldb = (tb ? k : n) + random.nextInt(3);
        float[] a = new float[5 + lda * (ta ? k : m)];
        float[] b = new float[3 + ldb * (tb ? n : k)];
        float[] c = new float[2 + m * n + 4];
        fill(a, random);
        fill(b, random);
        java.util.Arrays.fill(c, 7);
        g.product(m, n, k, 3).multiply(new Gemm.Matrix(a, 5, lda, ta), new Gemm.Matrix(b, 3, ldb, tb), c, 2);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                double size = 0;
                for (int p = 0; p < k; p++) {
                    double term = (double) a[5 + (ta ? p * lda + i : i * lda + p)] * b[3 + (tb ? j * ldb + p : p * ldb + j)];
                    sum += term;
                    size += Math.abs(term);
                }
                assertEquals(sum, c[2 + i * n + j], size * 1e-6 * Math.sqrt(k) + 1e-30, g.name() + " float32 " + m + "x" + n
                        + "x" + k + " " + ta + tb + " at " + i + "," + j + " seed " + SEED);
            }
        }
        assertEquals(7, c[1], "before c");
        assertEquals(7, c[2 + m * n], "after c");
    }

    private static void doubles(Gemm g, int m, int n, int k, boolean ta, boolean tb, Random random) {
        int lda = ta ? m : k;
        int ldb = tb ? k : n;
        double[] a = random.doubles((long) m * k, -1, 1).toArray();
        double[] b = random.doubles((long) n * k, -1, 1).toArray();
        double[] c = new double[m * n];
        g.product(m, n, k, 3).multiply(new Gemm.Matrix(a, 0, lda, ta), new Gemm.Matrix(b, 0, ldb, tb), c, 0);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int p = 0; p < k; p++) {
                    sum += a[ta ? p * lda + i : i * lda + p] * b[tb ? j * ldb + p : p * ldb + j];
                }
                assertEquals(sum, c[i * n + j], 1e-14 * k, g.name() + " float64 " + m + "x" + n + "x" + k + " " + ta + tb
                        + " at " + i + "," + j + " seed " + SEED);
            }
        }
    }

    private static void fill(float[] x, Random random) {
        for (int i = 0; i < x.length; i++) {
            x[i] = random.nextFloat() * 2 - 1;
        }
    }

    @Test
    void takesOnlyFloatingTypes() {
        for (Gemm g : gemms()) {
            assertEquals(false, g.takes(DType.INT32, 256, 256, 256), g.name());
            assertEquals(true, g.takes(DType.FLOAT32, 256, 256, 256), g.name());
            assertEquals(g instanceof VectorGemm, g.takes(DType.FLOAT64, 256, 256, 256), g.name());
            assertEquals(g instanceof VectorGemm, g.takes(DType.FLOAT32, 16, 16, 16), g.name() + ", a small product");
        }
    }
}
