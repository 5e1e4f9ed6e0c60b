package org.rebind.backend.opencl.internal;

import java.util.Map;
import org.rebind.DType;

/**
 * Source text of the matrix product kernels. On a CPU one work-item computes a block of rows by a few vector registers,
 * reading operand b from panels that were packed for it (the register blocking of Goto and van de Geijn, "Anatomy of
 * high-performance matrix multiplication", 2008); on a GPU a group of 256 threads computes 64 by 64 elements, tiles of
 * both operands shared in local memory. Both add along k in order by fused multiply-add, one accumulator an element; where
 * sums must be exact the code generator's own kernel runs instead.
 */
final class MatmulSource {
    /** Elements of k one tile of the GPU kernel holds. */
    private static final int TILE_K = 16;
    /** Rows and columns a group of the GPU kernel computes. */
    static final int GPU_TILE = 64;
    /** Threads along each axis of a group of the GPU kernel. */
    static final int GPU_THREADS = 16;
    /** Rows of k that one work-item packs. */
    static final int PACK_ROWS = 256;

    private final boolean cpu;
    private final int vectorBits;
    private final int minRows;

    /**
     * @param vectorBits width of the CPU's vector registers
     * @param minRows rows below which packing operand b costs more than it saves, so that a CPU had better run a kernel
     *     of another kind
     */
    MatmulSource(boolean cpu, int vectorBits, int minRows) {
        this.cpu = cpu;
        this.vectorBits = vectorBits;
        this.minRows = minRows;
    }

    /** The kernels for a device. */
    static MatmulSource of(DeviceFacts device) {
        return new MatmulSource(device.isCpu(), device.vectorBits(), 8);
    }

    /** Whether these kernels suit a product of so many rows. */
    boolean suits(DType dtype, int rows) {
        return supports(dtype) && (!cpu || rows >= minRows);
    }

    static boolean supports(DType dtype) {
        return dtype == DType.FLOAT32 || dtype == DType.FLOAT64;
    }

    /** Name of the kernel of a dtype. */
    static String name(DType dtype) {
        return "matmul_" + dtype;
    }

    /** Name of the kernel that packs operand b, on a CPU. */
    static String packName(DType dtype) {
        return "matmul_pack_" + dtype;
    }

    boolean packs() {
        return cpu;
    }

    /** Elements of a vector: what a register holds, in the widths OpenCL has. */
    private int lanes(DType dtype) {
        int lanes = Math.max(128, vectorBits) / (8 * dtype.byteSize());
        return Math.min(16, Integer.highestOneBit(lanes));
    }

    /** Rows one work-item of the CPU kernel computes. */
    int rows() {
        return 6;
    }

    /** Vectors of columns: with 32 registers 6 by 4 accumulators fit, with 16 (AVX2) 6 by 2. */
    private int vectors() {
        return vectorBits >= 512 ? 4 : 2;
    }

    /** Columns one work-item of the CPU kernel computes, the width of a panel. */
    int columns(DType dtype) {
        return lanes(dtype) * vectors();
    }

    /** The kernels of a dtype. */
    String source(DType dtype) {
        String text = cpu ? PACK + CPU : GPU;
        Map<String, String> words = Map.of("$ROWS", "" + rows(), "$VECTORS", "" + vectors(), "$LANES",
                "" + lanes(dtype), "$COLUMNS", "" + columns(dtype), "$PACK_ROWS", "" + PACK_ROWS, "$TILE_K",
                "" + TILE_K, "$DTYPE", dtype.toString(), "$T", dtype == DType.FLOAT32 ? "float" : "double");
        for (String key : new String[] {"$ROWS", "$VECTORS", "$LANES", "$COLUMNS", "$PACK_ROWS", "$TILE_K", "$DTYPE",
            "$T"}) {
            text = text.replace(key, words.get(key));
        }
        return text;
    }

    @Override
    public String toString() {
        return cpu ? "CPU kernel of " + vectorBits + " bits" : "GPU kernel";
    }

    private static final String PACK = """
            // Copies operand b into panels of $COLUMNS columns, each [k][$COLUMNS], filled up with zeros.
            __attribute__((reqd_work_group_size(1, 1, 1)))
            __kernel void matmul_pack_$DTYPE(__global const $T *restrict b, __global $T *restrict panels, int offset,
                    int row_stride, int column_stride, int batch_stride, int n, int k) {
                int j = get_global_id(0) * $COLUMNS;
                int lo = get_global_id(1) * $PACK_ROWS;
                int hi = min(lo + $PACK_ROWS, k);
                __global const $T *from = b + offset + (long) get_global_id(2) * batch_stride + (long) j * column_stride;
                __global $T *to = panels + (long) (get_global_id(2) * get_global_size(0) + get_global_id(0)) * k * $COLUMNS;
                int columns = min(n - j, $COLUMNS);
                if (column_stride == 1 && columns == $COLUMNS) {
                    for (int l = lo; l < hi; l++) {
                        for (int v = 0; v < $VECTORS; v++) {
                            vstore$LANES(vload$LANES(v, from + (long) l * row_stride), v, to + (long) l * $COLUMNS);
                        }
                    }
                } else {
                    for (int l = lo; l < hi; l++) {
                        for (int x = 0; x < $COLUMNS; x++) {
                            to[(long) l * $COLUMNS + x] = x < columns
                                    ? from[(long) l * row_stride + (long) x * column_stride] : 0;
                        }
                    }
                }
            }

            """;

    private static final String CPU = """
            // Computes $ROWS x $COLUMNS elements in registers. Rows beyond m repeat the last one and are not stored.
            __attribute__((reqd_work_group_size(1, 1, 1)))
            __kernel void matmul_$DTYPE(__global const $T *restrict a, __global const $T *restrict panels,
                    __global $T *restrict c, int a_offset, int a_row, int a_column, int a_batch, int panels_batch,
                    int c_offset, int m, int n, int k) {
                int i = get_global_id(0) * $ROWS;
                int j = get_global_id(1) * $COLUMNS;
                long batch = get_global_id(2);
                __global const $T *panel = panels + (batch * panels_batch + get_global_id(1)) * (long) k * $COLUMNS;
                __global const $T *rows[$ROWS];
                $T$LANES sums[$ROWS][$VECTORS];
                #pragma unroll
                for (int r = 0; r < $ROWS; r++) {
                    rows[r] = a + a_offset + batch * a_batch + (long) min(i + r, m - 1) * a_row;
                    #pragma unroll
                    for (int v = 0; v < $VECTORS; v++) {
                        sums[r][v] = 0;
                    }
                }
                for (int l = 0; l < k; l++) {
                    $T$LANES columns[$VECTORS];
                    #pragma unroll
                    for (int v = 0; v < $VECTORS; v++) {
                        columns[v] = vload$LANES(v, panel + (long) l * $COLUMNS);
                    }
                    #pragma unroll
                    for (int r = 0; r < $ROWS; r++) {
                        $T$LANES x = rows[r][(long) l * a_column];
                        #pragma unroll
                        for (int v = 0; v < $VECTORS; v++) {
                            sums[r][v] = fma(x, columns[v], sums[r][v]);
                        }
                    }
                }
                __global $T *to = c + c_offset + batch * m * n + (long) i * n + j;
                #pragma unroll
                for (int r = 0; r < $ROWS; r++) {
                    if (i + r < m && j + $COLUMNS <= n) {
                        #pragma unroll
                        for (int v = 0; v < $VECTORS; v++) {
                            vstore$LANES(sums[r][v], v, to + (long) r * n);
                        }
                    } else if (i + r < m) {
                        $T last[$COLUMNS];
                        #pragma unroll
                        for (int v = 0; v < $VECTORS; v++) {
                            vstore$LANES(sums[r][v], v, last);
                        }
                        for (int x = 0; x < n - j; x++) {
                            to[(long) r * n + x] = last[x];
                        }
                    }
                }
            }

            """;

    private static final String GPU = """
            // A group of 16 x 16 threads computes 64 x 64 elements, each thread 4 x 4 of them, 16 apart.
            __attribute__((reqd_work_group_size(16, 16, 1)))
            __kernel void matmul_$DTYPE(__global const $T *restrict a, __global const $T *restrict b,
                    __global $T *restrict c, int a_offset, int a_row, int a_column, int a_batch, int b_offset, int b_row,
                    int b_column, int b_batch, int c_offset, int m, int n, int k) {
                __local $T a_tile[$TILE_K][65];
                __local $T b_tile[$TILE_K][64];
                int x = get_local_id(0);
                int y = get_local_id(1);
                int thread = y * 16 + x;
                int i = get_group_id(1) * 64;
                int j = get_group_id(0) * 64;
                long batch = get_global_id(2);
                __global const $T *from_a = a + a_offset + batch * a_batch;
                __global const $T *from_b = b + b_offset + batch * b_batch;
                $T sums[4][4];
                #pragma unroll
                for (int r = 0; r < 4; r++) {
                    #pragma unroll
                    for (int s = 0; s < 4; s++) {
                        sums[r][s] = 0;
                    }
                }
                for (int start = 0; start < k; start += $TILE_K) {
                    for (int e = thread; e < 64 * $TILE_K; e += 256) {
                        int row = a_column == 1 ? e / $TILE_K : e % 64; // neighbours read neighbours
                        int l = a_column == 1 ? e % $TILE_K : e / 64;
                        a_tile[l][row] = i + row < m && start + l < k
                                ? from_a[(long) (i + row) * a_row + (long) (start + l) * a_column] : 0;
                        int column = b_column == 1 ? e % 64 : e / $TILE_K;
                        l = b_column == 1 ? e / 64 : e % $TILE_K;
                        b_tile[l][column] = j + column < n && start + l < k
                                ? from_b[(long) (start + l) * b_row + (long) (j + column) * b_column] : 0;
                    }
                    barrier(CLK_LOCAL_MEM_FENCE);
                    int depth = min($TILE_K, k - start);
                    for (int l = 0; l < depth; l++) {
                        #pragma unroll
                        for (int r = 0; r < 4; r++) {
                            $T left = a_tile[l][y + 16 * r];
                            #pragma unroll
                            for (int s = 0; s < 4; s++) {
                                sums[r][s] = fma(left, b_tile[l][x + 16 * s], sums[r][s]);
                            }
                        }
                    }
                    barrier(CLK_LOCAL_MEM_FENCE);
                }
                #pragma unroll
                for (int r = 0; r < 4; r++) {
                    #pragma unroll
                    for (int s = 0; s < 4; s++) {
                        if (i + y + 16 * r < m && j + x + 16 * s < n) {
                            c[c_offset + batch * m * n + (long) (i + y + 16 * r) * n + j + x + 16 * s] = sums[r][s];
                        }
                    }
                }
            }

            """;
}
