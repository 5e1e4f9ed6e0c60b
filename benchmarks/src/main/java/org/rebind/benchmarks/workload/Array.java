package org.rebind.benchmarks.workload;

import java.util.SplittableRandom;

/** A float32 array, row-major, as every contender gets its inputs. */
public record Array(float[] data, int... shape) {
    /** Normally distributed values times {@code scale}; the same for the same seed. */
    public static Array normal(long seed, double scale, int... shape) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[count(shape)];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (scale * random.nextGaussian());
        }
        return new Array(x, shape);
    }

    /** Values spread evenly between two bounds. */
    static Array uniform(long seed, double least, double most, int... shape) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[count(shape)];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (least + (most - least) * random.nextDouble());
        }
        return new Array(x, shape);
    }

    private static int count(int[] shape) {
        int n = 1;
        for (int size : shape) {
            n *= size;
        }
        return n;
    }

    /** The shape as most libraries want it. */
    public long[] dims() {
        long[] dims = new long[shape.length];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = shape[i];
        }
        return dims;
    }
}
