package org.rebind.backend.cuda.internal;

import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.rebind.backend.BackendException;

/**
 * CUDA graphs of an executable's launches, by the addresses they run on. The pool hands the same addresses out again in
 * a steady loop, so the second call on the same ones captures a graph and later ones launch it at once. Used only
 * inside {@link CudaContext#submit}.
 */
final class Replays {
    /** Fewer launches than this are as fast one by one. */
    static final int WORTHWHILE = 3;
    private static final int MOST = 8;
    /** In place of a graph: these addresses were seen once. */
    private static final long SEEN = 0;
    private static final System.Logger LOG = System.getLogger(Replays.class.getName());

    private record Key(long[] symbols, long[] addresses) {
        @Override
        public boolean equals(Object o) {
            return o instanceof Key k && Arrays.equals(symbols, k.symbols) && Arrays.equals(addresses, k.addresses);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(symbols) + Arrays.hashCode(addresses);
        }
    }

    private final CudaContext context;
    private final LinkedHashMap<Key, Long> graphs = new LinkedHashMap<>(16, 0.75f, true);
    private boolean refused;

    Replays(CudaContext context) {
        this.context = context;
    }

    /** Submits {@code launches}, as a graph if these addresses have been seen before. */
    void run(long[] symbols, long[] addresses, Runnable launches) {
        if (refused) {
            launches.run();
            return;
        }
        Key key = new Key(symbols.clone(), addresses.clone());
        Long graph = graphs.get(key);
        if (graph == null) {
            graphs.put(key, SEEN);
            trim();
            launches.run();
            return;
        }
        if (graph == SEEN) {
            graph = capture(launches);
            graphs.put(key, graph);
        }
        if (refused) {
            launches.run();
        } else {
            context.driver().launchGraph(graph, context.stream());
        }
    }

    /** @return {@link #SEEN} if the driver takes no graph of these launches; then none is asked for again */
    private long capture(Runnable launches) {
        try {
            context.driver().beginCapture(context.stream());
        } catch (BackendException e) {
            return refused(e);
        }
        Throwable failure = null;
        try {
            launches.run();
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        try { // whatever happened, this leaves capture mode
            long graph = context.endCapture();
            if (failure == null) {
                return graph;
            }
            context.destroyGraph(graph);
        } catch (BackendException e) {
            if (e.kind() == BackendException.Kind.DEVICE_LOST) {
                throw e;
            }
            failure = failure == null ? e : failure;
        }
        return refused(failure);
    }

    private long refused(Throwable failure) {
        if (failure instanceof Error e) {
            throw e;
        }
        if (!(failure instanceof BackendException b) || b.kind() == BackendException.Kind.DEVICE_LOST) {
            throw (RuntimeException) failure;
        }
        refused = true;
        LOG.log(Level.INFO, "launches run one by one, since the driver makes no graph of them: {0}", failure.getMessage());
        return SEEN;
    }

    private void trim() {
        if (graphs.size() > MOST) {
            Map.Entry<Key, Long> oldest = graphs.entrySet().iterator().next();
            graphs.remove(oldest.getKey());
            if (oldest.getValue() != SEEN) {
                context.driver().synchronize(context.stream()); // it may still be running
                context.destroyGraph(oldest.getValue());
            }
        }
    }

    void close() {
        if (graphs.values().stream().anyMatch(g -> g != SEEN)) {
            context.driver().synchronize(context.stream());
            graphs.values().stream().filter(g -> g != SEEN).forEach(context::destroyGraph);
        }
        graphs.clear();
    }
}
