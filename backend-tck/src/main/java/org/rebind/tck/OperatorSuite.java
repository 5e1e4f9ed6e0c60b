package org.rebind.tck;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rebind.graph.Graph;

/** The graphs of the operator contract, for tests that compile or launch without comparing numbers. */
public final class OperatorSuite {
    /**
     * @param name what it tries, not unique
     * @param sizes numbers of the graph's symbols to try it at
     */
    public record Case(String name, Graph graph, List<long[]> sizes) {
    }

    private OperatorSuite() {
    }

    /** Every op with every dtype, and compositions; each distinct graph once. */
    public static List<Case> cases() {
        List<OperatorCase> all = new ArrayList<>();
        all.addAll(OperatorCases.elementwise());
        all.addAll(OperatorCases.movement());
        all.addAll(OperatorCases.indexing());
        all.addAll(OperatorCases.reductions());
        all.addAll(OperatorCases.products());
        all.addAll(CompositeCases.all());
        Map<Graph, Case> distinct = new LinkedHashMap<>();
        all.forEach(c -> distinct.putIfAbsent(c.graph(), new Case(c.name(), c.graph(), c.sizes())));
        return List.copyOf(distinct.values());
    }
}
