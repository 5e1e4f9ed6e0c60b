package org.rebind.codegen;

import java.util.List;
import org.rebind.Dim;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Stmt;

/**
 * One launch: a loop nest over a parallel extent. One compilation serves every size.
 *
 * <p>Parameters of the rendered function, in order: the {@link #buffers}, the {@link #sizes} as ints, then {@code int
 * extent} (in C dialects), then what {@link Launch} says. A launch whose extent evaluates to 0 must be skipped.
 *
 * @param name unique in its plan, an identifier, for instance {@code mul_add_tanh}
 * @param sizes int parameters, evaluated by the host at each launch
 * @param extent number of parallel items, at most 2^31 - 1
 * @param workPerItem inner operations of one item, evaluated by the host, to choose chunks by {@link #chunk}
 * @param chunkMultiple chunks should start at multiples of this; of THREADS launches the items one thread takes at a time
 * @param lookAhead of a CPU, whether loops over long rows should look at the next row while they compute one
 * @param vectorBits of a CPU, the width of its vectors; it must have them
 * @param body statements; CPU bodies use the variables {@code lo} and {@code hi}
 */
public record Kernel(String name, List<Array.Buffer> buffers, List<SizeParam> sizes, Dim extent, Launch launch,
        Dim workPerItem, int chunkMultiple, boolean lookAhead, int vectorBits, List<Stmt> body, KernelNote note) {
    /** Threads of a group, fixed so that one compilation serves: local sizes of GROUPS launches must be exactly this. */
    public static final int GROUP_SIZE = 256;

    public Kernel {
        buffers = List.copyOf(buffers);
        sizes = List.copyOf(sizes);
        body = List.copyOf(body);
    }

    /** An int parameter. @param dim its number at launch */
    public record SizeParam(String name, Dim dim) {
    }

    /** How the extent is spread. */
    public enum Launch {
        /**
         * CPU: disjoint chunks [lo, hi) cover [0, extent). Java: {@link HostKernels#run}. C: one work-item a chunk of
         * {@code chunk} items, the last parameter.
         */
        CHUNKS,
        /**
         * GPU: any grid with which extent plus the grid's threads times {@link #chunkMultiple} stays below 2^31; threads
         * stride over the extent. Buffers start at multiples of 16 bytes.
         */
        THREADS,
        /** GPU: any number of groups of exactly {@link #GROUP_SIZE} threads; groups stride over the extent. */
        GROUPS
    }

    /**
     * Items of a chunk with about {@code work} inner operations.
     *
     * @param workPerItem {@link #workPerItem} evaluated
     */
    public int chunk(long workPerItem, long work) {
        long items = Math.max(1, work / Math.max(1, workPerItem));
        long multiple = (items + chunkMultiple - 1) / chunkMultiple * chunkMultiple;
        return (int) Math.min(multiple, 1 << 30);
    }
}
