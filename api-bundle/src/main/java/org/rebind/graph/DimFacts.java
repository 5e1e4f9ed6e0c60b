package org.rebind.graph;

import java.util.List;
import org.rebind.Dim;

/**
 * What is known about symbolic dims when a type rule needs to compare them. While tracing, the answer is the one of the
 * current call and is recorded as a guard; when a finished graph is checked, only its guards count.
 */
@FunctionalInterface
public interface DimFacts {
    /** Whether {@code left relation right} may be relied on. */
    boolean holds(Dim left, Relation relation, Dim right);

    /** Facts of a graph with these guards: what is decidable for all sizes, what a guard says, what equal guards imply. */
    static DimFacts of(List<Guard> guards) {
        return new GuardFacts(guards);
    }
}
