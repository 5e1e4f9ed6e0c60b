package org.rebind.backend.aparapi.internal;

import org.rebind.DType;

/** A way to multiply matrices: c = a b for dense row-major arrays. Thread-safe. */
interface Gemm {
    /** What is called, for people. */
    String name();

    /** Whether it takes this product and is the right choice for it. */
    boolean takes(DType dtype, int m, int n, int k);

    /**
     * How products of a size are made; all of m, n, k are at least 1. What follows from sizes alone is decided here, not in each call.
     *
     * @param threads that may work on one: 1 within a launch that has them all
     */
    Product product(int m, int n, int k, int threads);

    /** Rows from which a thread may well do a part of its own, packing all of b for it; more than there are if never. */
    int ownRows();

    /**
     * The distance of b's rows at which a product runs best, if b is not transposed.
     *
     * @param rows of a that a thread multiplies
     * @param n columns of b, k its rows, {@code leading} apart
     * @return {@code leading} if no other is worth a copy of b
     */
    int leading(int rows, int n, int k, int leading);

    /** A product of m x k by k x n. Thread-safe. */
    interface Product {
        /** Writes all of c, [m, n] with rows n apart. */
        void multiply(Matrix a, Matrix b, Object c, int cOffset);
    }

    /**
     * One operand in an array.
     *
     * @param array float[] or double[]
     * @param offset of the first element
     * @param leading elements from a row of the stored matrix to the next
     * @param transposed whether the stored matrix is the operand's transpose
     */
    record Matrix(Object array, int offset, int leading, boolean transposed) {
        /** The part that starts at this row and column. */
        Matrix from(int row, int column) {
            int at = transposed ? column * leading + row : row * leading + column;
            return new Matrix(array, offset + at, leading, transposed);
        }
    }
}
