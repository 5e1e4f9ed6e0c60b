package org.rebind.benchmarks.workload;

import java.util.List;

/** A matrix transposed and its elements moved: the result is flat, so that no contender can answer with a view. */
final class Transpose extends OnMatrix {
    private static final int TILE = 32;

    /** Sizes are multiples of 32. */
    Transpose(int rows, int columns) {
        super("transpose", rows, columns);
    }

    @Override
    public <T> List<T> build(Ops<T> ops, List<T> in) {
        return List.of(ops.flat(ops.swapLast(in.get(0))));
    }

    @Override
    public RebindForm rebind() {
        return RebindForm.of(x -> x.transpose().reshape(-1));
    }

    @Override
    public float[][] scalar() {
        float[] in = x.data();
        float[] out = new float[in.length];
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < columns; j++) {
                out[j * rows + r] = in[r * columns + j];
            }
        }
        return new float[][] {out};
    }

    /** In square tiles that fit the first cache. */
    @Override
    public float[][] vector(Split split) {
        float[] in = x.data();
        float[] out = result(0, in.length);
        split.run(columns / TILE, 1, (lo, hi) -> {
            for (int tile = lo; tile < hi; tile++) {
                for (int r = 0; r < rows; r += TILE) {
                    tile(in, out, r, tile * TILE);
                }
            }
        });
        return new float[][] {out};
    }

    private void tile(float[] in, float[] out, int row, int column) {
        for (int j = column; j < column + TILE; j++) {
            for (int r = row; r < row + TILE; r++) {
                out[j * rows + r] = in[r * columns + j];
            }
        }
    }
}
