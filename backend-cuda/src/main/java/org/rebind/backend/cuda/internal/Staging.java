package org.rebind.backend.cuda.internal;

import java.util.ArrayDeque;

/**
 * Pinned host memory that transfers go through, in blocks of {@link #BLOCK} bytes: while the device copies one block the
 * host fills or empties the next. Used under the device's lock for one direction.
 */
final class Staging {
    /** Large enough that the bus, not the launch, decides; small enough that two of them stay in cache. */
    static final int BLOCK = 4 << 20;
    private static final int BLOCKS = 3;

    /** One block. @param event passes when the device has done with the block */
    record Block(long address, long event) {
    }

    private final CudaDriver driver;
    private final ArrayDeque<Block> blocks = new ArrayDeque<>(); // least recently used first

    Staging(CudaDriver driver) {
        this.driver = driver;
    }

    /** A block the device has done with; goes to the end of the queue. */
    Block next() {
        Block block;
        if (blocks.size() < BLOCKS) {
            long event = driver.createEvent();
            block = new Block(memory(event), event);
        } else {
            block = blocks.removeFirst();
            driver.synchronizeEvent(block.event);
        }
        blocks.addLast(block);
        return block;
    }

    private long memory(long event) {
        boolean done = false;
        try {
            long memory = driver.allocateHost(BLOCK);
            done = true;
            return memory;
        } finally {
            if (!done) {
                driver.destroyEvent(event);
            }
        }
    }

    /** Gives all blocks back, also those after one that fails. */
    void close() {
        if (blocks.isEmpty()) {
            return;
        }
        Block b = blocks.removeFirst();
        try {
            driver.synchronizeEvent(b.event);
            driver.destroyEvent(b.event);
        } finally {
            try {
                driver.freeHost(b.address);
            } finally {
                close();
            }
        }
    }
}
