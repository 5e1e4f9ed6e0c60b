package org.rebind.tracer.internal.tensor;

import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import org.rebind.DType;
import org.rebind.Shape;
import org.rebind.ShapeException;
import org.rebind.backend.HostBuffer;
import org.rebind.tracer.internal.interpret.Halves;

/** Host buffers from the arrays and byte buffers of users. */
final class ArrayCopies {
    private ArrayCopies() {
    }

    static HostBuffer copy(DType dtype, Shape shape, Object array) {
        int n = elementCount(shape);
        if (array instanceof ByteBuffer b) {
            return bytes(dtype, shape, b, n);
        }
        int length = Array.getLength(array);
        if (length != n) {
            throw Errors.shape("Tensor.of: shape " + shape + " has " + n + " elements, but the array has " + length);
        }
        HostBuffer host = HostBuffer.allocate(dtype, n);
        if (array instanceof boolean[] a) {
            for (int i = 0; i < n; i++) {
                host.bytes()[i] = (byte) (a[i] ? 1 : 0);
            }
        } else if (array.getClass() != HostBuffer.arrayType(dtype)) {
            throw Errors.argument("Tensor.of: expected a " + HostBuffer.arrayType(dtype).getSimpleName() + " for "
                    + dtype + ", got " + array.getClass().getSimpleName());
        } else {
            System.arraycopy(array, 0, host.array(), 0, n);
        }
        return host;
    }

    private static int elementCount(Shape shape) {
        try {
            return shape.elementCount();
        } catch (ShapeException e) {
            throw Errors.located("Tensor.of", "", e);
        }
    }

    private static HostBuffer bytes(DType dtype, Shape shape, ByteBuffer source, int n) {
        long expected = (long) n * dtype.byteSize();
        if (source.remaining() != expected) {
            throw Errors.argument("Tensor.of: " + dtype + shape + " takes " + expected + " bytes, but " + source.remaining()
                    + " remain in the buffer");
        }
        ByteBuffer b = source.duplicate().order(source.order());
        HostBuffer host = HostBuffer.allocate(dtype, n);
        switch (dtype) {
            case FLOAT32 -> b.asFloatBuffer().get(host.floats());
            case FLOAT64 -> b.asDoubleBuffer().get(host.doubles());
            case INT32 -> b.asIntBuffer().get(host.ints());
            case INT64 -> b.asLongBuffer().get(host.longs());
            case FLOAT16, BFLOAT16 -> b.asShortBuffer().get(host.shorts());
            case BOOL -> truths(b, host.bytes());
        }
        return host;
    }

    private static void truths(ByteBuffer b, byte[] to) {
        for (int i = 0; i < to.length; i++) {
            to[i] = (byte) (b.get() != 0 ? 1 : 0);
        }
    }

    /** The value all elements have, as {@code Full} holds it; null if there are several or none. */
    static Number uniformValue(HostBuffer h) {
        if (h.elementCount() == 0) {
            return null;
        }
        for (int i = 1; i < h.elementCount(); i++) {
            if (!value(h, i).equals(value(h, 0))) {
                return null;
            }
        }
        return value(h, 0);
    }

    private static Number value(HostBuffer h, int i) {
        return switch (h.dtype()) {
            case FLOAT32 -> (double) h.floats()[i];
            case FLOAT64 -> h.doubles()[i];
            case INT32 -> (long) h.ints()[i];
            case INT64 -> h.longs()[i];
            case BOOL -> (long) h.bytes()[i];
            case FLOAT16 -> Halves.fromFloat16(h.shorts()[i]);
            case BFLOAT16 -> Halves.fromBFloat16(h.shorts()[i]);
        };
    }
}
