package org.rebind.backend.aparapi.internal;

import java.util.List;

/**
 * When steps are done strip by strip, and by how many at a time.
 *
 * @param threads a call may use
 * @param least multiply-adds of the steps' products from which it is done
 */
record StripRule(int threads, long least) {
    /** Multiply-adds from which threads help a product at all. */
    static final long USUAL = 3_000_000;
    /** Rows of a product that are worth packing the whole of its other operand for. */
    private static final int ROWS = 32;
    private static final int ROW_BLOCK = 8;
    private static final int CHUNKS_PER_THREAD = 4;

    /** Strips a thread takes at a time, 0 if the steps are done one after the other. */
    int chunk(List<BoundStep> steps, int count) {
        long multiplyAdds = 0;
        boolean byRows = false;
        boolean product = false;
        for (BoundStep s : steps) {
            if (s instanceof BoundStep.Matmul m) {
                multiplyAdds += m.multiplyAdds();
                byRows |= m.byRows();
                product = true;
            }
        }
        if (!product || multiplyAdds < least || count == 0) {
            return 0;
        }
        boolean forced = least == 0; // tests want small tensors cut
        if (byRows) {
            int even = (count + threads - 1) / threads;
            return forced ? even : even < ROWS ? 0 : (even + ROW_BLOCK - 1) / ROW_BLOCK * ROW_BLOCK;
        }
        boolean balanced = count % threads == 0 || count >= 2 * threads;
        return forced || balanced ? Math.max(1, count / (threads * CHUNKS_PER_THREAD)) : 0;
    }
}
