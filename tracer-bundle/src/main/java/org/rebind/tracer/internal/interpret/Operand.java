package org.rebind.tracer.internal.interpret;

import org.rebind.backend.HostBuffer;

/** A value an op reads: dense row-major elements and their sizes. */
record Operand(HostBuffer buffer, long[] sizes) {
    Lanes lanes() {
        return Lanes.of(buffer);
    }

    int[] strides() {
        return Strides.dense(sizes);
    }

    int count() {
        return buffer.elementCount();
    }

    boolean floating() {
        return buffer.dtype().isFloating();
    }
}
