package org.rebind.backend.opencl.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.rebind.backend.HostBuffer;

/** Copies between Java arrays and native memory, in pieces a direct byte buffer can view. */
final class HostCopies {
    private static final int PIECE = 1 << 28; // elements; 2 GiB of the widest dtype is the most a view can hold

    private HostCopies() {
    }

    static void toNative(HostBuffer from, Pointer to) {
        int n;
        for (int start = 0; start < from.elementCount(); start += n) {
            n = Math.min(piece(from), from.elementCount() - start);
            ByteBuffer b = view(to, start, n, from.dtype().byteSize());
            switch (from.dtype()) {
                case FLOAT32 -> b.asFloatBuffer().put(from.floats(), start, n);
                case FLOAT64 -> b.asDoubleBuffer().put(from.doubles(), start, n);
                case INT32 -> b.asIntBuffer().put(from.ints(), start, n);
                case INT64 -> b.asLongBuffer().put(from.longs(), start, n);
                case BOOL -> b.put(from.bytes(), start, n);
                case FLOAT16, BFLOAT16 -> b.asShortBuffer().put(from.shorts(), start, n);
            }
        }
    }

    static void toHost(Pointer from, HostBuffer to) {
        int n;
        for (int start = 0; start < to.elementCount(); start += n) {
            n = Math.min(piece(to), to.elementCount() - start);
            ByteBuffer b = view(from, start, n, to.dtype().byteSize());
            switch (to.dtype()) {
                case FLOAT32 -> b.asFloatBuffer().get(to.floats(), start, n);
                case FLOAT64 -> b.asDoubleBuffer().get(to.doubles(), start, n);
                case INT32 -> b.asIntBuffer().get(to.ints(), start, n);
                case INT64 -> b.asLongBuffer().get(to.longs(), start, n);
                case BOOL -> b.get(to.bytes(), start, n);
                case FLOAT16, BFLOAT16 -> b.asShortBuffer().get(to.shorts(), start, n);
            }
        }
    }

    private static int piece(HostBuffer b) {
        return PIECE / b.dtype().byteSize();
    }

    private static ByteBuffer view(Pointer memory, long start, int count, int elementBytes) {
        BytePointer piece = new BytePointer(memory).position(start * elementBytes)
                .limit((start + count) * elementBytes);
        return piece.asByteBuffer().order(ByteOrder.nativeOrder());
    }
}
