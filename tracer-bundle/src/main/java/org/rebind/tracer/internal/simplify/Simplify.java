package org.rebind.tracer.internal.simplify;

import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.rebind.ArgumentException;
import org.rebind.Dim;
import org.rebind.graph.Graph;

/**
 * Graph to smaller graph with the same results. Parameters keep their number and order. Symbols that guards fix are
 * replaced, in parameter types too, so the result may have fewer symbols and guards: whoever executes it takes the
 * symbols' numbers from it, and tests the guards of the graph that was traced.
 *
 * <p>The system property {@value #OFF} names passes to leave out, for instance {@code merge_duplicates,fold_constants}.
 */
public final class Simplify {
    public static final String OFF = "rebind.simplify.off";

    /** Passes enable each other; a graph settles long before this many rounds. */
    private static final int ROUNDS = 10;

    private Simplify() {
    }

    public static Graph simplify(Graph graph) {
        return simplify(graph, enabled());
    }

    public static Graph simplify(Graph graph, Set<Pass> passes) {
        Graph now = graph;
        for (int round = 0; round < ROUNDS; round++) {
            Graph before = now;
            for (Pass pass : Pass.values()) {
                now = passes.contains(pass) ? pass.apply(now) : now;
            }
            if (now.equals(before)) {
                return now;
            }
        }
        return now;
    }

    /** The simplified graph for sizes that its guards admit, as if it had been traced with fixed shapes. */
    public static Graph specialise(Graph graph, Map<String, Long> sizes) {
        Map<String, Dim> values = new HashMap<>();
        sizes.forEach((symbol, size) -> values.put(symbol, Dim.of(size)));
        return simplify(Substitution.apply(graph, values), EnumSet.allOf(Pass.class));
    }

    private static boolean isPass(String name) {
        return Stream.of(Pass.values()).anyMatch(p -> p.name().equals(name.strip().toUpperCase(Locale.ROOT)));
    }

    private static Set<Pass> enabled() {
        Set<Pass> passes = EnumSet.allOf(Pass.class);
        String off = System.getProperty(OFF, "");
        for (String name : off.isBlank() ? new String[0] : off.split(",")) {
            if (!passes.removeIf(p -> p.name().equals(name.strip().toUpperCase(Locale.ROOT))) && !isPass(name)) {
                throw new ArgumentException("system property " + OFF + ": expected names of passes, separated by commas ("
                        + Stream.of(Pass.values()).map(p -> p.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(", "))
                        + "), got '" + name.strip() + "'");
            }
        }
        return Collections.unmodifiableSet(passes);
    }
}
