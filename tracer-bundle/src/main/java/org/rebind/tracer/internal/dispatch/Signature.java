package org.rebind.tracer.internal.dispatch;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.rebind.TensorType;
import org.rebind.pytree.Pytrees;
import org.rebind.pytree.TreeDef;

/**
 * What a compiled entry is keyed by: the structure of each argument with its static leaves, and the types of all tensor
 * leaves, with symbols where dims are dynamic. Immutable; equal by value.
 *
 * @param names of the arguments, as far as known; for people, not part of equality
 */
record Signature(List<TreeDef> arguments, List<TensorType> types, List<String> names) {
    Signature {
        arguments = List.copyOf(arguments);
        types = List.copyOf(types);
        names = List.copyOf(names);
    }

    /** {@code arg 0 `x`}, or without the name if none is known. */
    static String argument(int index, List<String> names) {
        return "arg " + index + (index < names.size() && !names.get(index).isEmpty() ? " `" + names.get(index) + "`" : "");
    }

    String argument(int index) {
        return argument(index, names);
    }

    /** A name for each tensor leaf: {@code x}, {@code params.w1}. */
    List<String> leafNames() {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String name = i < names.size() && !names.get(i).isEmpty() ? names.get(i) : "arg" + i;
            Pytrees.leafPaths(arguments.get(i)).forEach(p -> all.add(name + p));
        }
        return all;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Signature s && arguments.equals(s.arguments) && types.equals(s.types);
    }

    @Override
    public int hashCode() {
        return Objects.hash(arguments, types);
    }

    /** For instance {@code (x: float32[batch, 4], Params(.w=float32[4, 2], .rate=0.1))}. */
    @Override
    public String toString() {
        StringBuilder s = new StringBuilder("(");
        int leaf = 0;
        for (int i = 0; i < arguments.size(); i++) {
            s.append(i == 0 ? "" : ", ");
            if (i < names.size() && !names.get(i).isEmpty()) {
                s.append(names.get(i)).append(": ");
            }
            leaf = print(arguments.get(i), leaf, s);
        }
        return s.append(')').toString();
    }

    private int print(TreeDef def, int leaf, StringBuilder s) {
        if (def instanceof TreeDef.Leaf) {
            s.append(types.get(leaf));
            return leaf + 1;
        } else if (def instanceof TreeDef.Inner inner) {
            int next = leaf;
            s.append(inner.type().getSimpleName()).append('(');
            for (int i = 0; i < inner.children().size(); i++) {
                s.append(i == 0 ? "" : ", ").append(inner.keys().get(i)).append('=');
                next = print(inner.children().get(i), next, s);
            }
            s.append(')');
            return next;
        }
        s.append(def);
        return leaf;
    }
}
