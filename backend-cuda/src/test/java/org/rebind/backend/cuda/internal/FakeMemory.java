package org.rebind.backend.cuda.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Device memory of {@link FakeDriver} and who is ordered after whom: a clock a stream, event and host thread, each the newest step
 * of every stream that it knows to have happened. An access must know of the last write, a write and a release of all
 * accesses.
 */
final class FakeMemory {
    /** The newest known step of each stream. */
    static final class Clock {
        private final Map<Long, Long> seen = new HashMap<>();

        void join(Clock other) {
            other.seen.forEach((s, t) -> seen.merge(s, t, Math::max));
        }

        Clock copy() {
            Clock c = new Clock();
            c.join(this);
            return c;
        }

        private boolean knows(Clock other) {
            return other.seen.entrySet().stream().allMatch(e -> seen.getOrDefault(e.getKey(), 0L) >= e.getValue());
        }
    }

    private static final class Block {
        final long bytes;
        final long context;
        final Clock accesses = new Clock();
        Clock written = new Clock();

        Block(long bytes, long context) {
            this.bytes = bytes;
            this.context = context;
        }
    }

    private final Hardware hardware;
    private final TreeMap<Long, Block> blocks = new TreeMap<>();
    private final Map<Long, List<Long>> given = new HashMap<>(); // addresses a pool hands out again, by size and context
    private final Map<Long, Long> steps = new HashMap<>();
    private final Map<Long, Clock> clocks = new HashMap<>();

    FakeMemory(Hardware hardware) {
        this.hardware = hardware;
    }

    /** The clock of a stream, an event or (negative) a host thread. */
    Clock clock(long of) {
        return clocks.computeIfAbsent(of, k -> new Clock());
    }

    void set(long of, Clock clock) {
        clocks.put(of, clock);
    }

    /** The next step of a stream, which knows what the calling thread has waited for. */
    private Clock step(long stream) {
        Clock c = clock(stream);
        c.join(clock(-Thread.currentThread().getId()));
        c.seen.put(stream, steps.merge(stream, 1L, Long::sum));
        return c;
    }

    long allocate(long bytes, long stream, long context) {
        Clock now = step(stream);
        List<Long> again = given.get(31 * bytes + context);
        long address = again == null || again.isEmpty() ? hardware.allocate(bytes) : again.remove(again.size() - 1);
        Block b = new Block(bytes, context);
        b.written = now.copy();
        blocks.put(address, b);
        return address;
    }

    void free(long address, long stream, long context) {
        Block b = blocks.get(address);
        if (b == null) {
            throw new AssertionError("freed, but not the start of an allocation: " + address);
        }
        own(b, context);
        if (!step(stream).knows(b.accesses)) {
            throw new AssertionError("memory is freed while another stream may use it");
        }
        blocks.remove(address);
        given.computeIfAbsent(31 * b.bytes + context, k -> new ArrayList<>()).add(address);
    }

    /** Gives freed memory back to the hardware. */
    void trim(long context) {
        given.forEach((key, addresses) -> addresses.forEach(a -> hardware.free(a, (key - context) / 31)));
        given.clear();
    }

    private Block at(long address, long bytes, long context) {
        Map.Entry<Long, Block> e = blocks.floorEntry(address);
        if (e == null || address + bytes > e.getKey() + e.getValue().bytes) {
            throw new AssertionError("access to " + bytes + " bytes at " + address + ", which are not allocated");
        }
        own(e.getValue(), context);
        return e.getValue();
    }

    private static void own(Block b, long context) {
        if (b.context != context) {
            throw new AssertionError("memory of another device");
        }
    }

    void read(long address, long bytes, long stream, long context) {
        Block b = at(address, bytes, context);
        if (!step(stream).knows(b.written)) {
            throw new AssertionError("stream " + stream + " reads memory it is not ordered after");
        }
        b.accesses.join(own(stream));
    }

    void write(long address, long bytes, long stream, long context) {
        Block b = at(address, bytes, context);
        if (!step(stream).knows(b.written) || !clock(stream).knows(b.accesses)) {
            throw new AssertionError("stream " + stream + " writes memory it is not ordered after");
        }
        b.written = own(stream);
        b.accesses.join(b.written);
    }

    /** The stream's own newest step alone. */
    private Clock own(long stream) {
        Clock c = new Clock();
        c.seen.put(stream, steps.get(stream));
        return c;
    }

    void forget() {
        blocks.clear();
    }

    long bytes() {
        return blocks.values().stream().mapToLong(b -> b.bytes).sum();
    }

    int count() {
        return blocks.size();
    }

    List<String> leaks() {
        List<String> leaks = new ArrayList<>();
        blocks.values().forEach(b -> leaks.add(b.bytes + " bytes of device memory"));
        return leaks;
    }
}
