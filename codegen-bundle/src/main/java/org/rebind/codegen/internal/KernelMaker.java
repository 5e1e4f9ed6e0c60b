package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.Target;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Stmt;
import org.rebind.graph.Graph;

/** Makes the kernels of groups: tries the loops once to see what can be joined and held, then lowers for good. */
final class KernelMaker {
    /** Of a row a thread of a GPU may keep in registers: half of what it can have without crowding others out. */
    private static final int REGISTER_BYTES = 128;

    private final Graph graph;
    final Target target;
    private final Facts facts;
    private final Costs costs;

    KernelMaker(Graph graph, Target target, Facts facts) {
        this.graph = graph;
        this.target = target;
        this.facts = facts;
        this.costs = new Costs(graph);
    }

    /** The kernels of a group, in launch order. */
    List<Made> make(Group group, Buffers buffers, String name) {
        Loops loops = loops(group, buffers);
        List<Axis> axes = loops.axes;
        if (group.split) {
            return new SplitReduction(this, group, axes, buffers, name).make();
        }
        if (loops.rows != null) {
            return List.of(new CacheTiles(lowered(group, buffers, Holding.none()), axes, loops.rows, name).make());
        }
        Holding holding = Holding.none();
        if (!group.reductions.isEmpty() && (!target.isGpu() || keepsRows(group, axes))) {
            Holding search = Holding.search(costs);
            new Lowering(lowered(group, buffers, search), axes).lower();
            holding = !target.isGpu() || search.bytes(graph) * rowLength(group) <= REGISTER_BYTES * Kernel.GROUP_SIZE
                    ? search.chosen() : holding;
        }
        LoweredGroup g = lowered(group, buffers, holding);
        if (loops.across != null) {
            new Lowering(g, axes); // defines extent, thread
            return List.of(SharedTiles.make(g, axes, loops.across, name, space(group, axes)));
        }
        Lowering lowering = new Lowering(g, axes);
        List<Stmt> body = lowering.lower();
        return List.of(new Assembly(g, name, space(group, axes)).made(body, lowering.extent, lowering.launch,
                lowering.workPerItem, lowering.chunkMultiple));
    }

    /** Whether a group of threads of a GPU has the whole of a row of fixed length, each thread its part. */
    private boolean keepsRows(Group group, List<Axis> axes) {
        return axes.get(axes.size() - 1).folded() && rowLength(group) > Lowering.SHORT_ROW;
    }

    /** Elements of a row, 0 if not fixed. */
    private static long rowLength(Group group) {
        Dim n = group.folded().stream().map(group.axes::get).reduce(Dim.of(1), Dim::times);
        return n.isFixed() ? n.value() : 0;
    }

    LoweredGroup lowered(Group group, Buffers buffers, Holding holding) {
        return new LoweredGroup(graph, target, facts, group, buffers, holding);
    }

    /**
     * @param across on a GPU, see {@link SharedTiles#across}; or null
     * @param rows on a CPU, see {@link CacheTiles#rows}; or null
     */
    private record Loops(List<Axis> axes, Axis across, CacheTiles.Rows rows) {
    }

    /** The loops' axes: neighbours that all memory walks alike are joined. */
    private Loops loops(Group group, Buffers buffers) {
        LoweredGroup g = lowered(group, buffers, Holding.none());
        Map<Integer, Expr.Var> variables = new LinkedHashMap<>();
        for (int a : group.order) {
            variables.put(a, g.variable("a" + a, group.axes.get(a)));
        }
        g.body.open(variables.values().toArray(Expr.Var[]::new));
        variables.forEach((a, v) -> g.axisIndex.put(a, Affine.of(v)));
        for (int r : group.reductions.keySet()) {
            g.accumulated.put(r, Pull.zero(Body.register(graph.type(r).dtype())));
        }
        Array.Scratch sink = new Array.Scratch("sink", DType.INT32, Expr.integer(1));
        for (int r : group.reductions.keySet()) {
            g.body.add(new Stmt.Store(sink, Expr.integer(0), g.operandOf(r)));
        }
        for (int out : group.outputs) {
            g.store(group.outputAxes.get(out).stream().filter(a -> a != Mapping.ONE).toList());
        }
        List<Stmt> live = Tidy.dropDead(g.body.close());
        Set<Expr.Var> used = new HashSet<>();
        live.forEach(s -> Trees.expressions(s).forEach(e -> outsideLoads(e, s instanceof Stmt.Store, used)));
        Map<Expr.Var, Integer> byVariable = new HashMap<>();
        variables.forEach((a, v) -> byVariable.put(v, a));
        Set<Integer> pinned = new HashSet<>();
        used.forEach(v -> pinned.add(byVariable.getOrDefault(v, -1)));
        List<Axis> axes = Lowering.merge(g, variables, pinned);
        return new Loops(axes, SharedTiles.across(g, axes, variables),
                target.isGpu() || !target.fuse() ? null : CacheTiles.rows(g, axes, variables));
    }

    /** Collects variables used as numbers, not to index memory. */
    private static void outsideLoads(Expr e, boolean store, Set<Expr.Var> used) {
        if (e instanceof Expr.Load) {
            return;
        }
        if (e instanceof Expr.Var v && !store) {
            used.add(v);
        }
        Trees.children(e).forEach(c -> outsideLoads(c, store, used));
    }

    static String space(Group group, List<Axis> axes) {
        List<String> parts = new ArrayList<>();
        for (Axis a : axes) {
            parts.add(a.size() + (a.folded() ? " folded" : ""));
        }
        return "[" + String.join(", ", parts) + "]";
    }

    static Dim elements(Graph graph, int value) {
        return graph.type(value).shape().elements();
    }
}
