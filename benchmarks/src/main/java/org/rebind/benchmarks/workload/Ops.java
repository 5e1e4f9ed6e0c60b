package org.rebind.benchmarks.workload;

/**
 * The operations the workloads are made of, in a peer's own terms: {@code T} is its array where it computes at once, its
 * symbol where it builds a graph. Operands broadcast; all is float32.
 */
public interface Ops<T> {
    T add(T a, T b);

    T add(T a, float b);

    T sub(T a, T b);

    T mul(T a, T b);

    T mul(T a, float b);

    T div(T a, T b);

    T neg(T a);

    T exp(T a);

    T log(T a);

    T sqrt(T a);

    T tanh(T a);

    T erf(T a);

    T relu(T a);

    /** 1 where positive, otherwise 0. */
    T step(T a);

    /** Product of the last two axes, the ones before in parallel. */
    T matmul(T a, T b);

    /** The last two axes exchanged; may be a view. */
    T swapLast(T a);

    /** All elements in row-major order on one axis; moves them if {@code a} is a view that is not. */
    T flat(T a);

    /** Sum along one axis. */
    T sum(T a, int axis, boolean keepDims);

    T sumAll(T a);

    /** Along the last axis. */
    T softmax(T a);

    /** (x - mean) / sqrt(variance + epsilon) along the last axis of {@code size} elements, by the peer's own operation if it has one. */
    T layerNorm(T a, int size, float epsilon);
}
