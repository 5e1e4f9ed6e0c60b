package org.rebind.tracer.internal.backends;

import java.lang.System.Logger.Level;
import java.util.Map;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Graph;
import org.rebind.tracer.internal.tensor.InFlight;

/**
 * Runs an executable on zeros until it gets no faster and is no slower than where calls run now, by the background thread
 * that has compiled it and before any call moves to it. On a device that works on host memory, code is compiled while it
 * runs: the first runs of a vector kernel take up to a thousand times as long as later ones, and would all be calls of the
 * user's.
 */
final class WarmUp {
    private static final System.Logger LOG = System.getLogger(WarmUp.class.getName());
    private static final long BLOCK_NANOS = 20_000_000L;
    private static final long LEAST_NANOS = 300_000_000L; // where nothing is known to compare with
    private static final long MOST_NANOS = 5_000_000_000L;
    private static final long MOST_ELEMENTS = 1 << 22;
    private static final int FLAT_BLOCKS = 2; // one may be flat because the compiler has not got to it yet

    private final DeviceBuffer[] inputs;
    private final long[] symbols;

    private WarmUp(DeviceBuffer[] inputs, long[] symbols) {
        this.inputs = inputs;
        this.symbols = symbols;
    }

    /**
     * Does nothing where it would not help or where no sizes are known. Called while counted in the slot's compiles.
     *
     * @param now where calls run meanwhile
     * @throws BackendFault if it does not run: better found out now than by a call
     */
    static void run(Binding binding, Binding now, BoundGraph bound) {
        Graph graph = bound.graph();
        long[] symbols = bound.lastSymbols(); // null if no call ran
        long[] sizes = symbols == null && graph.symbols().isEmpty() ? new long[0] : symbols;
        if (!binding.onHost() || binding.slot().lastResort || sizes == null) {
            return;
        }
        try {
            DeviceBuffer[] zeros = zeros(graph, sizes);
            if (zeros != null) {
                WarmUp w = new WarmUp(zeros, sizes);
                w.run(binding, w.nanosThere(now, bound));
            }
        } catch (Throwable t) {
            throw BackendFault.executing(binding.slot(), t);
        }
    }

    /** What a run takes where calls run now; 0 if it cannot be told. */
    private double nanosThere(Binding now, BoundGraph bound) {
        InFlight calls = now.slot().home.calls();
        int token = calls.enter();
        try {
            // looked at after being counted, as every call does
            boolean usable = bound.anchor.binding() == now && !now.slot().isDeparted();
            return now.onHost() && usable ? block(now) : 0;
        } catch (RuntimeException | Error e) { // the next call there will find out too, and act on it
            LOG.log(Level.INFO, "warm-up: a run on {0}, to compare with, failed: {1}", now.slot().name, e.toString());
            return 0;
        } finally {
            calls.exit(token);
        }
    }

    /** Null if there were too many of them. */
    private static DeviceBuffer[] zeros(Graph graph, long[] symbols) {
        Map<String, Long> numbers = graph.symbolMap(symbols);
        DeviceBuffer[] zeros = new DeviceBuffer[graph.params().size()];
        long elements = 0;
        for (int i = 0; i < zeros.length; i++) {
            var type = graph.params().get(i).type();
            int count = type.shape().evaluate(numbers::get).elementCount();
            elements += count;
            if (elements > MOST_ELEMENTS) {
                return null;
            }
            zeros[i] = HostBuffer.allocate(type.dtype(), count);
        }
        return zeros;
    }

    /** @param goal nanoseconds to come down to; 0 if unknown */
    private void run(Binding b, double goal) {
        long start = System.nanoTime();
        double before = Double.MAX_VALUE;
        int flat = 0;
        while (System.nanoTime() - start < MOST_NANOS && !b.slot().isDeparted()) {
            double now = block(b);
            flat = now > 0.8 * before ? flat + 1 : 0;
            before = Math.min(before, now);
            boolean asGood = goal > 0 ? before <= goal : System.nanoTime() - start > LEAST_NANOS;
            if (flat >= FLAT_BLOCKS && asGood) {
                return;
            }
        }
    }

    /** Nanoseconds a run takes. */
    private double block(Binding b) {
        long start = System.nanoTime();
        long took;
        int runs = 0;
        do {
            for (DeviceBuffer result : b.executable().execute(inputs, symbols)) {
                result.close(); // a parameter is a host buffer: closing it does nothing
            }
            runs++;
            took = System.nanoTime() - start;
        } while (took < BLOCK_NANOS && !b.slot().isDeparted());
        return (double) took / runs;
    }
}
