package org.rebind.backend.aparapi.internal;

/**
 * What one unit of a kernel's work costs here, learnt from its runs: a first guess, then measurements, falling at once and
 * rising slowly (a run may have been disturbed, or not yet compiled by the JVM). Racy on purpose: any recent value serves.
 */
final class Cost {
    /** Work below which a run is not worth timing. */
    static final long TIMED = 4096;
    /** Single-thread time from which threads help, in ns: several times what a dispatch through Aparapi costs. */
    private static final double WORTH_THREADS = 30_000;
    /** What a chunk should take at least, in ns. */
    private static final double CHUNK = 10_000;
    private static final int CHUNKS_PER_THREAD = 4;

    /** Calls, and runs, until which a kernel is fresh: several times what C1, then C2, want to see of a method. */
    private static final int FRESH_CALLS = 30_000;
    private static final int FRESH_RUNS = 100;
    private static final int FRESH_PIECES = 2048;
    /** Elements that a fresh elementwise kernel is called for: two vectors at least, so that the JVM sees its loop go round. */
    private static final int FRESH_ELEMENTS = 32;

    private final boolean inPieces;
    private double perUnit = 0.5;
    private int calls;
    private int runs;

    /** @param inPieces whether it helps to call the kernel for small pieces while it is fresh */
    Cost(boolean inPieces) {
        this.inPieces = inPieces;
    }

    /**
     * Whether the JVM may not have compiled the kernel: until it has, vectors are objects and the kernel a hundred times
     * slower. The JVM counts calls and iterations, calls more, so a fresh kernel is called for small pieces.
     */
    boolean isFresh() {
        return inPieces && (calls < FRESH_CALLS || runs < FRESH_RUNS);
    }

    /** Items of one call of a fresh kernel. */
    static int freshPiece(int extent, int multiple) {
        int unit = Math.min(multiple, FRESH_ELEMENTS);
        return (extent / FRESH_PIECES + unit) / unit * unit;
    }

    /** A part of a run was done in this many calls. */
    void ran(int pieces) {
        calls += pieces;
        runs++;
    }

    /** Items of a chunk, at least {@code extent} if threads do not help. */
    int chunk(int extent, long workPerItem, int multiple, int threads) {
        double perItem = perUnit * workPerItem;
        if (threads == 1 || perItem * extent < WORTH_THREADS) {
            return extent;
        }
        double even = Math.ceil((double) extent / (threads * CHUNKS_PER_THREAD));
        double items = Math.max(even, CHUNK / perItem);
        long rounded = ((long) items + multiple - 1) / multiple * multiple;
        return (int) Math.max(1, Math.min(rounded, extent));
    }

    /** Learns from a run of this much work. @param nanos times the threads that worked */
    void measured(double nanos, double work) {
        double now = nanos / work;
        perUnit = now < perUnit ? now : perUnit + (now - perUnit) / 8;
    }
}
