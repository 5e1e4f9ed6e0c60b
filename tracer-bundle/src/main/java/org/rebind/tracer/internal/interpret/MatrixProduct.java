package org.rebind.tracer.internal.interpret;

import java.util.Arrays;
import org.rebind.backend.HostBuffer;

/** [..., m, k] by [..., k, n]: rows accumulate in double or long and are rounded once. */
final class MatrixProduct {
    private MatrixProduct() {
    }

    static void of(Operand left, Operand right, HostBuffer result) {
        int rank = left.sizes().length;
        int m = (int) left.sizes()[rank - 2];
        int k = (int) left.sizes()[rank - 1];
        int n = (int) right.sizes()[rank - 1];
        if (result.elementCount() == 0) {
            return;
        }
        int batches = result.elementCount() / (m * n);
        if (left.floating()) {
            real(left.lanes(), right.lanes(), Lanes.of(result), batches, m, k, n);
        } else {
            whole(left.lanes(), right.lanes(), Lanes.of(result), batches, m, k, n);
        }
    }

    private static void real(Lanes a, Lanes b, Lanes out, int batches, int m, int k, int n) {
        double[] row = new double[n];
        double[] matrix = new double[k * n];
        for (int batch = 0; batch < batches; batch++) {
            for (int i = 0; i < matrix.length; i++) {
                matrix[i] = b.real(batch * k * n + i);
            }
            for (int i = 0; i < m; i++) {
                Arrays.fill(row, 0);
                for (int p = 0; p < k; p++) {
                    double x = a.real((batch * m + i) * k + p);
                    for (int j = 0; j < n; j++) {
                        row[j] += x * matrix[p * n + j];
                    }
                }
                for (int j = 0; j < n; j++) {
                    out.real((batch * m + i) * n + j, row[j]);
                }
            }
        }
    }

    private static void whole(Lanes a, Lanes b, Lanes out, int batches, int m, int k, int n) {
        for (int batch = 0; batch < batches; batch++) {
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    long sum = 0;
                    for (int p = 0; p < k; p++) {
                        sum += a.whole((batch * m + i) * k + p) * b.whole((batch * k + p) * n + j);
                    }
                    out.whole((batch * m + i) * n + j, sum);
                }
            }
        }
    }
}
