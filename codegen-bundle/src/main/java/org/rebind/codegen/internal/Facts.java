package org.rebind.codegen.internal;

import java.util.List;
import org.rebind.Dim;
import org.rebind.graph.DimFacts;
import org.rebind.graph.Graph;
import org.rebind.graph.Guard;
import org.rebind.graph.Relation;

/** What is known about a graph's sizes: its guards, and that sizes are not negative. */
final class Facts {
    /** That sizes are not negative. */
    static final Facts NONE = new Facts(List.of());

    private final DimFacts facts;

    Facts(Graph graph) {
        this(graph.guards());
    }

    private Facts(List<Guard> guards) {
        this.facts = DimFacts.of(guards);
    }

    boolean holds(Dim left, Relation relation, Dim right) {
        return facts.holds(left, relation, right);
    }

    boolean same(Dim a, Dim b) {
        return a.equals(b) || facts.holds(a, Relation.EQ, b);
    }

    /** Whether a size is sure not to be 0. */
    boolean positive(Dim d) {
        return facts.holds(Dim.of(0), Relation.LT, d);
    }
}
