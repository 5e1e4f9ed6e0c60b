package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.codegen.Target;
import org.rebind.graph.*;

/**
 * Decides which values are computed together, walking the graph backwards: a value joins the one group that uses it, is
 * computed again in each of several if that is cheap, or else is stored by a group of its own.
 */
final class Grouping {
    private static final Dim UNIT = Dim.of(1);
    /** More ops in one kernel than this make methods the JVM does not compile, and spill registers. */
    private static final int LONGEST = 96;

    private final Graph graph;
    private final Target target;
    private final Facts facts;
    private final Costs costs;
    /** For each value the groups that use it, and the ways they index it. */
    private final List<Map<Group, Set<List<Integer>>>> needs = new ArrayList<>();
    private final boolean[] mustStore;
    /** Stored for groups that may come before those that use the value otherwise: not to be made by one of these. */
    private final boolean[] shared;
    private final int[] alias;
    private final Map<Integer, Group> storedBy = new LinkedHashMap<>();
    private final List<Group> groups = new ArrayList<>();

    /** @param parts values that no other group may compute */
    Grouping(Graph graph, Set<Integer> parts, Target target, Facts facts) {
        this.graph = graph;
        this.target = target;
        this.facts = facts;
        this.costs = new Costs(graph);
        this.mustStore = new boolean[graph.valueCount()];
        this.shared = new boolean[graph.valueCount()];
        this.alias = new int[graph.valueCount()];
        for (int v = 0; v < alias.length; v++) {
            alias[v] = v;
            needs.add(new LinkedHashMap<>());
        }
        graph.results().forEach(r -> mustStore[r] = true);
        parts.forEach(this::share);
        for (int v = graph.valueCount() - 1; v >= graph.params().size(); v--) {
            if (mustStore[v] || !needs.get(v).isEmpty()) {
                place(v);
            }
        }
        groups.sort(Comparator.comparingInt(x -> x.root));
    }

    /** In an order in which each group finds what it reads. */
    List<Group> groups() {
        return groups;
    }

    /** The group that stores a value, null for parameters and values that are only computed inside groups. */
    Group storedBy(int value) {
        return storedBy.get(value);
    }

    /** The value whose buffer holds this one: another where this is a reshape of it. */
    int home(int value) {
        int v = value;
        while (alias[v] != v) {
            v = alias[v];
        }
        return v;
    }

    private void place(int v) {
        Op op = graph.node(v).op();
        Map<Group, Set<List<Integer>>> users = needs.get(v);
        boolean movable = target.fuse() && !shared[v] && !(op instanceof CumSum || op instanceof ScatterAdd || op instanceof Matmul);
        if (op instanceof Reshape && mustStore[v]) {
            alias[v] = graph.node(v).inputs().get(0);
            mustStore[alias[v]] = true;
            shared[alias[v]] |= shared[v] || !users.isEmpty();
            return;
        }
        if (movable && users.size() == 1) {
            Group g = users.keySet().iterator().next();
            if (join(v, g, users.get(g))) {
                return;
            }
        } else if (movable && !mustStore[v] && !isFold(v) && !costs.costly(v)) {
            users.forEach((g, ways) -> inline(v, g, ways));
            return;
        }
        store(v);
    }

    private boolean isFold(int v) {
        return Reductions.is(graph.node(v).op()) && !Reductions.isTrivial(graph, graph.node(v));
    }

    /** Puts a value that only {@code g} uses into it, if that is possible and wise. */
    private boolean join(int v, Group g, Set<List<Integer>> ways) {
        List<Integer> m = ways.iterator().next();
        if (g.length + length(v) > LONGEST || mustStore[v] && (ways.size() > 1 || g.closed)) {
            return false;
        }
        if (isFold(v)) {
            return ways.size() == 1 && absorb(v, g, m);
        }
        if (mustStore[v]) {
            boolean full = Mapping.covers(m, g.order);
            if (!full && !(Mapping.covers(m, g.kept()) && !g.reduced.isEmpty())) {
                return false;
            }
            addOutput(v, g, m);
        } else if (costs.costly(v) && (ways.size() > 1 || isRepeated(m, g))) {
            return false;
        }
        inline(v, g, ways);
        return true;
    }

    private void addOutput(int v, Group g, List<Integer> m) {
        g.outputs.add(v);
        g.length++;
        g.outputAxes.put(v, m);
        storedBy.put(v, g);
    }

    /** Whether inner loops would compute a value again and again. */
    private static boolean isRepeated(List<Integer> m, Group g) {
        boolean missing = false;
        for (int axis : g.order) {
            if (!m.contains(axis)) {
                missing = true;
            } else if (missing) {
                return true;
            }
        }
        return false;
    }

    private int length(int v) {
        Node n = graph.node(v);
        return n.op() instanceof Concatenate ? n.inputs().size() : Math.min(1, Costs.own(n.op()));
    }

    private void inline(int v, Group g, Set<List<Integer>> ways) {
        g.members.add(v);
        g.length += length(v);
        Node n = graph.node(v);
        if (n.op() instanceof Take && costs.costly(n.inputs().get(0))) {
            share(n.inputs().get(0));
        }
        for (List<Integer> m : ways) {
            for (int i = 0; i < n.inputs().size(); i++) {
                need(n.inputs().get(i), g, isFoldOrTrivial(n.op()) ? trivial(n, m) : Mapping.operand(graph, v, i, m, facts));
            }
        }
    }

    private static boolean isFoldOrTrivial(Op op) {
        return Reductions.is(op);
    }

    private static List<Integer> trivial(Node n, List<Integer> m) {
        List<Integer> r = new ArrayList<>(m);
        Reductions.axes(n.op()).forEach(a -> r.add(a, Mapping.ONE));
        return r;
    }

    private void share(int value) {
        mustStore[value] = true;
        shared[value] = true;
    }

    private void need(int value, Group g, List<Integer> m) {
        needs.get(value).computeIfAbsent(g, x -> new LinkedHashSet<>()).add(m);
    }

    /** Opens a group that stores {@code v}. */
    private void store(int v) {
        Group g = new Group(v);
        groups.add(g);
        storedBy.put(v, g);
        Node n = graph.node(v);
        Shape shape = n.type().shape();
        List<Integer> m = new ArrayList<>();
        for (Dim d : shape.dims()) {
            m.add(d.equals(UNIT) ? Mapping.ONE : g.newAxis(d));
        }
        g.outputAxes.put(v, m);
        if (isFold(v)) {
            fold(v, g, m);
            return;
        }
        m.stream().filter(a -> a != Mapping.ONE).forEach(g.order::add);
        g.closed = Costs.isBarrier(n.op()) && !isFoldOrTrivial(n.op()) || !target.fuse();
        if (n.op() instanceof Matmul) {
            MatmulOperands.bases(graph, v, facts).forEach(this::share);
        } else if (target.fuse()) {
            inline(v, g, Set.of(m));
        } else {
            n.inputs().forEach(this::share);
        }
    }

    private void fold(int v, Group g, List<Integer> keptAxes) {
        Node n = graph.node(v);
        Shape from = graph.type(n.inputs().get(0)).shape();
        List<Integer> axes = Reductions.axes(n.op());
        List<Integer> operand = new ArrayList<>();
        int next = 0;
        for (int a = 0; a < from.rank(); a++) {
            boolean folded = axes.contains(a);
            int id = folded ? from.dim(a).equals(UNIT) ? Mapping.ONE : g.newAxis(from.dim(a)) : keptAxes.get(next++);
            operand.add(id);
            if (id != Mapping.ONE) {
                g.order.add(id);
            }
            if (folded && id != Mapping.ONE) {
                g.reduced.add(id);
            }
        }
        g.split = Reductions.isSplit(target, n, product(g, g.kept()), product(g, g.folded()),
                Reductions.isColumn(graph, n));
        g.closed = g.split || !target.fuse();
        enter(v, g, operand);
    }

    private static Dim product(Group g, List<Integer> axes) {
        return axes.stream().map(g.axes::get).reduce(UNIT, Dim::times);
    }

    private void enter(int v, Group g, List<Integer> operand) {
        g.members.add(v);
        g.length++;
        g.reductions.put(v, operand);
        int input = graph.node(v).inputs().get(0);
        if (target.fuse()) {
            need(input, g, operand);
        } else {
            share(input);
        }
    }

    /** Lets {@code g} compute a reduction that it alone uses, if its loops fit. */
    private boolean absorb(int v, Group g, List<Integer> m) {
        List<Integer> kept = m.stream().filter(a -> a != Mapping.ONE).toList();
        Node n = graph.node(v);
        Shape from = graph.type(n.inputs().get(0)).shape();
        List<Integer> foldedAxes = Reductions.axes(n.op()).stream().filter(a -> !from.dim(a).equals(UNIT)).toList();
        if (g.closed || kept.stream().anyMatch(a -> a < 0) || Set.copyOf(kept).size() != kept.size()) {
            return false;
        }
        List<Integer> missing = g.order.stream().filter(a -> !kept.contains(a)).toList();
        Dim keptSize = product(g, kept);
        Dim foldedSize = foldedAxes.stream().map(from::dim).reduce(UNIT, Dim::times);
        if (Reductions.isSplit(target, n, keptSize, foldedSize, Reductions.isColumn(graph, n))) {
            return false;
        }
        boolean tail = g.reduced.isEmpty() && missing.isEmpty();
        if (!tail) {
            boolean fits = missing.size() == foldedAxes.size() && (g.reduced.isEmpty() || missing.equals(g.folded()));
            for (int i = 0; fits && i < missing.size(); i++) {
                fits = facts.same(g.axes.get(missing.get(i)), from.dim(foldedAxes.get(i)));
            }
            if (!fits) {
                return false;
            }
            g.reduced.addAll(missing);
        }
        if (mustStore[v]) {
            addOutput(v, g, m);
        }
        enter(v, g, tail ? extend(g, m, from, Reductions.axes(n.op())) : operand(m, from, Reductions.axes(n.op()), missing));
        return true;
    }

    private static List<Integer> operand(List<Integer> m, Shape from, List<Integer> axes, List<Integer> folded) {
        List<Integer> r = new ArrayList<>();
        int k = 0;
        int f = 0;
        for (int a = 0; a < from.rank(); a++) {
            r.add(!axes.contains(a) ? m.get(k++) : from.dim(a).equals(UNIT) ? Mapping.ONE : folded.get(f++));
        }
        return r;
    }

    /** Adds the folded axes of a reduction to a group that had none, in the order of the operand. */
    private static List<Integer> extend(Group g, List<Integer> m, Shape from, List<Integer> axes) {
        List<Integer> folded = new ArrayList<>();
        for (int a : axes) {
            if (!from.dim(a).equals(UNIT)) {
                folded.add(g.newAxis(from.dim(a)));
            }
        }
        g.reduced.addAll(folded);
        List<Integer> r = operand(m, from, axes, folded);
        g.order.clear();
        r.stream().filter(a -> a != Mapping.ONE).forEach(g.order::add);
        return r;
    }
}
