package org.rebind.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.rebind.Dim;

/** Facts implied by a list of guards; equalities are used as substitutions, so that they chain. */
final class GuardFacts implements DimFacts {
    private final List<Guard> guards;
    private final Map<String, Dim> substitution = new HashMap<>();

    GuardFacts(List<Guard> guards) {
        this.guards = new ArrayList<>(guards);
        for (Guard g : guards) {
            if (g.relation() == Relation.EQ) {
                learn(g.left().substitute(substitution), g.right().substitute(substitution));
            }
        }
    }

    private void learn(Dim a, Dim b) {
        Dim from = a.symbolName().isPresent() ? a : b;
        Dim to = from == a ? b : a;
        if (from.symbolName().isEmpty() || to.symbols().contains(from.symbolName().get())) {
            return; // not a definition of one symbol: only the literal guard is usable
        }
        Map<String, Dim> one = Map.of(from.symbolName().get(), to);
        substitution.replaceAll((name, dim) -> dim.substitute(one));
        substitution.put(from.symbolName().get(), to);
    }

    @Override
    public boolean holds(Dim left, Relation relation, Dim right) {
        Boolean always = Guard.decide(left, relation, right); // what a symbol is replaced by may be less telling
        Dim l = left.substitute(substitution);
        Dim r = right.substitute(substitution);
        Boolean decided = always != null ? always : Guard.decide(l, relation, r);
        if (decided != null) {
            return decided;
        }
        for (Guard g : guards) {
            Dim gl = g.left().substitute(substitution);
            Dim gr = g.right().substitute(substitution);
            if (implies(g.relation(), relation) && same(gl.minus(gr), l.minus(r))
                    || symmetric(g.relation()) && implies(g.relation(), relation) && same(gr.minus(gl), l.minus(r))) {
                return true;
            }
        }
        return false;
    }

    private static boolean same(Dim a, Dim b) {
        Dim difference = a.minus(b);
        return difference.isFixed() && difference.value() == 0;
    }

    private static boolean symmetric(Relation r) {
        return r == Relation.EQ || r == Relation.NE;
    }

    private static boolean implies(Relation known, Relation wanted) {
        return known == wanted || wanted == Relation.LE && (known == Relation.LT || known == Relation.EQ)
                || wanted == Relation.NE && known == Relation.LT;
    }
}
