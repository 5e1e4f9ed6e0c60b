package org.rebind.backend.aparapi.internal;

import java.lang.reflect.Array;
import java.util.Map;
import org.rebind.DType;
import org.rebind.backend.BackendException;

/**
 * Matrix products by the Vector API: b is packed into panels of two vectors' width, then tiles of c are computed in
 * parallel. float32 and float64. Thread-safe.
 */
final class VectorGemm implements Gemm {
    /** Rows of a panel that are used before the next panel: they stay in the first level cache. */
    private static final int DEPTH = 256;
    /** Rows of c of one tile at most. */
    private static final int TILE_ROWS = 64;
    /** Multiply-adds below which threads do not pay. */
    private static final long PARALLEL = 3_000_000;
    /** Multiply-adds below which a plain loop is as good. */
    private static final long SMALL = 8 * 8 * 8;

    private final Dispatcher dispatcher;
    private final ArrayPool pool;
    private final SourceCompiler compiler;
    private final int rows;
    private volatile GemmKernels floats;
    private volatile GemmKernels doubles;

    VectorGemm(VectorCode vector, SourceCompiler compiler, Dispatcher dispatcher, ArrayPool pool) {
        this.compiler = compiler;
        this.dispatcher = dispatcher;
        this.pool = pool;
        this.rows = vector.bits() >= 512 ? 8 : 6; // accumulators take two thirds of the registers
    }

    /** Compiled for the first product: most programs have none, and the first of a JVM takes a third of a second. */
    private GemmKernels kernels(boolean single) {
        GemmKernels known = single ? floats : doubles;
        return known != null ? known : compile(single);
    }

    private synchronized GemmKernels compile(boolean single) {
        if (single && floats == null) {
            floats = load(true);
        } else if (!single && doubles == null) {
            doubles = load(false);
        }
        return single ? floats : doubles;
    }

    private GemmKernels load(boolean single) {
        String name = GemmSource.className(single);
        try {
            return (GemmKernels) compiler.compile(Map.of(name, new GemmSource(single, rows).print())).loadClass(name)
                    .getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new BackendException(BackendException.Kind.COMPILE, "matrix kernels do not load: " + e, e);
        }
    }

    @Override
    public String name() {
        return "Vector API kernels";
    }

    @Override
    public boolean takes(DType dtype, int m, int n, int k) {
        return (dtype == DType.FLOAT32 || dtype == DType.FLOAT64) && (long) m * n * k > SMALL;
    }

    /** Never: threads share the packing, and an MLP of batch 64 took 1.15 times as long when each did its own. */
    @Override
    public int ownRows() {
        return Integer.MAX_VALUE;
    }

    /** Any: b is packed. */
    @Override
    public int leading(int rows, int n, int k, int leading) {
        return leading;
    }

    @Override
    public Product product(int m, int n, int k, int threads) {
        return (a, b, c, cOffset) -> multiply(a, b, c, cOffset, m, n, k, threads);
    }

    private void multiply(Matrix a, Matrix b, Object c, int cOffset, int m, int n, int k, int threads) {
        boolean single = c instanceof float[];
        GemmKernels kernels = kernels(single);
        DType dtype = single ? DType.FLOAT32 : DType.FLOAT64;
        int width = kernels.width();
        int panels = (n + width - 1) / width;
        Object packed = pool.take(dtype, (long) panels * width * k);
        try {
            boolean parallel = (long) m * n * k >= PARALLEL && threads > 1;
            run((lo, hi) -> pack(b, packed, lo, hi, width, n, k), panels, parallel && k * (long) n > 100_000);
            Tiles tiles = new Tiles(kernels, a, packed, c, cOffset, m, n, k, parallel ? threads : 1);
            run(tiles, tiles.count(), parallel);
        } finally {
            pool.give(dtype, packed);
        }
    }

    private void run(Chunked work, int extent, boolean parallel) {
        if (parallel) {
            dispatcher.run(work, extent, 1);
        } else {
            work.run(0, extent);
        }
    }

    /** Panel j holds columns [j width, (j + 1) width) of b, row after row, zeros beyond the last column. */
    private static void pack(Matrix b, Object packed, int lo, int hi, int width, int n, int k) {
        for (int panel = lo; panel < hi; panel++) {
            int from = panel * width;
            int columns = Math.min(width, n - from);
            int to = panel * width * k;
            if (columns < width) {
                fillZero(packed, to, width * k);
            }
            if (!b.transposed()) {
                for (int p = 0; p < k; p++) {
                    System.arraycopy(b.array(), b.offset() + p * b.leading() + from, packed, to + p * width, columns);
                }
            } else if (packed instanceof float[] f) {
                transpose((float[]) b.array(), b.offset() + from * b.leading(), b.leading(), f, to, width, columns, k);
            } else {
                transpose((double[]) b.array(), b.offset() + from * b.leading(), b.leading(), (double[]) packed, to, width,
                        columns, k);
            }
        }
    }

    private static void fillZero(Object packed, int from, int count) {
        if (packed instanceof float[] f) {
            java.util.Arrays.fill(f, from, from + count, 0f);
        } else {
            java.util.Arrays.fill((double[]) packed, from, from + count, 0d);
        }
    }

    private static void transpose(float[] b, int from, int leading, float[] packed, int to, int width, int columns, int k) {
        for (int p0 = 0; p0 < k; p0 += 16) { // a block's lines stay in the first level cache
            int p1 = Math.min(k, p0 + 16);
            for (int j = 0; j < columns; j++) {
                for (int p = p0; p < p1; p++) {
                    packed[to + p * width + j] = b[from + j * leading + p];
                }
            }
        }
    }

    private static void transpose(double[] b, int from, int leading, double[] packed, int to, int width, int columns, int k) {
        for (int p0 = 0; p0 < k; p0 += 8) {
            int p1 = Math.min(k, p0 + 8);
            for (int j = 0; j < columns; j++) {
                for (int p = p0; p < p1; p++) {
                    packed[to + p * width + j] = b[from + j * leading + p];
                }
            }
        }
    }

    /** The tiles of c: some rows by some panels, enough of them for all threads. */
    private static final class Tiles implements Chunked {
        private final GemmKernels kernels;
        private final Matrix a;
        private final Object packed;
        private final Object c;
        private final int cOffset;
        private final int m;
        private final int n;
        private final int k;
        private final int tileRows;
        private final int tilePanels;
        private final int across;
        private final int down;

        Tiles(GemmKernels kernels, Matrix a, Object packed, Object c, int cOffset, int m, int n, int k, int threads) {
            this.kernels = kernels;
            this.a = a;
            this.packed = packed;
            this.c = c;
            this.cOffset = cOffset;
            this.m = m;
            this.n = n;
            this.k = k;
            int width = kernels.width();
            int panels = (n + width - 1) / width;
            int step = kernels.rows();
            int rows = Math.min(TILE_ROWS, (m + step - 1) / step * step);
            int each = panels;
            int wanted = threads == 1 ? 1 : 4 * threads;
            while (each > 4 && (long) ((m + rows - 1) / rows) * ((panels + each - 1) / each) < wanted) {
                each = (each + 1) / 2;
            }
            while (rows > 2 * step && (long) ((m + rows - 1) / rows) * ((panels + each - 1) / each) < wanted) {
                rows = (rows / step + 1) / 2 * step;
            }
            this.tileRows = rows;
            this.tilePanels = each;
            this.across = (panels + each - 1) / each;
            this.down = (m + rows - 1) / rows;
        }

        int count() {
            return across * down;
        }

        @Override
        public void run(int lo, int hi) {
            int width = kernels.width();
            Object edge = n % width == 0 ? null : Array.newInstance(c.getClass().getComponentType(), kernels.rows() * width);
            for (int t = lo; t < hi; t++) {
                tile(t / across * tileRows, t % across * tilePanels, edge);
            }
        }

        private void tile(int row, int panel, Object edge) {
            int width = kernels.width();
            int rowEnd = Math.min(m, row + tileRows);
            int panelEnd = Math.min((n + width - 1) / width, panel + tilePanels);
            for (int p = 0; p < k; p += DEPTH) {
                int depth = Math.min(DEPTH, k - p);
                for (int j = panel; j < panelEnd; j++) {
                    for (int i = row; i < rowEnd; i += kernels.rows()) {
                        block(i, Math.min(kernels.rows(), rowEnd - i), j, p, depth, edge);
                    }
                }
            }
        }

        private void block(int row, int rows, int panel, int p, int depth, Object edge) {
            int width = kernels.width();
            int rowStride = a.transposed() ? 1 : a.leading();
            int depthStride = a.transposed() ? a.leading() : 1;
            int from = a.offset() + row * rowStride + p * depthStride;
            int at = panel * width * k + p * width;
            int columns = n - panel * width;
            int to = cOffset + row * n + panel * width;
            if (columns >= width) {
                kernels.block(a.array(), from, rowStride, depthStride, packed, at, depth, c, to, n, rows, p > 0);
                return;
            }
            for (int i = 0; i < rows && p > 0; i++) {
                System.arraycopy(c, to + i * n, edge, i * width, columns);
            }
            kernels.block(a.array(), from, rowStride, depthStride, packed, at, depth, edge, 0, width, rows, p > 0);
            for (int i = 0; i < rows; i++) {
                System.arraycopy(edge, i * width, c, to + i * n, columns);
            }
        }
    }
}
