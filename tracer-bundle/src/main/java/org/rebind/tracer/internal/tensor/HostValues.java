package org.rebind.tracer.internal.tensor;

import java.util.Arrays;
import org.rebind.backend.HostBuffer;

/** Equality of host buffers by bits, all NaNs of a dtype being equal. */
final class HostValues {
    private HostValues() {
    }

    static boolean equal(HostBuffer a, HostBuffer b) {
        int n = a.elementCount();
        return a.dtype() == b.dtype() && n == b.elementCount() && switch (a.dtype()) {
            case FLOAT32 -> Arrays.equals(a.floats(), 0, n, b.floats(), 0, n);
            case FLOAT64 -> Arrays.equals(a.doubles(), 0, n, b.doubles(), 0, n);
            case INT32 -> Arrays.equals(a.ints(), 0, n, b.ints(), 0, n);
            case INT64 -> Arrays.equals(a.longs(), 0, n, b.longs(), 0, n);
            case BOOL -> Arrays.equals(a.bytes(), 0, n, b.bytes(), 0, n);
            case FLOAT16, BFLOAT16 -> shorts(a, b, n);
        };
    }

    private static boolean shorts(HostBuffer a, HostBuffer b, int n) {
        for (int i = 0; i < n; i++) {
            if (canonical(a, i) != canonical(b, i)) {
                return false;
            }
        }
        return true;
    }

    private static int canonical(HostBuffer h, int i) {
        int bits = h.shorts()[i] & 0xffff;
        int infinity = h.dtype() == org.rebind.DType.FLOAT16 ? 0x7c00 : 0x7f80;
        return (bits & 0x7fff) > infinity ? 0x7fff : bits;
    }

    static int hash(HostBuffer h) {
        int hash = 1;
        for (int i = 0; i < h.elementCount(); i++) {
            hash = 31 * hash + switch (h.dtype()) {
                case FLOAT32 -> Float.hashCode(h.floats()[i]);
                case FLOAT64 -> Double.hashCode(h.doubles()[i]);
                case INT32 -> h.ints()[i];
                case INT64 -> Long.hashCode(h.longs()[i]);
                case BOOL -> h.bytes()[i];
                case FLOAT16, BFLOAT16 -> canonical(h, i);
            };
        }
        return hash;
    }
}
