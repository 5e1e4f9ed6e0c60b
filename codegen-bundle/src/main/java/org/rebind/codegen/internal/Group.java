package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.rebind.Dim;

/**
 * Values computed by one kernel, while groups are formed. Axes are numbered; those of the first output come first, those
 * that reductions fold are added.
 */
final class Group {
    final int root;
    final List<Integer> outputs = new ArrayList<>();
    /** Size of each axis by number. */
    final List<Dim> axes = new ArrayList<>();
    /** Axis numbers in the order of the loops. */
    final List<Integer> order = new ArrayList<>();
    final Set<Integer> reduced = new LinkedHashSet<>();
    /** Axes of each output's shape, as {@link Mapping}. */
    final Map<Integer, List<Integer>> outputAxes = new LinkedHashMap<>();
    /** Reductions computed inside: the mapping of each one's operand. */
    final Map<Integer, List<Integer>> reductions = new LinkedHashMap<>();
    /** All values computed inside. */
    final Set<Integer> members = new LinkedHashSet<>();
    /** How long the code of its members is: one each, of a concatenation one for each operand, of a view none; an output is one more. */
    int length;
    /** Whether nothing but what is computed element by element may join. */
    boolean closed;
    /** Whether the one reduction is folded in parts first. */
    boolean split;

    Group(int root) {
        this.root = root;
        outputs.add(root);
        members.add(root);
    }

    List<Integer> kept() {
        return order.stream().filter(a -> !reduced.contains(a)).toList();
    }

    /** Folded axes in loop order. */
    List<Integer> folded() {
        return order.stream().filter(reduced::contains).toList();
    }

    int newAxis(Dim size) {
        axes.add(size);
        return axes.size() - 1;
    }
}
