package org.rebind.backend.aparapi.internal;

import org.rebind.DType;
import org.rebind.codegen.HostKernels;

/** A step of a plan with its sizes as numbers. Immutable but for learnt costs; thread-safe. */
sealed interface BoundStep {
    /** Does the step. @param arrays one a buffer of the plan */
    void run(Object[] arrays, Dispatcher dispatcher);

    /** Whether the calling thread does it alone: nothing refers to the arrays afterwards. */
    boolean isShort();

    /**
     * A kernel launch.
     *
     * @param kernel its number in {@code kernels}
     * @param buffers buffer of the plan for each of the kernel's, null if they are the plan's very buffers
     */
    record Kernel(HostKernels kernels, int kernel, int[] buffers, int[] sizes, int extent, long workPerItem, int multiple,
            Cost cost) implements BoundStep {
        @Override
        public void run(Object[] arrays, Dispatcher dispatcher) {
            if (extent == 0) {
                return;
            }
            Object[] mine = select(arrays);
            long work = extent * workPerItem;
            if (work < Cost.TIMED) {
                part(mine, 0, extent);
                return;
            }
            int chunk = cost.chunk(extent, workPerItem, multiple, dispatcher.threads());
            long start = System.nanoTime();
            if (chunk >= extent) {
                part(mine, 0, extent);
                cost.measured(System.nanoTime() - start, work);
            } else {
                int workers = dispatcher.run((lo, hi) -> part(mine, lo, hi), extent, chunk);
                cost.measured((double) (System.nanoTime() - start) * workers, work);
            }
        }

        @Override
        public boolean isShort() {
            return extent * workPerItem < Cost.TIMED;
        }

        /** Items in one call, or, as long as the kernel is fresh, in many. */
        private void part(Object[] mine, int lo, int hi) {
            if (!cost.isFresh()) {
                kernels.run(kernel, mine, sizes, lo, hi);
                return;
            }
            int piece = Cost.freshPiece(extent, multiple);
            for (long at = lo; at < hi; at += piece) {
                kernels.run(kernel, mine, sizes, (int) at, (int) Math.min(at + piece, hi));
            }
            cost.ran((hi - lo) / piece + 1);
        }

        private Object[] select(Object[] arrays) {
            if (buffers == null) {
                return arrays;
            }
            Object[] mine = new Object[buffers.length];
            for (int i = 0; i < mine.length; i++) {
                mine[i] = arrays[buffers[i]];
            }
            return mine;
        }
    }

    /**
     * A batch of matrix products.
     *
     * @param a offsets of the batch items' first elements, likewise {@code b}; items of out follow one another
     */
    record Matmul(Gemm gemm, DType dtype, Operand a, Operand b, int out, int m, int n, int k) implements BoundStep {
        /** Multiply-adds of a batch from which its items are spread over threads. */
        private static final long PARALLEL = 2_000_000;

        @Override
        public void run(Object[] arrays, Dispatcher dispatcher) {
            int items = a.offsets.length;
            if (items >= dispatcher.threads() && dispatcher.threads() > 1 && (long) m * n * k * items >= PARALLEL) {
                int chunk = (items + dispatcher.threads() - 1) / dispatcher.threads();
                dispatcher.run((lo, hi) -> multiply(arrays, lo, hi), items, chunk);
            } else {
                multiply(arrays, 0, items);
            }
        }

        @Override
        public boolean isShort() {
            return false;
        }

        /** Within a launch that has all threads each product stays on its own. */
        private void multiply(Object[] arrays, int lo, int hi) {
            for (int i = lo; i < hi; i++) {
                gemm.multiply(a.item(arrays, i), b.item(arrays, i), arrays[out], i * m * n, m, n, k);
            }
        }
    }

    /** The items of one operand of a batch. */
    record Operand(int buffer, int[] offsets, int leading, boolean transposed) {
        Gemm.Matrix item(Object[] arrays, int i) {
            return new Gemm.Matrix(arrays[buffer], offsets[i], leading, transposed);
        }
    }
}
