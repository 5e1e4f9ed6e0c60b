package org.rebind.backend.aparapi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.backend.HostBuffer;

class ArrayPoolTest {
    private static final int LARGE = 1 << 12;

    @Test
    void theLastArrayGivenBackComesFirst() {
        ArrayPool pool = new ArrayPool(1 << 20);
        Object a = pool.take(DType.FLOAT32, 1000);
        Object b = pool.take(DType.FLOAT32, 1000);
        assertNotSame(a, b);
        pool.give(DType.FLOAT32, a);
        pool.give(DType.FLOAT32, b);
        assertSame(b, pool.take(DType.FLOAT32, 990), "whatever fits its class");
        assertSame(a, pool.take(DType.FLOAT32, 1000));
        assertEquals(0, pool.heldBytes());
    }

    @Test
    void lengthsAreEnoughAndWasteAnEighthAtMost() {
        List<Long> lengths = new ArrayList<>();
        for (int shift = 4; shift < 31; shift++) {
            for (long n : new long[] {(1L << shift) - 1, 1L << shift, (1L << shift) + 1, (1L << shift) * 21 / 16}) {
                lengths.add(Math.min(n, Integer.MAX_VALUE - 8));
            }
        }
        lengths.add(0L);
        lengths.add(Integer.MAX_VALUE - 8L);
        for (long n : lengths) {
            long length = ArrayPool.length(ArrayPool.sizeClass(n));
            assertTrue(length >= n && length <= Math.max(16, n + n / 8 + 1), n + " got " + length);
            assertEquals(ArrayPool.sizeClass(n), ArrayPool.sizeClass(length), "it is found again");
        }
    }

    @Test
    void noMoreThanTheLimitWaits() {
        ArrayPool pool = new ArrayPool(10_000);
        for (int i = 0; i < 100; i++) {
            pool.give(DType.FLOAT64, new double[(int) ArrayPool.length(i % 30)]);
            assertTrue(pool.heldBytes() <= 10_000, "held " + pool.heldBytes());
        }
        Object huge = pool.take(DType.FLOAT32, 5_000);
        pool.clear();
        assertEquals(0, pool.heldBytes());
        pool.give(DType.FLOAT32, huge);
        assertEquals(0, pool.heldBytes(), "larger than the limit by itself");
    }

    @Test
    void whatWaitsDoesNotKeepTheHeapFull() {
        long heap = Runtime.getRuntime().maxMemory();
        ArrayPool pool = new ArrayPool(heap);
        int block = 1 << 24;
        long given = 0;
        for (; given < heap / 2; given += block) {
            pool.give(DType.BOOL, new byte[block]);
        }
        List<byte[]> wanted = new ArrayList<>();
        while ((long) wanted.size() * block < heap * 6 / 10) { // does not fit beside what waits
            wanted.add(new byte[block]);
        }
        assertTrue((long) wanted.size() * block + given > heap, wanted.size() + " blocks");
        wanted.clear();
        System.gc(); // what is softly reachable in other tests lives by the free memory after the last collection
    }

    @Test
    void largeResultsComeBackWhenTheyAreClosed() {
        ArrayPool pool = new ArrayPool(64L * LARGE);
        for (DType d : DType.values()) {
            int elements = 2 * LARGE / d.byteSize();
            HostBuffer first = pool.result(d, elements);
            HostBuffer alias = first.share();
            first.close();
            first.close();
            assertEquals(0, pool.heldBytes(), "shared");
            alias.close();
            HostBuffer second = pool.result(d, elements - 1);
            assertTrue(first.array() == second.array(), d.toString()); // assertSame would print them
            assertEquals(elements - 1, second.elementCount());
            second.close();
            pool.clear();
        }
        HostBuffer small = pool.result(DType.FLOAT32, LARGE / 4 - 1);
        assertEquals(LARGE / 4 - 1, small.floats().length, "exactly as long as wanted");
        small.close();
        assertEquals(0, pool.heldBytes());
        assertEquals(LARGE / 4 + 1, new ArrayPool(0).result(DType.FLOAT32, LARGE / 4 + 1).floats().length, "no pool");
    }

    @Test
    void aThreadKeepsItsLastSmallArrays() throws InterruptedException {
        ArrayPool pool = new ArrayPool(1 << 20);
        Object[] given = new Object[6];
        for (int i = 0; i < given.length; i++) {
            given[i] = new float[1024];
            pool.give(DType.FLOAT32, given[i]);
        }
        assertEquals(2 * 4096, pool.heldBytes(), "the first two, for whoever comes");
        Object[] others = new Object[3];
        Thread other = new Thread(() -> {
            for (int i = 0; i < others.length; i++) {
                others[i] = pool.take(DType.FLOAT32, 1024);
            }
        });
        other.start();
        other.join();
        assertTrue(others[0] == given[1] && others[1] == given[0], "what this thread has no place for");
        assertTrue(List.of(given).stream().noneMatch(a -> a == others[2]), "nothing of what it keeps");
        assertTrue(pool.take(DType.INT32, 1024) instanceof int[], "of another dtype");
        for (int i = 5; i > 1; i--) {
            assertTrue(pool.take(DType.FLOAT32, 1024) == given[i], "the last first");
        }
        pool.give(DType.FLOAT32, given[0]);
        pool.clear();
        assertTrue(pool.take(DType.FLOAT32, 1024) != given[0], "forgotten");
    }

    @Test
    void poisonIsInEveryElement() {
        ArrayPool pool = new ArrayPool(1 << 20, 1, true);
        for (DType d : DType.values()) {
            Object array = pool.result(d, 13).array();
            for (int i = 0; i < Array.getLength(array); i++) {
                Number element = (Number) Array.get(array, i);
                assertTrue(element.doubleValue() != 0, d + " " + i);
            }
        }
    }
}
