package org.rebind.codegen;

/** Kernels of one Java source compiled to a class with a public constructor without parameters. Thread-safe. */
public interface HostKernels {
    /**
     * Runs one chunk of a kernel.
     *
     * @param kernel place in the list given to {@link Renderer#source}
     * @param buffers arrays as {@link org.rebind.backend.HostBuffer#array}, in the order of {@link Kernel#buffers};
     *     arrays may be longer than the buffers' element counts
     * @param sizes numbers of {@link Kernel#sizes}, in order
     * @param lo first item, {@code 0 <= lo < hi}
     * @param hi one past the last item, at most the extent
     */
    void run(int kernel, Object[] buffers, int[] sizes, int lo, int hi);
}
