package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.List;
import org.rebind.Dim;

/** Index arithmetic of reshapes: axes are matched in groups of equal size, so that only what really changes is computed. */
final class Reshapes {
    private Reshapes() {
    }

    /** The index in shape {@code to} of what is at {@code index} in shape {@code from}. */
    static List<Affine> index(Indices indices, List<Affine> index, List<Dim> from, List<Dim> to) {
        List<Affine> result = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < from.size() || j < to.size()) {
            int i0 = i;
            int j0 = j;
            Dim left = i < from.size() ? from.get(i++) : Dim.of(1);
            Dim right = j < to.size() ? to.get(j++) : Dim.of(1);
            boolean closed = indices.facts().same(left, right);
            while (!closed && (i < from.size() || j < to.size())) {
                boolean growLeft = j == to.size() || i < from.size() && smaller(left, right);
                if (growLeft) {
                    left = left.times(from.get(i++));
                } else {
                    right = right.times(to.get(j++));
                }
                closed = indices.facts().same(left, right);
            }
            result.addAll(group(indices, index.subList(i0, i), from.subList(i0, i), to.subList(j0, j)));
        }
        return result;
    }

    /** Which side to extend: the smaller one where that can be told, else the one that is no multiple of the other. */
    private static boolean smaller(Dim left, Dim right) {
        if (left.isFixed() && right.isFixed()) {
            return left.value() < right.value();
        }
        return right.divideExactly(left).isPresent() || left.isFixed();
    }

    private static List<Affine> group(Indices indices, List<Affine> index, List<Dim> from, List<Dim> to) {
        if (from.size() == 1 && to.size() == 1) {
            return index;
        }
        return indices.unravel(indices.linear(index, org.rebind.Shape.of(from)), to);
    }
}
