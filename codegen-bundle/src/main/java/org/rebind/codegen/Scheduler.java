package org.rebind.codegen;

import org.rebind.backend.Support;
import org.rebind.graph.Graph;

/** Turns graphs into plans: fuses, orders, assigns memory. Pure; thread-safe. */
public final class Scheduler {
    private Scheduler() {
    }

    /** Whether {@link #schedule} takes the graph for this target; cheap. */
    public static Support supports(Graph graph, Target target) {
        return org.rebind.codegen.internal.Limits.check(graph, target);
    }

    /**
     * The plan of a checked graph.
     *
     * @throws CodegenException if the target does not support it
     */
    public static Plan schedule(Graph graph, Target target) {
        Support support = supports(graph, target);
        if (!support.supported()) {
            throw new CodegenException("schedule: " + support.reason() + "; ask Scheduler.supports first");
        }
        return new org.rebind.codegen.internal.Planner(graph, target).plan();
    }
}
