package org.rebind.tracer.internal.interpret;

import org.rebind.backend.HostBuffer;

/** Reading and adding slices along an axis by index; the operand is seen as [outer, axis, inner]. */
final class Indexing {
    private final Operand x;
    private final Lanes indices;
    private final int indexCount;
    private final int outer;
    private final int size;
    private final int inner;

    Indexing(Operand x, int axis, Operand indices) {
        this.x = x;
        this.indices = indices.lanes();
        this.indexCount = indices.count();
        long before = 1;
        long after = 1;
        for (int i = 0; i < x.sizes().length; i++) {
            before *= i < axis ? x.sizes()[i] : 1;
            after *= i > axis ? x.sizes()[i] : 1;
        }
        this.outer = (int) before;
        this.size = (int) x.sizes()[axis];
        this.inner = (int) after;
    }

    /** The index counted from the start; may lie outside. */
    private long index(int i) {
        long index = indices.whole(i);
        return index < 0 ? index + size : index;
    }

    /** An axis without elements leaves the zeros the result was made with: there is nothing to clamp to. */
    void take(HostBuffer result) {
        if (size == 0) {
            return;
        }
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < indexCount; i++) {
                int from = (int) Math.max(0, Math.min(size - 1, index(i)));
                System.arraycopy(x.buffer().array(), (o * size + from) * inner, result.array(),
                        (o * indexCount + i) * inner, inner);
            }
        }
    }

    /** Sums in double or long, and rounds once. */
    void scatterAdd(Operand updates, HostBuffer result) {
        Lanes in = x.lanes();
        Lanes added = updates.lanes();
        Lanes out = Lanes.of(result);
        boolean floating = x.floating();
        double[] real = new double[floating ? x.count() : 0];
        for (int i = 0; i < x.count(); i++) {
            if (floating) {
                real[i] = in.real(i);
            } else {
                out.whole(i, in.whole(i));
            }
        }
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < indexCount; i++) {
                long index = index(i);
                for (int j = 0; j < inner && index >= 0 && index < size; j++) {
                    int to = (o * size + (int) index) * inner + j;
                    int from = (o * indexCount + i) * inner + j;
                    if (floating) {
                        real[to] += added.real(from);
                    } else {
                        out.whole(to, out.whole(to) + added.whole(from));
                    }
                }
            }
        }
        for (int i = 0; i < real.length; i++) {
            out.real(i, real[i]);
        }
    }
}
