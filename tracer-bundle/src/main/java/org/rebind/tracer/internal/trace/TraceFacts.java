package org.rebind.tracer.internal.trace;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.rebind.Dim;
import org.rebind.graph.DimFacts;
import org.rebind.graph.Graph;
import org.rebind.graph.Guard;
import org.rebind.graph.Relation;
import org.rebind.tracer.internal.tensor.Errors;

/**
 * What a trace knows about its symbols: their numbers in this call, and the guards it has recorded so far. A question
 * that is not decided for all sizes, nor by a guard, is answered by this call's numbers, and the answer becomes a guard.
 */
final class TraceFacts {
    private final Map<String, Long> numbers = new HashMap<>();
    private final List<Guard> guards = new ArrayList<>();
    private DimFacts known = DimFacts.of(guards);

    TraceFacts(List<Graph.Param> params, List<long[]> hintSizes) {
        for (int p = 0; p < params.size(); p++) {
            List<Dim> dims = params.get(p).type().shape().dims();
            for (int a = 0; a < dims.size(); a++) {
                long size = hintSizes.get(p)[a];
                dims.get(a).symbolName().ifPresent(name -> numbers.putIfAbsent(name, size));
            }
        }
    }

    List<Guard> guards() {
        return List.copyOf(guards);
    }

    /** Whether all symbols of a dim are sizes of this trace's parameters. */
    boolean knows(Dim d) {
        return numbers.keySet().containsAll(d.symbols());
    }

    long number(String operation, Dim d) {
        return d.evaluate(name -> {
            Long n = numbers.get(name);
            if (n == null) {
                throw Errors.shape(operation + ": dim " + d + " uses the symbol " + name
                        + ", which no argument of the compiled function has; expected dims made of "
                        + (numbers.isEmpty() ? "numbers alone" : "" + numbers.keySet()));
            }
            return n;
        });
    }

    /** @param what the operation that asks, for the guard's reason */
    boolean holds(String what, Dim left, Relation relation, Dim right) {
        Boolean decided = Guard.decide(left, relation, right);
        if (decided != null) {
            return decided;
        }
        if (known.holds(left, relation, right)) {
            return true;
        }
        boolean swap = relation == Relation.LE || relation == Relation.LT;
        Dim l = swap ? right : left;
        Dim r = swap ? left : right;
        if (known.holds(l, relation.negated(), r)) {
            return false;
        }
        boolean now = relation.test(number(what, left), number(what, right));
        String why = what + " at " + Errors.userLine();
        record(now ? new Guard(left, relation, right, why) : new Guard(l, relation.negated(), r, why));
        return now;
    }

    /** The number of a dim, which becomes a guard. */
    long specialise(Dim d, String what) {
        long n = number(what, d);
        if (!holds(what, d, Relation.EQ, Dim.of(n))) {
            throw new IllegalStateException("dim " + d + " is " + n + " and is not");
        }
        return n;
    }

    private void record(Guard guard) {
        guards.add(guard);
        known = DimFacts.of(guards);
    }
}
