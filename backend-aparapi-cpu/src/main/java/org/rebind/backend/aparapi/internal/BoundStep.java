package org.rebind.backend.aparapi.internal;

import org.rebind.DType;
import org.rebind.codegen.HostKernels;

/** A step of a plan with its sizes as numbers. Immutable but for learnt costs; thread-safe. */
sealed interface BoundStep {
    /** Does the step. @param arrays one a buffer of the plan */
    void run(Object[] arrays, Dispatcher dispatcher);

    /** Whether the calling thread does it alone: nothing refers to the arrays afterwards. */
    boolean isShort();

    /** Does the lo'th up to, not including, the hi'th of {@code count} equal parts, on the calling thread. */
    void part(Object[] arrays, int lo, int hi, int count);

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
                items(mine, 0, extent);
                return;
            }
            int chunk = cost.chunk(extent, workPerItem, multiple, dispatcher.threads());
            long start = System.nanoTime();
            if (chunk >= extent) {
                items(mine, 0, extent);
                cost.measured(System.nanoTime() - start, work);
            } else {
                int workers = dispatcher.run((lo, hi) -> items(mine, lo, hi), extent, chunk);
                cost.measured((double) (System.nanoTime() - start) * workers, work);
            }
        }

        @Override
        public boolean isShort() {
            return extent * workPerItem < Cost.TIMED;
        }

        @Override
        public void part(Object[] arrays, int lo, int hi, int count) {
            int each = extent / count;
            items(select(arrays), lo * each, hi * each);
        }

        /** Items in one call, or, as long as the kernel is fresh, in many. */
        private void items(Object[] mine, int lo, int hi) {
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
     * @param padded b of all items with its rows apart as the library wants them, where a call has it; null if never
     * @param byRows whether parts are rows of the one item there is, not items
     * @param product of an item by all threads, {@code alone} by the calling one
     */
    record Matmul(Gemm gemm, DType dtype, Operand a, Operand b, Operand padded, int out, int m, int n, int k, boolean byRows,
            Gemm.Product product, Gemm.Product alone) implements BoundStep {
        /** Multiply-adds of a batch from which its items are spread over threads. */
        private static final long PARALLEL = 2_000_000;

        @Override
        public void run(Object[] arrays, Dispatcher dispatcher) {
            int items = a.offsets.length;
            if (items >= dispatcher.threads() && dispatcher.threads() > 1 && (long) m * n * k * items >= PARALLEL) {
                int chunk = (items + dispatcher.threads() - 1) / dispatcher.threads();
                dispatcher.run((lo, hi) -> multiply(arrays, lo, hi, alone), items, chunk);
            } else {
                multiply(arrays, 0, items, product);
            }
        }

        @Override
        public boolean isShort() {
            return false;
        }

        @Override
        public void part(Object[] arrays, int lo, int hi, int count) {
            int items = a.offsets.length;
            if (byRows) {
                int rows = m / count;
                gemm.product((hi - lo) * rows, n, k, 1).multiply(a.item(arrays, 0).from(lo * rows, 0), b(arrays).item(arrays, 0),
                        arrays[out], lo * rows * n);
            } else {
                multiply(arrays, lo * (items / count), hi * (items / count), alone);
            }
        }

        long multiplyAdds() {
            return (long) a.offsets.length * m * n * k;
        }

        private Operand b(Object[] arrays) {
            return padded != null && arrays[padded.buffer] != null ? padded : b;
        }

        private void multiply(Object[] arrays, int lo, int hi, Gemm.Product each) {
            Operand right = b(arrays);
            for (int i = lo; i < hi; i++) {
                each.multiply(a.item(arrays, i), right.item(arrays, i), arrays[out], i * m * n);
            }
        }
    }

    /**
     * Steps done strip by strip, see {@link org.rebind.codegen.Strips}: one launch instead of one a step, and what a step wrote is still
     * in the cache when the next reads it.
     *
     * @param count strips there are
     * @param chunk strips a thread takes at a time, all steps of them before the next
     */
    record Together(BoundStep[] steps, int count, int chunk) implements BoundStep {
        @Override
        public void run(Object[] arrays, Dispatcher dispatcher) {
            dispatcher.run((lo, hi) -> part(arrays, lo, hi, count), count, chunk);
        }

        @Override
        public boolean isShort() {
            return false;
        }

        @Override
        public void part(Object[] arrays, int lo, int hi, int parts) {
            for (int at = lo; at < hi; at += chunk) {
                for (BoundStep s : steps) {
                    s.part(arrays, at, Math.min(at + chunk, hi), parts);
                }
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
