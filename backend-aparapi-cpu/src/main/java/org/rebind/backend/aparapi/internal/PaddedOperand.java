package org.rebind.backend.aparapi.internal;

import java.lang.ref.SoftReference;
import java.lang.ref.WeakReference;
import java.lang.reflect.Array;
import java.util.concurrent.atomic.AtomicReference;
import org.rebind.backend.HostBuffer;

/**
 * The right operand of a product whose rows lie at a distance that is slow ({@link Gemm#leading}), copied to a better one. A buffer
 * that comes a second time, weights, is copied once for all its calls; others for a call, where that pays. Thread-safe, without locks:
 * of two first calls at a time each may make its copy.
 *
 * @param pays whether a copy pays that serves one call
 * @param last what a step knows of its operand, whatever other sizes it is bound to
 */
record PaddedOperand(Layout layout, boolean pays, AtomicReference<Kept> last) {
    /** Rows of a for each thread from which a product gains more than the copy costs. */
    private static final int PAYS = 128;
    /** Elements that one thread copies as fast as several. */
    private static final int PARALLEL = 100_000;

    /**
     * What is copied where.
     *
     * @param input number of the buffer
     * @param offset of the operand in it
     * @param distance of its rows there
     * @param leading distance of the copy's rows
     */
    record Layout(int input, int offset, int distance, int rows, int columns, int leading) {
        /** Elements of a copy. */
        long elements() {
            return (long) rows * leading;
        }

        /** As equals, which of a record leaves its class, and a stopped backend's loader, in a soft cache of java.lang.runtime.ObjectMethods. */
        boolean same(Layout o) {
            return o != null && input == o.input && offset == o.offset && distance == o.distance && rows == o.rows
                    && columns == o.columns && leading == o.leading;
        }
    }

    /** @param of the buffer that came last @param copy null if it came once */
    record Kept(WeakReference<HostBuffer> of, Layout layout, SoftReference<Object> copy) {
        static AtomicReference<Kept> nothing() {
            return new AtomicReference<>(new Kept(new WeakReference<>(null), null, null));
        }
    }

    /** @param rows of a that a thread multiplies */
    static boolean pays(int rows) {
        return rows >= PAYS;
    }

    /** A copy of this buffer that stays as it is, null if there is none. Makes one when a buffer comes for the second time. */
    Object kept(HostBuffer buffer, Dispatcher dispatcher) {
        Kept k = last.get();
        if (k.of.get() != buffer || !layout.same(k.layout)) {
            last.set(new Kept(new WeakReference<>(buffer), layout, null));
            return null;
        }
        Object copy = k.copy == null ? null : k.copy.get();
        if (copy == null) {
            copy = Array.newInstance(buffer.array().getClass().getComponentType(), Math.toIntExact(layout.elements()));
            fill(buffer, copy, dispatcher);
            last.set(new Kept(k.of, layout, new SoftReference<>(copy)));
        }
        return copy;
    }

    /** Copies the operand. @param copy has room for {@link Layout#elements} */
    void fill(HostBuffer buffer, Object copy, Dispatcher dispatcher) {
        Object array = buffer.array();
        Chunked work = (lo, hi) -> {
            for (int i = lo; i < hi; i++) {
                System.arraycopy(array, layout.offset + i * layout.distance, copy, i * layout.leading, layout.columns);
            }
        };
        if (layout.elements() < PARALLEL) {
            work.run(0, layout.rows);
        } else {
            dispatcher.run(work, layout.rows, (layout.rows + dispatcher.threads() - 1) / dispatcher.threads());
        }
    }
}
