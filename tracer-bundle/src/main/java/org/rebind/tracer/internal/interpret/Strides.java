package org.rebind.tracer.internal.interpret;

/** Positions of elements in row-major arrays, and copying between strided boxes. */
final class Strides {
    private Strides() {
    }

    /** Row-major strides, in elements. */
    static int[] dense(long[] sizes) {
        int[] strides = new int[sizes.length];
        int stride = 1;
        for (int i = sizes.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= (int) sizes[i];
        }
        return strides;
    }

    static int count(long[] sizes) {
        long n = 1;
        for (long s : sizes) {
            n *= s;
        }
        return Math.toIntExact(n);
    }

    /** The position of each element of a box, in the box's row-major order. */
    static int[] offsets(long[] sizes, int[] strides) {
        int[] offsets = new int[count(sizes)];
        int filled = 1; // the offsets of the axes handled so far, innermost first, fill a prefix of the array
        if (offsets.length == 0) {
            return offsets;
        }
        for (int axis = sizes.length - 1; axis >= 0; axis--) {
            for (int i = 1; i < sizes[axis]; i++) {
                for (int j = 0; j < filled; j++) {
                    offsets[i * filled + j] = offsets[j] + i * strides[axis];
                }
            }
            filled *= (int) sizes[axis];
        }
        return offsets;
    }

    /** Copies a box of elements between arrays of one type. */
    static void copy(Object from, int fromStart, int[] fromStrides, Object to, int toStart, int[] toStrides,
            long[] sizes) {
        if (count(sizes) == 0) {
            return;
        }
        int last = sizes.length - 1;
        if (last < 0) {
            run(from, fromStart, 0, to, toStart, 0, 1);
            return;
        }
        int[] index = new int[last];
        int f = fromStart;
        int t = toStart;
        while (true) {
            run(from, f, fromStrides[last], to, t, toStrides[last], (int) sizes[last]);
            int axis = last - 1;
            while (axis >= 0 && ++index[axis] == sizes[axis]) {
                f -= fromStrides[axis] * (index[axis] - 1);
                t -= toStrides[axis] * (index[axis] - 1);
                index[axis--] = 0;
            }
            if (axis < 0) {
                return;
            }
            f += fromStrides[axis];
            t += toStrides[axis];
        }
    }

    private static void run(Object from, int f, int fs, Object to, int t, int ts, int n) {
        if (n == 1 || fs == 1 && ts == 1) {
            System.arraycopy(from, f, to, t, n);
        } else if (from instanceof float[] a) {
            float[] b = (float[]) to;
            for (int i = 0; i < n; i++) {
                b[t + i * ts] = a[f + i * fs];
            }
        } else if (from instanceof double[] a) {
            double[] b = (double[]) to;
            for (int i = 0; i < n; i++) {
                b[t + i * ts] = a[f + i * fs];
            }
        } else if (from instanceof int[] a) {
            int[] b = (int[]) to;
            for (int i = 0; i < n; i++) {
                b[t + i * ts] = a[f + i * fs];
            }
        } else if (from instanceof long[] a) {
            long[] b = (long[]) to;
            for (int i = 0; i < n; i++) {
                b[t + i * ts] = a[f + i * fs];
            }
        } else if (from instanceof short[] a) {
            short[] b = (short[]) to;
            for (int i = 0; i < n; i++) {
                b[t + i * ts] = a[f + i * fs];
            }
        } else {
            byte[] a = (byte[]) from;
            byte[] b = (byte[]) to;
            for (int i = 0; i < n; i++) {
                b[t + i * ts] = a[f + i * fs];
            }
        }
    }
}
