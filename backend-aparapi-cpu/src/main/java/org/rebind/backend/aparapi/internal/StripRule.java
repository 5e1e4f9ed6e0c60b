package org.rebind.backend.aparapi.internal;

import java.util.List;

/**
 * When steps are done strip by strip, and by how many at a time.
 *
 * @param threads a call may use
 * @param least multiply-adds of the steps' products from which it is done; 0, for tests, always and however few rows a thread gets
 */
record StripRule(int threads, long least) {
    /** Multiply-adds from which threads help a product at all. */
    static final long USUAL = 3_000_000;
    private static final int ROW_BLOCK = 8;
    private static final int CHUNKS_PER_THREAD = 4;

    /** Strips a thread takes at a time, 0 if the steps are done one after the other. @param steps with a library's product among them */
    int chunk(List<BoundStep> steps, int count) {
        long multiplyAdds = 0;
        int ownRows = 0;
        for (BoundStep s : steps) {
            if (s instanceof BoundStep.Matmul m) {
                multiplyAdds += m.multiplyAdds();
                ownRows = m.byRows() ? Math.max(ownRows, m.gemm().ownRows()) : ownRows;
            }
        }
        if (multiplyAdds < least || count == 0) {
            return 0;
        }
        boolean forced = least == 0; // tests want small tensors cut
        if (ownRows > 0) {
            int even = (count + threads - 1) / threads;
            return forced ? even : even < ownRows ? 0 : (even + ROW_BLOCK - 1) / ROW_BLOCK * ROW_BLOCK;
        }
        boolean balanced = count % threads == 0 || count >= 2 * threads;
        return forced || balanced ? Math.max(1, count / (threads * CHUNKS_PER_THREAD)) : 0;
    }
}
