package org.rebind.tracer.internal.interpret;

import org.rebind.DType;
import org.rebind.backend.HostBuffer;

/** Single elements of host buffers as {@code org.rebind.graph.Full} holds them: Double, or Long also for bool. */
public final class HostScalars {
    private HostScalars() {
    }

    /** A buffer of one element. */
    public static HostBuffer of(DType dtype, Number value) {
        HostBuffer b = HostBuffer.allocate(dtype, 1);
        if (dtype.isFloating()) {
            Lanes.of(b).real(0, value.doubleValue());
        } else {
            Lanes.of(b).whole(0, value.longValue());
        }
        return b;
    }

    public static Number value(HostBuffer b, int i) {
        Lanes lanes = Lanes.of(b);
        if (b.dtype().isFloating()) {
            return lanes.real(i);
        }
        return lanes.whole(i);
    }
}
