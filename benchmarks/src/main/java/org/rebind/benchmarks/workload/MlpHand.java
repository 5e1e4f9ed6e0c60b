package org.rebind.benchmarks.workload;

/** The perceptron by hand, its products by plain loops or by {@link Products#vector}. */
final class MlpHand {
    /** How it multiplies. */
    interface Product {
        float[] multiply(float[] a, float[] b, int m, int n, int k);
    }

    private final Product product;

    MlpHand(Product product) {
        this.product = product;
    }

    static MlpHand scalar() {
        return new MlpHand((a, b, m, n, k) -> Products.scalar(a, b, m, n, k));
    }

    static MlpHand vector(Split split) {
        return new MlpHand((a, b, m, n, k) -> Products.vector(a, b, m, n, k, split));
    }

    float[] multiply(float[] a, float[] b, int m, int n, int k) {
        return product.multiply(a, b, m, n, k);
    }

    /** x w + b, with relu or without. */
    float[] dense(float[] x, float[] w, float[] b, int m, int n, int k, boolean relu) {
        float[] y = product.multiply(x, w, m, n, k);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                float v = y[i * n + j] + b[j];
                y[i * n + j] = relu ? Math.max(v, 0) : v;
            }
        }
        return y;
    }

    static void softmaxRows(float[] x, int rows, int columns) {
        for (int r = 0; r < rows; r++) {
            Softmax.scalarRow(x, r * columns, columns);
        }
    }
}
