package org.rebind.backend.opencl.internal;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.rebind.backend.BackendException;

/**
 * Device memory in blocks of a few sizes (four to each doubling, so at most a quarter is wasted), kept for reuse up to a
 * bound. Work on the compute queue runs in order, so a block may be given back while queued kernels still use it and be
 * taken again for later kernels; whoever is not on that queue asks for an idle one. Lock-free; thread-safe.
 */
final class MemoryPool {
    private static final long SMALLEST = 256;

    private final LongFunction<Block> allocator;
    private final Consumer<Block> release;
    private final long limit;
    private final long largest; // of a block, in bytes
    private final long pooledLimit;
    private final Set<Block> all = ConcurrentHashMap.newKeySet(); // in use or pooled, so that close finds them
    private final AtomicLong allocated = new AtomicLong();
    private final AtomicLong pooled = new AtomicLong();
    private final AtomicLong inUse = new AtomicLong();
    @SuppressWarnings({"unchecked", "rawtypes"})
    private final ConcurrentLinkedDeque<Block>[] free = new ConcurrentLinkedDeque[4 * Long.SIZE];

    /**
     * @param allocator makes a block, or null if the device has no memory
     * @param release gives a block back to the device
     * @param pooledLimit bytes kept for reuse; 0 keeps nothing and makes each block just as large as asked for, so that
     *     a memory checker sees every access beyond it
     */
    MemoryPool(LongFunction<Block> allocator, Consumer<Block> release, long limit, long maxAllocation,
            long pooledLimit) {
        this.allocator = allocator;
        this.release = release;
        this.limit = limit;
        this.largest = Math.min(maxAllocation, limit);
        this.pooledLimit = pooledLimit;
        for (int i = 0; i < free.length; i++) {
            free[i] = new ConcurrentLinkedDeque<>();
        }
    }

    /** A block for kernels on the compute queue. @throws BackendException OUT_OF_MEMORY if there is no room */
    Block take(long bytes) {
        long size = roundUp(bytes);
        Block b = free[sizeClass(size)].pollFirst();
        if (b != null) {
            pooled.addAndGet(-b.bytes);
            inUse.incrementAndGet();
            return b;
        }
        return allocate(bytes, size);
    }

    /** A block that nothing queued uses. @throws BackendException OUT_OF_MEMORY if there is no room */
    Block takeIdle(long bytes) {
        long size = roundUp(bytes);
        ConcurrentLinkedDeque<Block> list = free[sizeClass(size)];
        Block b = list.pollLast(); // the one given back longest ago
        if (b == null) {
            return allocate(bytes, size);
        }
        if (b.fence != null && !b.fence.poll()) {
            if (allocated.get() + size <= limit) {
                list.offerLast(b);
                return allocate(bytes, size);
            }
            awaitQuietly(b.fence);
        }
        pooled.addAndGet(-b.bytes);
        inUse.incrementAndGet();
        b.fence = null;
        return b;
    }

    /** Gives a block back. @param fence the last work that may use it, or null */
    void give(Block block, Submission fence) {
        inUse.decrementAndGet();
        block.fence = fence == null || fence.isOver() ? null : fence;
        if (pooled.addAndGet(block.bytes) <= pooledLimit) {
            free[sizeClass(block.bytes)].offerFirst(block);
        } else {
            pooled.addAndGet(-block.bytes);
            free(block);
        }
    }

    /** Frees every block that is not in use. */
    void trim() {
        for (ConcurrentLinkedDeque<Block> list : free) {
            for (Block b = list.pollLast(); b != null; b = list.pollLast()) {
                pooled.addAndGet(-b.bytes);
                free(b);
            }
        }
    }

    /** Frees every block, those in use too; nothing is queued any more and nobody takes or gives. */
    void close() {
        for (ConcurrentLinkedDeque<Block> list : free) {
            list.clear();
        }
        pooled.set(0);
        // Oldest first: drivers look for an allocation from the oldest on, which makes any other order quadratic.
        Block[] blocks = all.toArray(new Block[0]);
        Arrays.sort(blocks, Comparator.comparingLong(b -> b.number));
        for (Block b : blocks) {
            free(b);
        }
    }

    /** Bytes taken from the device, in use or pooled. */
    long allocatedBytes() {
        return allocated.get();
    }

    /** Number of blocks taken and not given back. */
    long blocksInUse() {
        return inUse.get();
    }

    long pooledBytes() {
        return pooled.get();
    }

    private void free(Block b) {
        if (b.fence != null) {
            awaitQuietly(b.fence);
        }
        all.remove(b);
        release.accept(b);
        allocated.addAndGet(-b.bytes);
    }

    private Block allocate(long bytes, long size) {
        Block b = tryAllocate(size);
        if (b == null) {
            trim();
            b = tryAllocate(size);
        }
        if (b == null) {
            throw new BackendException(BackendException.Kind.OUT_OF_MEMORY, "no device memory for a buffer of " + bytes
                    + " bytes: " + allocated.get() + " of " + limit + " bytes are in use");
        }
        inUse.incrementAndGet();
        return b;
    }

    private Block tryAllocate(long size) {
        // One step, so that a request too large for what is left makes no smaller one fail beside it.
        if (allocated.getAndUpdate(n -> n + size <= limit ? n + size : n) + size > limit) {
            return null;
        }
        Block b = null;
        try {
            b = allocator.apply(size);
        } finally {
            if (b == null) {
                allocated.addAndGet(-size);
            }
        }
        if (b != null) {
            all.add(b);
        }
        return b;
    }

    /** A failure of that work is told to whoever reads its results. */
    static void awaitQuietly(Submission fence) {
        try {
            fence.await();
        } catch (BackendException e) {
            System.getLogger(MemoryPool.class.getName()).log(System.Logger.Level.DEBUG,
                    "work that used a freed block had failed", e);
        }
    }

    /** Size of the block that serves so many bytes. @throws BackendException OUT_OF_MEMORY if the device makes none so large */
    private long roundUp(long bytes) {
        if (bytes > largest) {
            throw new BackendException(BackendException.Kind.OUT_OF_MEMORY, "a buffer of " + bytes
                    + " bytes is asked for, and this device makes none larger than " + largest);
        }
        if (pooledLimit == 0) {
            return Math.max(1, bytes);
        }
        if (bytes <= SMALLEST) {
            return SMALLEST;
        }
        long step = Long.highestOneBit(bytes - 1) / 4;
        return Math.min((bytes + step - 1) / step * step, largest);
    }

    /** Equal for equal sizes; different sizes {@link #roundUp} gives never share one. */
    private static int sizeClass(long size) {
        if (size < SMALLEST) {
            return 0;
        }
        int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(size - 1);
        return 4 * power + (int) ((size - 1 - (1L << power)) * 4 >> power);
    }
}
