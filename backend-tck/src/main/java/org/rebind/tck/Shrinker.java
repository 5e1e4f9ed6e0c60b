package org.rebind.tck;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.rebind.RebindException;
import org.rebind.graph.Graph;
import org.rebind.graph.Node;

/** Makes a failing program smaller while it keeps failing: fewer results, nodes and parameters, smaller sizes. */
final class Shrinker {
    private static final int MOST_ATTEMPTS = 400;

    private final Predicate<RandomProgram> fails;
    private int attempts;

    private Shrinker(Predicate<RandomProgram> fails) {
        this.fails = fails;
    }

    static RandomProgram shrink(RandomProgram program, Predicate<RandomProgram> fails) {
        return new Shrinker(fails).run(program);
    }

    private RandomProgram run(RandomProgram start) {
        RandomProgram best = start;
        boolean smaller = true;
        while (smaller && attempts < MOST_ATTEMPTS) {
            RandomProgram next = step(best);
            smaller = next != null;
            best = smaller ? next : best;
        }
        return best;
    }

    private RandomProgram step(RandomProgram p) {
        for (RandomProgram candidate : candidates(p)) {
            if (attempts++ < MOST_ATTEMPTS && fails.test(candidate)) {
                return candidate;
            }
        }
        return null;
    }

    private List<RandomProgram> candidates(RandomProgram p) {
        List<RandomProgram> list = new ArrayList<>();
        Graph graph = p.graph();
        if (p.sizes().size() > 1) {
            p.sizes().forEach(s -> list.add(p.with(graph, List.of(s))));
        }
        if (graph.results().size() > 1) {
            graph.results().forEach(r -> add(list, p, List.of(r), Set.of()));
        }
        for (int v = graph.params().size(); v < graph.valueCount(); v++) { // an earlier value as the only result
            if (!graph.results().equals(List.of(v))) {
                add(list, p, List.of(v), Set.of());
            }
        }
        for (int v = graph.params().size(); v < graph.valueCount(); v++) { // a node becomes a parameter
            add(list, p, graph.results(), Set.of(v));
        }
        add(list, p, graph.results(), Set.of());
        for (int i = 0; p.sizes().size() == 1 && i < graph.symbols().size(); i++) {
            for (long n : new long[] {1, 2, 3}) {
                long[] sizes = p.sizes().get(0).clone();
                if (n < sizes[i]) {
                    sizes[i] = n;
                    var numbers = graph.symbolMap(sizes);
                    if (graph.guards().stream().allMatch(x -> x.test(numbers::get))) {
                        list.add(p.with(graph, List.of(sizes)));
                    }
                }
            }
        }
        return list;
    }

    /** Adds the program with these results, some nodes cut off as parameters, and nothing that is not needed. */
    private static void add(List<RandomProgram> list, RandomProgram p, List<Integer> results, Set<Integer> cut) {
        Graph graph = p.graph();
        Set<Integer> needed = new HashSet<>(results);
        for (int v = graph.valueCount() - 1; v >= graph.params().size(); v--) {
            if (needed.contains(v) && !cut.contains(v)) {
                needed.addAll(graph.node(v).inputs());
            }
        }
        GraphBuilder g = new GraphBuilder();
        Map<Integer, GraphBuilder.Value> values = new HashMap<>();
        Map<String, TestData.Kind> kinds = new HashMap<>();
        Set<Integer> sources = new HashSet<>(); // parameters that give symbols their numbers
        graph.symbols().forEach(s -> sources.add(s.param()));
        graph.guards().forEach(x -> g.guard(x.left(), x.relation(), x.right()));
        for (int v = 0; v < graph.valueCount(); v++) {
            if (graph.isParam(v) ? needed.contains(v) || sources.contains(v) : needed.contains(v)) {
                boolean param = graph.isParam(v) || cut.contains(v);
                String name = graph.isParam(v) ? graph.params().get(v).name() : "cut" + v;
                if (param) {
                    kinds.put(name, p.kinds().getOrDefault(name, TestData.Kind.ORDINARY));
                }
                Node n = graph.isParam(v) ? null : graph.node(v);
                values.put(v, param ? g.param(name, graph.type(v))
                        : g.op(n.op(), n.inputs().stream().map(values::get).toList()));
            }
        }
        try {
            Graph smaller = g.results(results.stream().map(values::get).toList()).build();
            boolean changed = smaller.valueCount() + smaller.results().size() < graph.valueCount() + graph.results().size()
                    || smaller.nodes().size() < graph.nodes().size();
            if (changed && smaller.symbols().stream().map(Graph.SymbolSource::symbol).toList()
                    .equals(graph.symbols().stream().map(Graph.SymbolSource::symbol).toList())) {
                list.add(new RandomProgram(p.seed(), smaller, kinds, p.sizes()));
            }
        } catch (RebindException e) {
            return; // a parameter cannot have a size that is no plain symbol: not a candidate
        }
    }
}
