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
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Stmt;
import org.rebind.graph.Graph;

/**
 * Values of a row that one phase computes and a later one uses again, and which are worth keeping: in the row of an output
 * that is not written yet, else in scratch memory; on a GPU in registers. A first lowering finds them ({@link #found}), a second uses them.
 */
final class Holding {
    /** A value at an index told by the numbers of the group's axes. */
    private record At(int value, List<Integer> axes) {
        static At of(LoweredGroup g, int value, List<Affine> index) {
            List<Integer> axes = new ArrayList<>();
            for (Affine i : index) {
                int axis = i.isZero() ? Mapping.ONE : -2;
                for (Map.Entry<Integer, Affine> e : g.axisIndex.entrySet()) {
                    axis = axis == -2 && e.getValue().equals(i) ? e.getKey() : axis;
                }
                if (axis == -2) {
                    return null;
                }
                axes.add(axis);
            }
            return new At(value, axes);
        }
    }

    private final Costs costs;
    private final boolean searching;
    /** Values to hold. */
    private final Set<Integer> chosen;
    private final Map<Integer, Array> places = new LinkedHashMap<>();
    private final Map<At, Integer> firstPhase = new HashMap<>();
    final Set<Integer> found = new HashSet<>();
    /** Number of the phase being lowered; 0 outside of phases. */
    int phase;
    /** Position in the row, while a phase's innermost loop is open; null where nothing can be held. */
    Affine position;
    private final Map<Integer, Integer> inOutput = new HashMap<>();

    private Holding(Costs costs, boolean searching, Set<Integer> chosen) {
        this.costs = costs;
        this.searching = searching;
        this.chosen = chosen;
    }

    static Holding none() {
        return new Holding(null, false, Set.of());
    }

    static Holding search(Costs costs) {
        return new Holding(costs, true, Set.of());
    }

    Holding chosen() {
        return new Holding(costs, false, Set.copyOf(found));
    }

    /** Scratch arrays, to be declared by whoever opens the kernel. */
    Map<Integer, Array> places() {
        return places;
    }

    Expr existing(LoweredGroup g, int value, List<Affine> index) {
        if (position == null) {
            return null;
        }
        At here = At.of(g, value, index);
        Integer first = here == null ? null : firstPhase.get(here);
        if (first == null || first == phase) {
            return null;
        }
        if (searching && isWorthIt(g, value, here)) {
            found.add(value);
            return Pull.zero(Body.register(g.graph.type(value).dtype()));
        }
        if (!places.containsKey(value)) {
            return null;
        }
        Array array = places.get(value);
        return g.body.let(name(array), new Expr.Load(array, at(g, array, value), Body.register(array.dtype())));
    }

    /** A value that takes long to compute; on a GPU, where a thread keeps its part in registers, one that is loaded too. */
    private boolean isWorthIt(LoweredGroup g, int value, At here) {
        if (!g.target.isGpu()) {
            return costs.costly(value) && g.buffer(value) == null;
        }
        return (costs.costly(value) || g.buffer(value) != null) && here.axes.containsAll(g.group.folded());
    }

    /** Bytes that an element of each value found takes. */
    int bytes(Graph graph) {
        return found.stream().mapToInt(v -> Body.register(graph.type(v).dtype()).byteSize()).sum();
    }

    private static String name(Array array) {
        return array.name().replace("Row", "") + "i";
    }

    private Expr at(LoweredGroup g, Array array, int value) {
        if (array instanceof Array.Scratch) {
            return position.toExpr();
        }
        int out = inOutput.get(value);
        return g.pull.position(out, g.index(g.group.outputAxes.get(out))).toExpr();
    }

    void computed(LoweredGroup g, int value, List<Affine> index, Expr e) {
        if (position == null) {
            return;
        }
        At here = At.of(g, value, index);
        if (here == null) {
            return;
        }
        firstPhase.putIfAbsent(here, phase);
        if (chosen.contains(value) && !places.containsKey(value) && firstPhase.get(here) == phase) {
            DType d = g.graph.type(value).dtype();
            Array array = g.target.isGpu() ? null : output(g, value, d);
            if (array == null && (g.target.heap() || g.target.isGpu())) {
                String name = g.buffer(value) != null ? g.buffer(value).name() : Naming.variable(g.graph.node(value).op());
                array = new Array.Scratch(g.names.fresh(name + "Row"), Body.register(d), new Expr.Size(rowSize(g)));
            }
            if (array != null) {
                places.put(value, array);
                g.body.add(new Stmt.Store(array, at(g, array, value), e));
            }
        }
    }

    private static Dim rowSize(LoweredGroup g) {
        return g.group.folded().stream().map(g.group.axes::get).reduce(Dim.of(1), Dim::times);
    }

    /** An output with an element for each of the row's, not taken yet. */
    private Array output(LoweredGroup g, int value, DType d) {
        for (int out : g.outputsBeing(g.group.order)) {
            Array a = g.writes.get(out);
            if (a.dtype() == d && !places.containsValue(a)) {
                inOutput.put(value, out);
                return a;
            }
        }
        return null;
    }
}
