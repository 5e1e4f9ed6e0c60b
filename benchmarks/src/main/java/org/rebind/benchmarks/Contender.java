package org.rebind.benchmarks;

import org.rebind.benchmarks.workload.Workload;

/**
 * One way of computing the workloads: by hand, by Rebind, or by a peer. Peers are found with {@link java.util.ServiceLoader}
 * in a class loader of their own, so that each runs with the libraries it was published with. Used by one thread.
 */
public interface Contender {
    /** The name used in results and on the command line, e.g. {@code onnxruntime}. */
    String name();

    /**
     * Builds the workload, inputs included, for {@code threads} threads.
     *
     * @throws UnsupportedOperationException if it cannot be expressed, with the reason
     */
    Prepared prepare(Workload workload, int threads);

    /** A workload ready to be called. */
    interface Prepared extends AutoCloseable {
        /** One call; the result is computed, in memory of the contender's choice, when it returns. */
        Object call();

        /** The elements of each result, in order. */
        float[][] read(Object result);

        /** Frees a result, where that is possible before the garbage collector does. */
        default void release(Object result) {
        }

        @Override
        default void close() {
        }
    }
}
