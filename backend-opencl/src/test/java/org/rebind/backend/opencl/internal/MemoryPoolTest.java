package org.rebind.backend.opencl.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.rebind.backend.BackendException;

/** Needs no device: blocks are numbers. */
class MemoryPoolTest {
    private final List<Block> released = Collections.synchronizedList(new ArrayList<>());

    private MemoryPool pool(long limit, long max, long pooled) {
        return new MemoryPool(bytes -> new Block(bytes, null, null), released::add, limit, max, pooled);
    }

    @Test
    void aBlockIsReusedForTheSameSize() {
        MemoryPool p = pool(1 << 20, 1 << 20, 1 << 20);
        Block b = p.take(1000);
        p.give(b, null);
        assertSame(b, p.take(1001), "1000 and 1001 bytes are of one size class");
        assertEquals(0, p.pooledBytes());
    }

    @Test
    void atMostAQuarterIsWastedAndNothingIsTooSmall() {
        MemoryPool p = pool(Long.MAX_VALUE, Long.MAX_VALUE / 4, 1);
        for (long bytes = 1; bytes < 1L << 40; bytes = bytes * 5 / 4 + 1) {
            Block b = p.take(bytes);
            assertTrue(b.bytes >= bytes, () -> "block of " + b.bytes);
            assertTrue(b.bytes <= Math.max(256, bytes + bytes / 4 + 1), () -> "block of " + b.bytes);
        }
    }

    @Test
    void withoutAPoolBlocksAreJustAsLargeAsAsked() {
        MemoryPool p = pool(1 << 20, 1 << 20, 0);
        for (int bytes : new int[] {1, 255, 256, 257, 1000}) {
            Block b = p.take(bytes);
            assertEquals(bytes, b.bytes);
            p.give(b, null);
        }
        assertEquals(5, released.size());
        assertEquals(0, p.allocatedBytes());
    }

    @Test
    void beyondTheBoundFreedMemoryGoesBackToTheDevice() {
        MemoryPool p = pool(1 << 20, 1 << 20, 1024);
        Block a = p.take(1024);
        Block b = p.take(1024);
        p.give(a, null);
        p.give(b, null);
        assertEquals(List.of(b), released);
        assertEquals(1024, p.pooledBytes());
        assertEquals(1024, p.allocatedBytes());
    }

    @Test
    void outOfMemoryIsThrownOnlyAfterThePoolIsEmptied() {
        MemoryPool p = pool(4096, 4096, 4096);
        Block a = p.take(2048);
        p.give(p.take(1024), null);
        Block c = p.take(2048); // does not fit beside the pooled block
        assertEquals(1, released.size());
        BackendException e = assertThrows(BackendException.class, () -> p.take(256));
        assertEquals(BackendException.Kind.OUT_OF_MEMORY, e.kind());
        assertTrue(e.getMessage().contains("4096 of 4096"), e.getMessage());
        p.give(c, null);
        assertNotSame(a, p.take(2048));
    }

    @Test
    void aBufferLargerThanTheDeviceMakesIsOutOfMemory() {
        MemoryPool p = pool(1 << 20, 4096, 4096);
        assertEquals(4096, p.take(4000).bytes);
        BackendException e = assertThrows(BackendException.class, () -> p.take(4097));
        assertEquals(BackendException.Kind.OUT_OF_MEMORY, e.kind());
        assertTrue(e.getMessage().contains("none larger than 4096"), e.getMessage());
    }

    @Test
    void aPooledBlockDoesNotServeABufferLargerThanTheDeviceMakes() {
        MemoryPool p = pool(1 << 20, 4000, 1 << 20); // between two sizes of the pool
        p.give(p.take(3900), null);
        for (LongFunction<Block> take : List.<LongFunction<Block>>of(p::take, p::takeIdle)) {
            BackendException e = assertThrows(BackendException.class, () -> take.apply(4050));
            assertEquals(BackendException.Kind.OUT_OF_MEMORY, e.kind());
            assertEquals(4000, take.apply(4000).bytes);
            p.give(p.take(3900), null);
        }
    }

    @Test
    void whatFitsIntoTheLimitIsNotRoundedBeyondIt() {
        MemoryPool p = pool(1_000_000, 1 << 30, 1 << 20);
        Block b = p.take(990_000);
        assertEquals(1_000_000, b.bytes);
        p.give(b, null);
        assertSame(b, p.takeIdle(1_000_000));
        p.give(b, null);
        BackendException e = assertThrows(BackendException.class, () -> p.take(1_000_001));
        assertEquals(BackendException.Kind.OUT_OF_MEMORY, e.kind());
    }

    @Test
    void theDevicesOwnRefusalEmptiesThePoolFirst() {
        boolean[] full = {false};
        MemoryPool p = new MemoryPool(bytes -> full[0] && released.isEmpty() ? null : new Block(bytes, null, null),
                released::add, 1 << 20, 1 << 20, 1 << 20);
        p.give(p.take(512), null);
        full[0] = true;
        p.take(4096);
        assertEquals(1, released.size());
    }

    @Test
    void closingFreesTheOldestFirstAndWhatIsInUseToo() {
        MemoryPool p = pool(1 << 24, 1 << 20, 1 << 24);
        List<Block> all = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            all.add(p.take(1 + i * 37 % 5000));
        }
        for (int i = 0; i < 1000; i += 3) {
            p.give(all.get(i), null);
        }
        p.close();
        assertEquals(all, released);
        assertEquals(0, p.allocatedBytes());
        assertEquals(0, p.pooledBytes());
    }

    @Test
    void aRequestThatIsTooLargeMakesNoOtherFail() throws Exception {
        MemoryPool p = pool(1 << 20, Long.MAX_VALUE, 1);
        AtomicBoolean stop = new AtomicBoolean();
        Thread greedy = new Thread(() -> {
            while (!stop.get()) {
                assertThrows(BackendException.class, () -> p.take(1 << 21));
            }
        });
        greedy.start();
        try {
            for (int i = 0; i < 20_000; i++) {
                p.give(p.take(1 << 19), null);
            }
        } finally {
            stop.set(true);
            greedy.join();
        }
    }

    @Test
    void countsStayRightUnderManyThreads() throws Exception {
        MemoryPool p = pool(1 << 24, 1 << 20, 1 << 16);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> runs = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                long seed = Long.getLong("rebind.test.seed", 7) + t;
                runs.add(threads.submit(() -> takeAndGive(p, new Random(seed))));
            }
            for (Future<?> r : runs) {
                r.get();
            }
        } finally {
            threads.shutdown();
        }
        assertEquals(p.pooledBytes(), p.allocatedBytes());
        assertEquals(0, p.blocksInUse());
        p.trim();
        assertEquals(0, p.allocatedBytes());
        assertEquals(0, p.pooledBytes());
    }

    private static void takeAndGive(MemoryPool p, Random random) {
        List<Block> mine = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            if (mine.size() < 5 && random.nextBoolean()) {
                mine.add(random.nextBoolean() ? p.take(1 + random.nextInt(8192)) : p.takeIdle(1 + random.nextInt(8192)));
            } else if (!mine.isEmpty()) {
                p.give(mine.remove(random.nextInt(mine.size())), null);
            }
        }
        mine.forEach(b -> p.give(b, null));
    }
}
