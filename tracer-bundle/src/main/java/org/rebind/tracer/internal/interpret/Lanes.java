package org.rebind.tracer.internal.interpret;

import org.rebind.backend.HostBuffer;

/**
 * The elements of a host buffer as numbers, whatever the dtype: floating ones as doubles (rounded once when stored),
 * integers and bools as longs (wrapped when stored).
 */
abstract class Lanes {
    static Lanes of(HostBuffer b) {
        return switch (b.dtype()) {
            case FLOAT32 -> new Float32(b.floats());
            case FLOAT64 -> new Float64(b.doubles());
            case FLOAT16 -> new Float16(b.shorts());
            case BFLOAT16 -> new BFloat16(b.shorts());
            case INT32 -> new Int32(b.ints());
            case INT64 -> new Int64(b.longs());
            case BOOL -> new Bool(b.bytes());
        };
    }

    abstract double real(int i);

    abstract void real(int i, double value);

    abstract long whole(int i);

    abstract void whole(int i, long value);

    final boolean truth(int i) {
        return whole(i) != 0;
    }

    final void truth(int i, boolean value) {
        whole(i, value ? 1 : 0);
    }

    /** Floating elements; whole numbers are no part of them. */
    private abstract static class Floating extends Lanes {
        @Override
        long whole(int i) {
            throw new IllegalStateException("floating elements read as integers");
        }

        @Override
        void whole(int i, long value) {
            throw new IllegalStateException("floating elements written as integers");
        }
    }

    private static final class Float32 extends Floating {
        private final float[] a;

        Float32(float[] a) {
            this.a = a;
        }

        @Override
        double real(int i) {
            return a[i];
        }

        @Override
        void real(int i, double value) {
            a[i] = (float) value;
        }
    }

    private static final class Float64 extends Floating {
        private final double[] a;

        Float64(double[] a) {
            this.a = a;
        }

        @Override
        double real(int i) {
            return a[i];
        }

        @Override
        void real(int i, double value) {
            a[i] = value;
        }
    }

    private static final class Float16 extends Floating {
        private final short[] a;

        Float16(short[] a) {
            this.a = a;
        }

        @Override
        double real(int i) {
            return Halves.fromFloat16(a[i]);
        }

        @Override
        void real(int i, double value) {
            a[i] = Halves.toFloat16(value);
        }
    }

    private static final class BFloat16 extends Floating {
        private final short[] a;

        BFloat16(short[] a) {
            this.a = a;
        }

        @Override
        double real(int i) {
            return Halves.fromBFloat16(a[i]);
        }

        @Override
        void real(int i, double value) {
            a[i] = Halves.toBFloat16(value);
        }
    }

    /** Integers and bools; their reals are exact up to 2^53. */
    private abstract static class Whole extends Lanes {
        @Override
        double real(int i) {
            return whole(i);
        }

        @Override
        void real(int i, double value) {
            throw new IllegalStateException("integer elements written as reals");
        }
    }

    private static final class Int32 extends Whole {
        private final int[] a;

        Int32(int[] a) {
            this.a = a;
        }

        @Override
        long whole(int i) {
            return a[i];
        }

        @Override
        void whole(int i, long value) {
            a[i] = (int) value;
        }
    }

    private static final class Int64 extends Whole {
        private final long[] a;

        Int64(long[] a) {
            this.a = a;
        }

        @Override
        long whole(int i) {
            return a[i];
        }

        @Override
        void whole(int i, long value) {
            a[i] = value;
        }
    }

    private static final class Bool extends Whole {
        private final byte[] a;

        Bool(byte[] a) {
            this.a = a;
        }

        @Override
        long whole(int i) {
            return a[i];
        }

        @Override
        void whole(int i, long value) {
            a[i] = (byte) value;
        }
    }
}
