package org.rebind.codegen;

/**
 * The scratch memory of kernels that go block by block, all of {@link Dialects#JAVA_BLOCKS} and some of {@link Dialects#JAVA_VECTOR}: one set of arrays a thread, kept, since making
 * 12 KiB takes half as long as a thousand elements do. Of a thread that ends, or of a bundle that goes, only float arrays can stay behind.
 * A kernel runs to its end before its thread starts another, so all share them.
 */
public final class BlockMemory {
    /** Elements of each array. */
    public static final int LENGTH = 1024;
    private static final ThreadLocal<float[][]> ARRAYS = ThreadLocal.withInitial(() -> new float[4][LENGTH]);

    private BlockMemory() {
    }

    /** At least so many arrays of the calling thread; they hold anything. */
    public static float[][] of(int arrays) {
        float[][] all = ARRAYS.get();
        if (all.length < arrays) {
            all = new float[arrays][LENGTH];
            ARRAYS.set(all);
        }
        return all;
    }
}
