package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.codegen.Plan;
import org.rebind.codegen.Step;
import org.rebind.codegen.Target;
import org.rebind.graph.*;

/** Plans one graph: groups its values, makes a step of each group, gives every stored value memory. */
public final class Planner {
    private final Graph graph;
    private final Target target;
    private final Facts facts;
    private final Grouping grouping;
    private final KernelMaker maker;
    private final Memories memories;
    private final BitSet stored = new BitSet();
    private final Set<String> kernelNames = new HashSet<>();
    private final List<Step> steps = new ArrayList<>();

    public Planner(Graph given, Target target) {
        Concatenations concatenations = Concatenations.cut(given);
        this.graph = concatenations.graph();
        this.target = target;
        this.facts = new Facts(graph);
        this.grouping = new Grouping(graph, concatenations.parts(), target, facts);
        this.maker = new KernelMaker(graph, target, facts);
        this.memories = new Memories(graph, grouping);
    }

    public Plan plan() {
        for (int v = 0; v < graph.valueCount(); v++) {
            int home = grouping.home(v);
            if (graph.isParam(home) || grouping.storedBy(home) != null) {
                stored.set(v);
            }
        }
        for (Group g : grouping.groups()) {
            Op op = graph.node(g.root).op();
            if (op instanceof Matmul) {
                matmul(g);
            } else {
                add(op instanceof CumSum || op instanceof ScatterAdd
                        ? List.of(new Walks(maker, g, buffers(g), name(g)).make()) : maker.make(g, buffers(g), name(g)));
            }
        }
        List<Step> done = target.fuse() ? new InPlace(memories, steps).apply() : steps;
        return memories.plan(target, target.isGpu() ? done.stream().map(this::widened).toList() : done);
    }

    private Step widened(Step s) {
        return s instanceof Step.KernelStep k ? new Step.KernelStep(Widening.apply(k.kernel(), target), k.buffers()) : s;
    }

    private void add(List<Made> made) {
        int partials = -1;
        for (Made m : made) {
            List<Integer> buffers = new ArrayList<>();
            for (int i = 0; i < m.values().size(); i++) {
                int v = m.values().get(i);
                if (v == Made.PARTIALS && partials < 0) {
                    var b = m.kernel().buffers().get(i);
                    partials = memories.temporary(b.name(), b.dtype(), m.partials());
                }
                buffers.add(v == Made.PARTIALS ? partials : memories.of(v));
            }
            steps.add(new Step.KernelStep(m.kernel(), buffers));
        }
    }

    private void matmul(Group g) {
        Made generated = new MatmulKernel(maker, g, buffers(g), name(g)).make();
        DType d = graph.type(g.root).dtype();
        if (!target.libraryMatmul() || !d.isFloating()) {
            add(List.of(generated));
            return;
        }
        List<Integer> buffers = generated.values().stream().map(memories::of).toList();
        steps.add(MatmulOperands.step(graph, g.root, facts, v -> memories.of(grouping.home(v)), memories.of(g.root),
                new Step.KernelStep(generated.kernel(), buffers)));
    }

    private Buffers buffers(Group g) {
        return new Buffers(graph, stored, g, grouping::home, memories::name);
    }

    private String name(Group g) {
        List<String> ops = g.members.stream().sorted().map(v -> graph.node(v).op()).filter(o -> !(o instanceof Full))
                .map(Naming::of).toList();
        String base = Naming.kernel(ops.isEmpty() ? List.of("full") : ops);
        base = Names.isTaken(base) ? base + "_kernel" : base;
        String unique = base;
        for (int i = 2; !kernelNames.add(unique); i++) { // parts of a split reduction get a suffix that is no number
            unique = base + "_" + i;
        }
        return unique;
    }
}
