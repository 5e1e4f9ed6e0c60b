package org.rebind.backend;

import java.lang.reflect.Array;
import org.rebind.ArgumentException;
import org.rebind.DType;

/**
 * Elements in a Java array on the host: {@code float[]}, {@code double[]}, {@code int[]}, {@code long[]}, {@code byte[]}
 * (0 or 1) for bool, {@code short[]} (bit patterns) for float16 and bfloat16. The array may be longer than the element
 * count, so that pools can reuse arrays; whoever makes the buffer never changes the elements afterwards.
 *
 * <p>Mostly the garbage collector frees the array, and {@link #close}, {@link #share}, {@link #retain} and {@link #release}
 * do nothing. A {@linkplain #pooled pooled} buffer gives its array back to a pool when it is closed, and with it all that
 * share the array, and nobody retains it any more. Whoever reads an array that somebody else may close meanwhile retains
 * it first. What is lent for a call ({@link Executable#execute}, {@link Device#upload}) is retained by the caller.
 */
public sealed class HostBuffer implements DeviceBuffer permits PooledBuffer {
    private final DType dtype;
    private final Object array;
    private final int elementCount;

    HostBuffer(DType dtype, Object array, int elementCount) {
        this.dtype = dtype;
        this.array = array;
        this.elementCount = elementCount;
    }

    /** Takes arrays back whose contents nobody needs any more. Thread-safe. */
    public interface Pool {
        void takeBack(Object array);
    }

    /** A buffer over this array, not a copy. @throws ArgumentException if the array's type or length does not fit */
    public static HostBuffer wrap(DType dtype, Object array, int elementCount) {
        check(dtype, array, elementCount);
        return new HostBuffer(dtype, array, elementCount);
    }

    /**
     * A buffer over an array that goes back to a pool. A buffer that is not closed is left to the garbage collector.
     *
     * @param pool held weakly, so that a tensor which outlives a backend does not keep it: the backend keeps its pool
     * @throws ArgumentException if the array's type or length does not fit
     */
    public static HostBuffer pooled(DType dtype, Object array, int elementCount, Pool pool) {
        check(dtype, array, elementCount);
        return new PooledBuffer(dtype, elementCount, new PooledBuffer.Memory(array, pool));
    }

    private static void check(DType dtype, Object array, int elementCount) {
        if (array == null || array.getClass() != arrayType(dtype)) {
            throw new ArgumentException("host buffer of " + dtype + ": expected " + arrayType(dtype).getSimpleName()
                    + ", got " + (array == null ? "null" : array.getClass().getSimpleName()));
        }
        if (elementCount < 0 || elementCount > Array.getLength(array)) {
            throw new ArgumentException("host buffer: " + elementCount + " elements in an array of "
                    + Array.getLength(array));
        }
    }

    /** A buffer over a new array of zeros. */
    public static HostBuffer allocate(DType dtype, int elementCount) {
        return new HostBuffer(dtype, Array.newInstance(arrayType(dtype).getComponentType(), elementCount),
                elementCount);
    }

    /** The class of arrays that hold this dtype, for instance {@code float[].class}. */
    public static Class<?> arrayType(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> float[].class;
            case FLOAT64 -> double[].class;
            case INT32 -> int[].class;
            case INT64 -> long[].class;
            case BOOL -> byte[].class;
            case FLOAT16, BFLOAT16 -> short[].class;
        };
    }

    @Override
    public final DType dtype() {
        return dtype;
    }

    @Override
    public final int elementCount() {
        return elementCount;
    }

    /** The array itself; the caller must not change it. */
    public final Object array() {
        return array;
    }

    /** {@link #array} as {@code float[]}. @throws ClassCastException for other dtypes than float32 */
    public final float[] floats() {
        return (float[]) array;
    }

    public final double[] doubles() {
        return (double[]) array;
    }

    public final int[] ints() {
        return (int[]) array;
    }

    public final long[] longs() {
        return (long[]) array;
    }

    public final byte[] bytes() {
        return (byte[]) array;
    }

    public final short[] shorts() {
        return (short[]) array;
    }

    @Override
    public final HostBuffer toHost() {
        return this;
    }

    /** Another buffer over this array, closed by itself; this one if no pool waits for the array. Called while retained. */
    public HostBuffer share() {
        return this;
    }

    /** Keeps the array out of its pool until {@link #release}. @return false if it is there already: nothing to release */
    public boolean retain() {
        return true;
    }

    /** Ends a {@link #retain} that returned true. */
    public void release() {
        // the garbage collector owns the array
    }

    @Override
    public void close() {
        // the garbage collector owns the array
    }

    @Override
    public final String toString() {
        return "HostBuffer(" + dtype + " x " + elementCount + ")";
    }
}
