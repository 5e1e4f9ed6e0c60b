package org.rebind.tracer.internal.backends;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.rebind.graph.Graph;

/**
 * What went wrong with one backend and how long it is kept away for that: as a whole after failures that say the device
 * is unwell, from single graphs after failures that say no more than that. Each further failure doubles the time. Keeps
 * texts only, never an exception, which would pin the backend's class loader. Thread-safe.
 */
final class Health {
    private static final int MAX_GRAPHS = 256;
    private static final int GRAPHS_TO_CONDEMN = 3;

    /** Kept away, for this reason, until then. @param count failures so far, for the back-off */
    record Quarantine(String reason, long untilNanos, Instant until, int count) {
        boolean holds(long now) {
            return untilNanos - now > 0;
        }

        @Override
        public String toString() {
            return "quarantined until " + until.truncatedTo(ChronoUnit.MILLIS) + ": " + reason;
        }
    }

    private final LongSupplier nanoTime;
    private final Map<Graph, Quarantine> graphs = new LinkedHashMap<>(); // guarded by this
    private volatile boolean anyGraph;
    private volatile Quarantine whole;

    Health(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Keeps the backend away from everything. @return for how many milliseconds */
    synchronized long quarantine(String reason, Settings s) {
        whole = next(whole, reason, s);
        return remainingMillis(whole);
    }

    /** Keeps the backend away from this graph, and from all after several such graphs. @return for how many ms */
    synchronized long quarantine(Graph graph, String reason, Settings s) {
        Quarantine q = next(graphs.remove(graph), reason, s);
        graphs.put(graph, q); // the newest last
        if (graphs.size() > MAX_GRAPHS) {
            graphs.remove(graphs.keySet().iterator().next());
        }
        anyGraph = true;
        long now = nanoTime.getAsLong();
        long bad = graphs.values().stream().filter(x -> x.holds(now)).count();
        if (bad >= GRAPHS_TO_CONDEMN && !isQuarantined()) {
            return quarantine(bad + " graphs failed, the last one: " + reason, s);
        }
        return remainingMillis(q);
    }

    private Quarantine next(Quarantine last, String reason, Settings s) {
        long now = nanoTime.getAsLong();
        // a failure long after the last one is a first failure
        boolean forgotten = last != null && now - last.untilNanos > 10 * s.quarantineMaxMillis() * 1_000_000L;
        int count = last == null || forgotten ? 1 : last.holds(now) ? last.count : last.count + 1;
        long millis = Math.min(s.quarantineMaxMillis(), s.quarantineMillis() << Math.min(20, count - 1));
        return new Quarantine(reason, now + millis * 1_000_000L, Instant.now().plusMillis(millis), count);
    }

    private long remainingMillis(Quarantine q) {
        return Math.max(0, (q.untilNanos - nanoTime.getAsLong()) / 1_000_000L + 1);
    }

    boolean isQuarantined() {
        Quarantine q = whole;
        return q != null && q.holds(nanoTime.getAsLong());
    }

    /** Why this graph must not go there now; null if it may. */
    String refuses(Graph graph) {
        Quarantine q = whole;
        long now = nanoTime.getAsLong();
        if (q != null && q.holds(now)) {
            return q.toString();
        }
        if (anyGraph) {
            synchronized (this) {
                Quarantine g = graphs.get(graph);
                return g != null && g.holds(now) ? "this function is " + g : null;
            }
        }
        return null;
    }

    /** {@code "ok"}, or what is the matter, for people. */
    synchronized String text() {
        long now = nanoTime.getAsLong();
        if (isQuarantined()) {
            return whole.toString();
        }
        var bad = graphs.values().stream().filter(x -> x.holds(now)).toList();
        return bad.isEmpty() ? "ok" : "ok, but for " + bad.size() + (bad.size() == 1 ? " graph, " : " graphs, the last ")
                + bad.get(bad.size() - 1);
    }
}
