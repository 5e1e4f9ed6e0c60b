package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.codegen.Plan;
import org.rebind.codegen.Plan.PlanBuffer;
import org.rebind.codegen.Plan.Role;
import org.rebind.codegen.Plan.Slot;
import org.rebind.codegen.Step;
import org.rebind.codegen.Target;
import org.rebind.graph.Graph;

/** The buffers of a plan, and which temporaries may share memory: those whose lives do not overlap. */
final class Memories {
    private record Entry(String name, Role role, DType dtype, Dim elements) {
    }

    private final Graph graph;
    private final Grouping grouping;
    private final List<Entry> entries = new ArrayList<>();
    private final Map<Integer, Integer> byHome = new LinkedHashMap<>();
    private final Set<Integer> results = new HashSet<>();
    private final Set<String> names = new HashSet<>();
    private final Set<Integer> merged = new HashSet<>();

    Memories(Graph graph, Grouping grouping) {
        this.graph = graph;
        this.grouping = grouping;
        for (int r : graph.results()) {
            results.add(grouping.home(r));
        }
        for (int p = 0; p < graph.params().size(); p++) {
            byHome.put(p, add(graph.params().get(p).name(), Role.PARAM, graph.type(p).dtype(),
                    graph.type(p).shape().elements()));
        }
    }

    private int add(String wish, Role role, DType dtype, Dim elements) {
        String name = wish;
        for (int i = 2; !names.add(name); i++) {
            name = wish + "_" + i;
        }
        entries.add(new Entry(name, role, dtype, elements));
        return entries.size() - 1;
    }

    /** The name of the buffer of a value that is its own home. */
    String name(int home) {
        return graph.isParam(home) ? graph.params().get(home).name() : Naming.of(graph.node(home).op());
    }

    /** Number of the buffer that holds a value. */
    int of(int value) {
        int home = grouping.home(value);
        Integer known = byHome.get(home);
        if (known == null) {
            known = add(name(home), results.contains(home) ? Role.RESULT : Role.TEMPORARY, graph.type(home).dtype(),
                    graph.type(home).shape().elements());
            byHome.put(home, known);
        }
        return known;
    }

    int temporary(String name, DType dtype, Dim elements) {
        return add(name, Role.TEMPORARY, dtype, elements);
    }

    /** Whether a kernel's result may be written over a temporary: same dtype and size. */
    boolean mayShare(int temporary, int result) {
        Entry t = entries.get(temporary);
        Entry r = entries.get(result);
        return t.role == Role.TEMPORARY && r.role != Role.PARAM && t.dtype == r.dtype && t.elements.equals(r.elements);
    }

    /** Each buffer's own number. */
    int[] numbers() {
        int[] n = new int[entries.size()];
        Arrays.setAll(n, i -> i);
        return n;
    }

    /** From now on {@code result} is in the memory of {@code temporary}, which takes its role. */
    void merge(int result, int temporary) {
        Entry t = entries.get(temporary);
        entries.set(temporary, new Entry(t.name, entries.get(result).role, t.dtype, t.elements));
        byHome.replaceAll((home, buffer) -> buffer == result ? temporary : buffer);
        merged.add(result);
    }

    Plan plan(Target target, List<Step> planned) {
        List<Step> steps = new ArrayList<>(planned);
        dropMerged(steps);
        List<Integer> resultBuffers = graph.results().stream().map(this::of).toList();
        int[] first = new int[entries.size()];
        int[] last = new int[entries.size()];
        Arrays.fill(first, Integer.MAX_VALUE);
        for (int s = 0; s < steps.size(); s++) {
            for (int b : touched(steps.get(s))) {
                first[b] = Math.min(first[b], s);
                last[b] = s;
            }
        }
        int[] slot = new int[entries.size()];
        Arrays.fill(slot, -1);
        List<List<Dim>> sizes = new ArrayList<>();
        List<DType> types = new ArrayList<>();
        List<Integer> freeFrom = new ArrayList<>();
        Integer[] order = new Integer[entries.size()];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Integer.compare(first[a], first[b]));
        for (int b : order) {
            if (entries.get(b).role == Role.TEMPORARY && first[b] < Integer.MAX_VALUE) {
                int s = choose(entries.get(b), first[b], types, sizes, freeFrom);
                slot[b] = s;
                if (!sizes.get(s).contains(entries.get(b).elements)) {
                    sizes.get(s).add(entries.get(b).elements);
                }
                freeFrom.set(s, last[b] + 1);
            }
        }
        List<Slot> slots = new ArrayList<>();
        for (int s = 0; s < sizes.size(); s++) {
            slots.add(new Slot(types.get(s), sizes.get(s)));
        }
        List<PlanBuffer> buffers = new ArrayList<>();
        for (int b = 0; b < entries.size(); b++) {
            Entry e = entries.get(b);
            buffers.add(new PlanBuffer(e.name, e.role, e.dtype, e.elements, slot[b]));
        }
        return new Plan(graph, target, buffers, steps, resultBuffers, slots);
    }

    /** Renumbers buffers without those that are in the memory of others. */
    private void dropMerged(List<Step> steps) {
        int[] number = new int[entries.size()];
        List<Entry> kept = new ArrayList<>();
        for (int b = 0; b < number.length; b++) {
            number[b] = kept.size();
            if (!merged.contains(b)) {
                kept.add(entries.get(b));
            }
        }
        steps.replaceAll(s -> InPlace.renumbered(s, number));
        byHome.replaceAll((home, buffer) -> number[buffer]);
        entries.clear();
        entries.addAll(kept);
        merged.clear();
    }

    /** A free slot, best one of this very size; else a new one. */
    private static int choose(Entry e, int step, List<DType> types, List<List<Dim>> sizes, List<Integer> freeFrom) {
        int found = -1;
        for (int s = 0; s < types.size(); s++) {
            if (types.get(s) == e.dtype && freeFrom.get(s) <= step && (found < 0 || sizes.get(s).contains(e.elements))) {
                found = s;
            }
        }
        if (found >= 0) {
            return found;
        }
        types.add(e.dtype);
        sizes.add(new ArrayList<>());
        freeFrom.add(0);
        return types.size() - 1;
    }

    static Set<Integer> touched(Step s) {
        Set<Integer> t = new HashSet<>();
        if (s instanceof Step.KernelStep k) {
            t.addAll(k.buffers());
        } else if (s instanceof Step.MatmulStep m) {
            t.add(m.a().buffer());
            t.add(m.b().buffer());
            t.add(m.out());
        }
        return t;
    }
}
