package org.rebind.benchmarks.workload;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RecursiveAction;

/** How hand-written code runs a range of elements or rows: whole on this thread, or in pieces on the common pool. */
public enum Split {
    ONE_THREAD {
        @Override
        void run(int n, int chunk, Range range) {
            range.run(0, n);
        }
    },
    FORK_JOIN {
        @Override
        void run(int n, int chunk, Range range) {
            if (n <= chunk) {
                range.run(0, n);
            } else {
                ForkJoinPool.commonPool().invoke(new Piece(0, n, chunk, range));
            }
        }
    };

    /** Elements a piece: 16k to 64k is best here. */
    static final int CHUNK = 32_768;

    /** Work over a range. */
    interface Range {
        void run(int lo, int hi);
    }

    abstract void run(int n, int chunk, Range range);

    /** A parallel copy: what memory allows. @param to as long as {@code from} */
    public static void copy(float[] from, float[] to) {
        FORK_JOIN.run(from.length, CHUNK, (lo, hi) -> System.arraycopy(from, lo, to, lo, hi - lo));
    }

    private static final class Piece extends RecursiveAction {
        private static final long serialVersionUID = 1L;
        private final int lo;
        private final int hi;
        private final int chunk;
        private final transient Range range;

        Piece(int lo, int hi, int chunk, Range range) {
            this.lo = lo;
            this.hi = hi;
            this.chunk = chunk;
            this.range = range;
        }

        @Override
        protected void compute() {
            if (hi - lo <= chunk) {
                range.run(lo, hi);
                return;
            }
            int middle = lo + (hi - lo) / 2;
            invokeAll(new Piece(lo, middle, chunk, range), new Piece(middle, hi, chunk, range));
        }
    }
}
