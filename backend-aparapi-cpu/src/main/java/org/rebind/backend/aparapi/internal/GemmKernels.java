package org.rebind.backend.aparapi.internal;

/** Innermost loops of {@link VectorGemm}, printed and compiled at run time. Public only so that generated classes see it. */
public interface GemmKernels {
    /**
     * Multiplies a few rows of a by one packed panel of b.
     *
     * @param a element (i, p) is at {@code aOffset + i * rowStride + p * depthStride}
     * @param panel depth rows of {@link #width} elements from panelOffset
     * @param c rows are {@code leading} apart; all {@link #width} elements are written
     * @param rows at most {@link #rows}
     * @param add whether to add to c instead of replacing it
     */
    void block(Object a, int aOffset, int rowStride, int depthStride, Object panel, int panelOffset, int depth, Object c,
            int cOffset, int leading, int rows, boolean add);

    /** Rows of the largest block. */
    int rows();

    /** Columns of a panel: two vectors. */
    int width();
}
