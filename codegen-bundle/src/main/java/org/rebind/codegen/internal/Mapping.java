package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.graph.*;

/**
 * How the axes of a value follow the axes of the group that uses it: for each axis the number of the group's axis,
 * {@link #ONE} for an axis of size 1, or a negative number that stands for some other index.
 */
final class Mapping {
    static final int ONE = -1;
    private static final Dim UNIT = Dim.of(1);

    private Mapping() {
    }

    /** The mapping of operand {@code i} of a value that is no reduction, given the mapping of the value. */
    static List<Integer> operand(Graph g, int value, int i, List<Integer> m, Facts facts) {
        Node n = g.node(value);
        Op op = n.op();
        Shape from = g.type(n.inputs().get(i)).shape();
        if (op instanceof BroadcastTo) {
            List<Integer> r = new ArrayList<>();
            for (int a = 0; a < from.rank(); a++) {
                r.add(from.dim(a).equals(UNIT) ? ONE : m.get(m.size() - from.rank() + a));
            }
            return r;
        }
        if (op instanceof Permute p) {
            List<Integer> r = new ArrayList<>(Collections.nCopies(m.size(), ONE));
            for (int a = 0; a < m.size(); a++) {
                r.set(p.axes().get(a), m.get(a));
            }
            return r;
        }
        if (op instanceof Reshape) {
            return reshape(n.type().shape(), from, m, -2 - 10_000 * value, facts);
        }
        List<Integer> r = new ArrayList<>(m);
        int other = -2 - 10_000 * value - 100 * i;
        if (op instanceof Flip f) {
            f.axes().forEach(a -> r.set(a, other - a));
        } else if (op instanceof Slice s) {
            for (int a = 0; a < r.size(); a++) {
                boolean whole = s.start().get(a).equals(Dim.of(0)) && s.stride().get(a) == 1
                        && facts.same(s.size().get(a), from.dim(a));
                r.set(a, whole ? m.get(a) : other - a);
            }
        } else if (op instanceof Pad p) {
            for (int a = 0; a < r.size(); a++) {
                boolean whole = p.low().get(a).equals(Dim.of(0)) && p.high().get(a).equals(Dim.of(0));
                r.set(a, whole ? m.get(a) : other - a);
            }
        } else if (op instanceof Concatenate c) {
            r.set(c.axis(), other);
        } else if (op instanceof Take t) {
            int count = g.type(n.inputs().get(1)).shape().rank();
            if (i == 1) {
                return new ArrayList<>(m.subList(t.axis(), t.axis() + count));
            }
            r.subList(t.axis(), t.axis() + count).clear();
            r.add(t.axis(), other);
        } else if (op instanceof ScatterAdd s && i > 0) { // walked along the updates, not along the result
            if (i == 1) {
                return new ArrayList<>(List.of(other));
            }
            r.set(s.axis(), other);
        }
        return r;
    }

    /** Axes of equal size keep their mapping, those of size 1 come and go, others become something else. */
    private static List<Integer> reshape(Shape to, Shape from, List<Integer> m, int other, Facts facts) {
        List<Integer> r = new ArrayList<>();
        int t = 0;
        for (int f = 0; f < from.rank(); f++) {
            if (from.dim(f).equals(UNIT)) {
                r.add(ONE);
                continue;
            }
            while (t < to.rank() && to.dim(t).equals(UNIT)) {
                t++;
            }
            if (t < to.rank() && facts.same(to.dim(t), from.dim(f))) {
                r.add(m.get(t++));
            } else {
                r.add(other - f);
                t = to.rank(); // from here on the axes mix
            }
        }
        while (t < to.rank() && to.dim(t).equals(UNIT)) {
            t++;
        }
        return t < to.rank() ? Collections.nCopies(from.rank(), other) : r;
    }

    /** Whether each of these axes is reached exactly once. */
    static boolean covers(List<Integer> m, List<Integer> axes) {
        List<Integer> real = m.stream().filter(a -> a != ONE).toList();
        return real.size() == axes.size() && real.containsAll(axes) && axes.containsAll(real);
    }
}
