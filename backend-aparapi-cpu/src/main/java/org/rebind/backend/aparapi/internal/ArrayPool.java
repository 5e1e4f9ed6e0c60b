package org.rebind.backend.aparapi.internal;

import java.lang.ref.SoftReference;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.rebind.DType;
import org.rebind.backend.HostBuffer;

/**
 * Arrays for intermediates and for results of some KiB, reused between calls and executables: at most {@link #limit} bytes wait (all
 * are forgotten when there are more), the last one given back comes first, as it may still be in a cache. They wait softly
 * reachable, so that the garbage collector takes them before the heap is full, or when they have long been of no use. Contents are arbitrary: whoever takes an array
 * writes every element that is read. Each thread keeps the last few small ones that it gave back, not softly and beside the limit, since threads that call functions on small
 * tensors would pass the others' arrays, and the places where they wait, from cache to cache. Thread-safe, without locks.
 */
final class ArrayPool implements HostBuffer.Pool {
    /** System property: bytes that wait for reuse at most; a fourth of the largest heap if absent, 0 for none. */
    static final String LIMIT = "rebind.cpu.pool";
    /** System property: if true, arrays are full of garbage when they are taken and when they are given back; for tests. */
    static final String POISON = "rebind.cpu.pool.poison";
    private static final int HEAP_SHARE = 4;
    /** Bytes from which reusing a result costs less than a fresh array, which is zeroed and in no cache. */
    private static final int REUSED = 1 << 12;
    /** Bytes from which arrays wait where all threads find them, and how many smaller ones wait with the thread that gave them back. */
    private static final int SHARED = 1 << 18;
    private static final int OWN = 4;
    /** References that keep what a thread writes at the beginning of an array two cache lines from another thread's, if that comes next. */
    static final int APART = 32;

    /** Lengths are rounded up to a power of two or a seventh of the way between two: at most an eighth is wasted. */
    private static final int STEPS = 8;
    private static final int CLASSES = 28 * STEPS;
    private static final int LEAST_LENGTH = 16;

    /** An array that waits. */
    private static final class Waiting extends SoftReference<Object> {
        private final Waiting next;
        private final int depth;

        Waiting(Object array, Waiting next) {
            super(array);
            this.next = next;
            this.depth = next == null ? 1 : next.depth + 1;
        }
    }

    private final Map<DType, AtomicReferenceArray<Waiting>> stacks = new EnumMap<>(DType.class);
    private final AtomicLong held = new AtomicLong();
    /** The small arrays of each thread, the last given back first; of the JDK's classes only, as it may outlive this bundle. */
    private volatile ThreadLocal<Object[]> own = new ThreadLocal<>();
    private final long limit;
    private final int reused;
    private final boolean poison;

    /** @param limit bytes held at most */
    ArrayPool(long limit) {
        this(limit, limit > 0 ? REUSED : Integer.MAX_VALUE, Boolean.getBoolean(POISON));
    }

    /**
     * @param reused bytes from which results come from here
     * @param poison whether contents are overwritten, so that nobody relies on them
     */
    ArrayPool(long limit, int reused, boolean poison) {
        this.limit = limit;
        this.reused = reused;
        this.poison = poison;
        for (DType d : DType.values()) {
            stacks.put(d, new AtomicReferenceArray<>(CLASSES));
        }
        stacks.put(DType.BFLOAT16, stacks.get(DType.FLOAT16)); // the same class of arrays
    }

    static ArrayPool configured() {
        return new ArrayPool(Long.getLong(LIMIT, Runtime.getRuntime().maxMemory() / HEAP_SHARE));
    }

    long limit() {
        return limit;
    }

    /** Bytes that wait for reuse, or did until the garbage collector took them; without the few small arrays of each thread. */
    long heldBytes() {
        return held.get();
    }

    /** Memory for a result: from here if it is reused, and coming back when it is closed. */
    HostBuffer result(DType dtype, int elements) {
        return (long) elements * dtype.byteSize() < reused ? HostBuffer.allocate(dtype, elements)
                : HostBuffer.pooled(dtype, take(dtype, elements), elements, this);
    }

    /** An array of at least this many elements. */
    Object take(DType dtype, long elements) {
        int sizeClass = sizeClass(elements);
        if (bytes(dtype, sizeClass) < SHARED) {
            Object mine = takeOwn(dtype, (int) length(sizeClass));
            if (mine != null) {
                return mine;
            }
        }
        AtomicReferenceArray<Waiting> tops = stacks.get(dtype);
        for (Waiting top = tops.get(sizeClass); top != null; top = tops.get(sizeClass)) {
            if (tops.compareAndSet(sizeClass, top, top.next)) { // a node is pushed once, so that the same top has the same next
                held.addAndGet(-bytes(dtype, sizeClass));
                Object array = top.get();
                if (array != null) {
                    return array;
                }
            }
        }
        Object made = Array.newInstance(HostBuffer.arrayType(dtype).getComponentType(), (int) length(sizeClass));
        if (poison) {
            poison(made);
        }
        return made;
    }

    /** Takes an array from {@link #take} back; the caller uses it no more. */
    void give(DType dtype, Object array) {
        if (poison) {
            poison(array);
        }
        int sizeClass = sizeClass(Array.getLength(array));
        long bytes = bytes(dtype, sizeClass);
        if (bytes > limit) {
            return;
        }
        Object surplus = bytes < SHARED ? keepOwn(array) : array;
        if (surplus != null) {
            share(dtype(surplus), surplus);
        }
    }

    /** An array that the thread has kept, null if it has none of this dtype and length. */
    private Object takeOwn(DType dtype, int length) {
        Object[] mine = own.get();
        Class<?> type = HostBuffer.arrayType(dtype);
        for (int i = 0; mine != null && i < OWN; i++) {
            Object array = mine[i];
            if (array != null && array.getClass() == type && Array.getLength(array) == length) {
                System.arraycopy(mine, i + 1, mine, i, OWN - 1 - i);
                mine[OWN - 1] = null;
                return array;
            }
        }
        return null;
    }

    /** Keeps an array with the thread. @return the one that has no place any more, null if all have */
    private Object keepOwn(Object array) {
        ThreadLocal<Object[]> all = own;
        Object[] mine = all.get();
        if (mine == null) {
            mine = new Object[OWN + APART];
            all.set(mine);
        }
        Object last = mine[OWN - 1];
        System.arraycopy(mine, 0, mine, 1, OWN - 1);
        mine[0] = array;
        return last;
    }

    private void share(DType dtype, Object array) {
        int sizeClass = sizeClass(Array.getLength(array));
        long bytes = bytes(dtype, sizeClass);
        if (held.addAndGet(bytes) > limit) {
            clear(); // of sizes that nobody wants any more, or collected; what is of use comes back soon
        }
        AtomicReferenceArray<Waiting> tops = stacks.get(dtype);
        Waiting top;
        do {
            top = tops.get(sizeClass);
        } while (!tops.compareAndSet(sizeClass, top, new Waiting(array, top)));
    }

    @Override
    public void takeBack(Object array) {
        give(dtype(array), array);
    }

    /** A dtype kept in such arrays. */
    private static DType dtype(Object array) {
        return array instanceof float[] ? DType.FLOAT32 : array instanceof double[] ? DType.FLOAT64
                : array instanceof int[] ? DType.INT32 : array instanceof long[] ? DType.INT64
                : array instanceof byte[] ? DType.BOOL : DType.FLOAT16;
    }

    /** Forgets everything held. */
    void clear() {
        own = new ThreadLocal<>(); // what threads have kept goes with the old one
        stacks.forEach((dtype, tops) -> {
            for (int i = 0; i < tops.length(); i++) {
                Waiting top = tops.getAndSet(i, null);
                if (top != null) {
                    held.addAndGet(-top.depth * bytes(dtype, i));
                }
            }
        });
    }

    /** The class of the smallest length that is enough. */
    static int sizeClass(long elements) {
        if (elements <= LEAST_LENGTH) {
            return 0;
        }
        int log = 63 - Long.numberOfLeadingZeros(elements - 1); // 2^log < elements <= 2^(log + 1)
        long step = Math.max(1, (1L << log) / STEPS);
        int octave = log - 4;
        return octave * STEPS + (int) ((elements - (1L << log) + step - 1) / step);
    }

    static long length(int sizeClass) {
        long power = (long) LEAST_LENGTH << (sizeClass / STEPS);
        return Math.min(Integer.MAX_VALUE - 8, power + sizeClass % STEPS * (power / STEPS));
    }

    private static long bytes(DType dtype, int sizeClass) {
        return length(sizeClass) * dtype.byteSize();
    }

    private static void poison(Object array) {
        if (array instanceof float[] a) {
            Arrays.fill(a, Float.NaN);
        } else if (array instanceof double[] a) {
            Arrays.fill(a, Double.NaN);
        } else if (array instanceof int[] a) {
            Arrays.fill(a, 0x5a5a5a5a);
        } else if (array instanceof long[] a) {
            Arrays.fill(a, 0x5a5a5a5a5a5a5a5aL);
        } else if (array instanceof byte[] a) {
            Arrays.fill(a, (byte) 0x5a);
        } else {
            Arrays.fill((short[]) array, (short) 0x7fff); // NaN in both half formats
        }
    }
}
