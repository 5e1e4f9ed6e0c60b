package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rebind.Dim;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.Plan;
import org.rebind.codegen.Step;
import org.rebind.codegen.Strips;
import org.rebind.codegen.ir.Array;

/**
 * Finds steps that can be done strip by strip: what one of them writes, all of them touch only within the strip they are at. Starts
 * from each product and takes in neighbours as long as that holds.
 */
public final class StripSearch {
    private static final Dim ZERO = Dim.of(0);

    private final Plan plan;
    private final List<Step> steps;
    private final Facts facts;
    private final Map<List<Integer>, Boolean> known = new HashMap<>();

    public StripSearch(Plan plan) {
        this.plan = plan;
        this.steps = plan.steps();
        this.facts = new Facts(plan.graph());
    }

    public List<Strips> find() {
        List<Strips> found = new ArrayList<>();
        int free = 0;
        for (int s = 0; s < steps.size(); s++) {
            if (!(steps.get(s) instanceof Step.MatmulStep)) {
                continue;
            }
            Dim count = extent(steps.get(s));
            int end = s + 1;
            while (end < steps.size() && fits(s, end + 1, count)) {
                end++;
            }
            int first = s;
            while (first > free && fits(first - 1, end, count)) {
                first--;
            }
            if (end - first > 1) {
                found.add(new Strips(first, end, count));
                s = end - 1;
                free = end;
            }
        }
        return found;
    }

    private boolean fits(int first, int end, Dim count) {
        List<Step> all = steps.subList(first, end);
        if (!all.stream().allMatch(s -> isHost(s) && extent(s).divideExactly(count).isPresent())) {
            return false;
        }
        Set<Integer> written = new HashSet<>();
        Map<Integer, Set<Integer>> bySlot = new HashMap<>();
        for (Step s : all) {
            written.addAll(written(s));
            for (int b : Memories.touched(s)) {
                int slot = plan.buffers().get(b).slot();
                if (slot >= 0) {
                    bySlot.computeIfAbsent(slot, x -> new HashSet<>()).add(b);
                }
            }
        }
        Set<Integer> strict = new HashSet<>(written);
        for (Set<Integer> sharing : bySlot.values()) {
            if (sharing.size() > 1) { // one strip must not overwrite what another has yet to read
                if (sharing.stream().map(b -> plan.buffers().get(b).elements()).distinct().count() > 1) {
                    return false;
                }
                strict.addAll(sharing);
            }
        }
        for (int s = first; s < end; s++) {
            for (int b : Memories.touched(steps.get(s))) {
                if (strict.contains(b) && !isConfined(s, b)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean isHost(Step s) {
        return !(s instanceof Step.KernelStep k) || k.kernel().launch() == Kernel.Launch.CHUNKS;
    }

    /** What a step's parts are counted in. */
    private static Dim extent(Step s) {
        if (s instanceof Step.KernelStep k) {
            return k.kernel().extent();
        }
        Step.MatmulStep m = (Step.MatmulStep) s;
        return m.batch().isEmpty() ? m.m() : m.batch().stream().reduce(Dim.of(1), Dim::times);
    }

    private static Set<Integer> written(Step s) {
        Set<Integer> written = new HashSet<>();
        if (s instanceof Step.MatmulStep m) {
            written.add(m.out());
        } else if (s instanceof Step.KernelStep k) {
            for (int i = 0; i < k.buffers().size(); i++) {
                if (k.kernel().buffers().get(i).access() != Array.Access.READ) {
                    written.add(k.buffers().get(i));
                }
            }
        }
        return written;
    }

    /** Whether items [lo, hi) of a step touch only elements [lo c, hi c) of a buffer, c being its elements by the step's extent. */
    private boolean isConfined(int step, int buffer) {
        return known.computeIfAbsent(List.of(step, buffer), x -> compute(steps.get(step), buffer));
    }

    private boolean compute(Step s, int buffer) {
        Dim elements = plan.buffers().get(buffer).elements();
        if (s instanceof Step.KernelStep k) {
            return elements.divideExactly(k.kernel().extent()).map(c -> new Confinement(k.kernel(),
                    k.kernel().buffers().get(k.buffers().indexOf(buffer)), c, facts).holds()).orElse(false);
        }
        Step.MatmulStep m = (Step.MatmulStep) s;
        return (m.a().buffer() != buffer || isOwn(m, m.a(), m.m(), m.k(), elements))
                && (m.b().buffer() != buffer || !m.batch().isEmpty() && isOwn(m, m.b(), m.k(), m.n(), elements));
    }

    /** Whether each batch item, or row where there is no batch, has its own part of a buffer, in order. */
    private static boolean isOwn(Step.MatmulStep m, Step.Operand o, Dim rows, Dim columns, Dim elements) {
        Dim stride = o.leading().times(o.transposed() ? columns : rows);
        if (!o.offset().equals(ZERO) || m.batch().isEmpty() && (o.transposed() || !o.leading().equals(columns))) {
            return false;
        }
        for (int axis = m.batch().size() - 1; axis >= 0; axis--) {
            if (!o.batchStrides().get(axis).equals(stride)) {
                return false;
            }
            stride = stride.times(m.batch().get(axis));
        }
        return stride.equals(elements);
    }
}
