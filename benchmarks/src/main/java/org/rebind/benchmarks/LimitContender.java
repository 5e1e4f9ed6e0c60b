package org.rebind.benchmarks;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.FloatPointer;
import org.rebind.benchmarks.workload.MatrixProduct;
import org.rebind.benchmarks.workload.Split;
import org.rebind.benchmarks.workload.Workload;

/** What the hardware, or the library underneath, allows: not a contender that computes the workload, or not through Java. */
final class LimitContender {
    /** A parallel copy of the first input, to the same place each time, to compare bytes a second with. */
    static final Contender COPY = new Contender() {
        @Override
        public String name() {
            return "copy";
        }

        @Override
        public Prepared prepare(Workload workload, int threads) {
            float[] from = workload.inputs().get(0).data();
            return new Copy(from, new float[from.length]);
        }
    };

    /** oneDNN's sgemm on native memory that is there before and after. */
    static final Contender ONEDNN = new Contender() {
        @Override
        public String name() {
            return "onednn";
        }

        @Override
        public Prepared prepare(Workload workload, int threads) {
            if (!(workload instanceof MatrixProduct product)) {
                throw new UnsupportedOperationException("oneDNN is called directly for matrix products only");
            }
            return new Sgemm(product);
        }
    };

    private LimitContender() {
    }

    private record Copy(float[] from, float[] to) implements Contender.Prepared {
        @Override
        public Object call() {
            Split.copy(from, to);
            return to;
        }

        /** A copy is no result of the workload; what is checked is that it copied. */
        @Override
        public float[][] read(Object result) {
            if (!java.util.Arrays.equals(from, (float[]) result)) {
                throw new IllegalStateException("copy: differs from its source");
            }
            return null;
        }
    }

    private static final class Sgemm implements Contender.Prepared {
        private final int n;
        private final FloatPointer a;
        private final FloatPointer b;
        private final FloatPointer c;

        Sgemm(MatrixProduct product) {
            n = product.side();
            a = new FloatPointer(product.inputs().get(0).data());
            b = new FloatPointer(product.inputs().get(1).data());
            c = new FloatPointer((long) n * n);
        }

        @Override
        public Object call() {
            int status = dnnl.dnnl_sgemm((byte) 'N', (byte) 'N', n, n, n, 1f, a, n, b, n, 0f, c, n);
            if (status != 0) {
                throw new IllegalStateException("dnnl_sgemm returned status " + status);
            }
            return c;
        }

        @Override
        public float[][] read(Object result) {
            float[] out = new float[n * n];
            c.get(out);
            return new float[][] {out};
        }
    }
}
