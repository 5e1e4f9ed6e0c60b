package org.rebind.tracer.internal.backends;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.rebind.backend.Support;
import org.rebind.graph.Graph;

/**
 * The backends at one moment, best first, the interpreter last; immutable. The order: those that configuration
 * allows, then configured preference, then {@code service.ranking} (higher first), then device kind, then name; of two
 * with the same name the newer, since the other is about to be replaced.
 */
record Snapshot(List<BackendSlot> slots, Settings settings) {
    static Snapshot of(List<BackendSlot> slots, Settings settings) {
        List<BackendSlot> ranked = new ArrayList<>(slots);
        ranked.sort(Comparator.comparing((BackendSlot s) -> s.lastResort)
                .thenComparing(s -> keptAway(settings, s) != null)
                .thenComparingInt(s -> preference(settings, s))
                .thenComparing(s -> s.ranking, Comparator.reverseOrder())
                .thenComparing(s -> s.kind)
                .thenComparing(s -> s.name)
                .thenComparing(s -> s.generation, Comparator.reverseOrder()));
        return new Snapshot(List.copyOf(ranked), settings);
    }

    private static int preference(Settings settings, BackendSlot s) {
        int i = settings.prefer().indexOf(s.name);
        return i < 0 ? Integer.MAX_VALUE : i;
    }

    BackendSlot lastResort() {
        return slots.get(slots.size() - 1);
    }

    /** The slots in the order in which a function tries them: the one it names first. */
    private List<BackendSlot> order(Optional<String> explicit) {
        if (explicit.isEmpty()) {
            return slots;
        }
        List<BackendSlot> order = new ArrayList<>(slots);
        order.sort(Comparator.comparing(s -> !s.name.equals(explicit.get()))); // stable
        return order;
    }

    /** The best backend for the graph. @param excluded not to be considered; the interpreter always is */
    BackendSlot best(Graph graph, Optional<String> explicit, Set<BackendSlot> excluded) {
        for (BackendSlot s : order(explicit)) {
            if (!excluded.contains(s) && refusal(s, graph) == null) {
                return s;
            }
        }
        return lastResort();
    }

    /** Why configuration keeps a backend away; null if it does not. */
    private static String keptAway(Settings settings, BackendSlot s) {
        return s.lastResort || settings.allows(s.name) ? null
                : settings.deny().contains(s.name) ? "denied by configuration" : "not among the allowed by configuration";
    }

    /** What keeps a backend from all graphs, or that nothing does. */
    String condition(BackendSlot s) {
        String keptAway = keptAway(settings, s);
        return keptAway != null ? keptAway : s.health.text();
    }

    /** Whether nothing is the matter with any backend that configuration allows. */
    boolean isWell() {
        return slots.stream().allMatch(s -> keptAway(settings, s) != null || s.health.text().equals("ok"));
    }

    /** Why this backend cannot have the graph; null if it can. */
    private String refusal(BackendSlot s, Graph graph) {
        if (s.lastResort) {
            return null;
        }
        String keptAway = keptAway(settings, s);
        if (keptAway != null) {
            return keptAway;
        }
        String unwell = s.health.refuses(graph);
        if (unwell != null) {
            return unwell;
        }
        Support support = s.supports(graph);
        return support.supported() ? null : support.reason();
    }

    /** Sentences: why the backend that runs the graph, and why not each of the others. */
    List<String> explain(Graph graph, Optional<String> explicit, BackendSlot running) {
        List<String> sentences = new ArrayList<>();
        sentences.add(running + ": chosen, " + reason(running, explicit));
        if (explicit.isPresent() && slots.stream().noneMatch(s -> s.name.equals(explicit.get()))) {
            sentences.add(explicit.get() + ": asked for by the function's options, but not there");
        }
        boolean better = true;
        for (BackendSlot s : order(explicit)) {
            if (s == running) {
                better = false;
                continue;
            }
            String refusal = refusal(s, graph);
            sentences.add(s + ": " + (refusal != null ? "not used, " + refusal
                    : better ? "about to take over, it is being compiled for"
                    : s.lastResort ? "the last resort" : "behind " + running.name + ", " + reason(s, explicit)));
        }
        return sentences;
    }

    private String reason(BackendSlot s, Optional<String> explicit) {
        if (explicit.isPresent() && s.name.equals(explicit.get())) {
            return "the function's options name it";
        }
        int i = settings.prefer().indexOf(s.name);
        return s.lastResort ? "the last resort, no other backend can take it"
                : i >= 0 ? "number " + (i + 1) + " of the configured preference"
                : "ranking " + s.ranking + ", kind " + s.kind;
    }
}
