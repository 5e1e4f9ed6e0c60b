package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.codegen.KernelNote;
import org.rebind.codegen.Step;
import org.rebind.graph.*;

/** Operands of matrix products as strided views of stored values. */
final class MatmulOperands {
    private static final Dim ZERO = Dim.of(0);
    private static final Dim UNIT = Dim.of(1);

    /** A value seen with strides. */
    record View(int base, Dim offset, List<Dim> strides) {
    }

    private MatmulOperands() {
    }

    /** The values that have to be stored for a product. */
    static List<Integer> bases(Graph g, int matmul, Facts facts) {
        return g.node(matmul).inputs().stream().map(v -> view(g, v, facts).base).toList();
    }

    static List<Dim> rowMajor(Shape s) {
        List<Dim> strides = new ArrayList<>();
        Dim stride = UNIT;
        for (int a = s.rank() - 1; a >= 0; a--) {
            strides.add(0, stride);
            stride = stride.times(s.dim(a));
        }
        return strides;
    }

    /** An operand as a view with unit stride along rows or columns, of the value furthest back for which that works. */
    static View view(Graph g, int value, Facts facts) {
        Shape shape = g.type(value).shape();
        View best = new View(value, ZERO, rowMajor(shape));
        View v = best;
        while (!g.isParam(v.base)) {
            v = back(g, v, shape, facts);
            if (v == null) {
                break;
            }
            if (isMatrix(v)) {
                best = v;
            }
        }
        return best;
    }

    private static boolean isMatrix(View v) {
        Dim row = v.strides.get(v.strides.size() - 2);
        Dim column = v.strides.get(v.strides.size() - 1);
        return column.equals(UNIT) && !row.equals(ZERO) || row.equals(UNIT) && !column.equals(ZERO);
    }

    /** The same elements in terms of the operand of the op that made the base; null if that takes more than strides. */
    private static View back(Graph g, View v, Shape shape, Facts facts) {
        Node n = g.node(v.base);
        if (n.op() instanceof Reshape) {
            return new View(n.inputs().get(0), v.offset, v.strides); // the same dense memory
        }
        if (!(n.op() instanceof Permute) && !(n.op() instanceof BroadcastTo)) {
            return null;
        }
        List<Dim> dense = rowMajor(n.type().shape());
        List<Dim> strides = new ArrayList<>();
        for (int i = 0; i < v.strides.size(); i++) {
            Dim stride = v.strides.get(i);
            if (!stride.equals(ZERO) && !shape.dim(i).equals(UNIT)) {
                int axis = axis(n.type().shape(), dense, stride, shape.dim(i), facts);
                if (axis < 0) {
                    return null;
                }
                stride = before(g, n, axis);
            }
            strides.add(stride);
        }
        return new View(n.inputs().get(0), v.offset, strides);
    }

    /** The whole axis of a dense value that a view walks with this stride. */
    private static int axis(Shape base, List<Dim> dense, Dim stride, Dim size, Facts facts) {
        for (int a = 0; a < base.rank(); a++) {
            if (dense.get(a).equals(stride) && facts.same(base.dim(a), size)) {
                return a;
            }
        }
        return -1;
    }

    /** The operand's stride along an axis of the result. */
    private static Dim before(Graph g, Node n, int axis) {
        Shape from = g.type(n.inputs().get(0)).shape();
        List<Dim> own = rowMajor(from);
        if (n.op() instanceof Permute p) {
            return own.get(p.axes().get(axis));
        }
        int a = axis - (n.type().shape().rank() - from.rank());
        return a < 0 || from.dim(a).equals(UNIT) ? ZERO : own.get(a);
    }

    static Step.Operand operand(View v, int buffer, List<List<Integer>> batchGroups, Shape shape) {
        int r = v.strides.size();
        boolean transposed = !v.strides.get(r - 1).equals(UNIT) && v.strides.get(r - 2).equals(UNIT);
        Dim leading = transposed ? v.strides.get(r - 1) : v.strides.get(r - 2);
        List<Dim> batch = batchGroups.stream().map(group -> v.strides.get(group.get(group.size() - 1))).toList();
        return new Step.Operand(buffer, v.offset, transposed, leading, batch);
    }

    static Step.MatmulStep step(Graph g, int matmul, Facts facts, IntUnaryOperator buffer, int out,
            Step.KernelStep generated) {
        Node n = g.node(matmul);
        View a = view(g, n.inputs().get(0), facts);
        View b = view(g, n.inputs().get(1), facts);
        Shape s = n.type().shape();
        int r = s.rank();
        List<List<Integer>> groups = batchGroups(s, a, b);
        List<Dim> batch = groups.stream().map(x -> x.stream().map(s::dim).reduce(UNIT, Dim::times)).toList();
        Dim k = g.type(n.inputs().get(0)).shape().dim(r - 1);
        DType d = n.type().dtype();
        Dim bytes = g.type(a.base).shape().elements().plus(g.type(b.base).shape().elements()).plus(s.elements())
                .times(d.byteSize());
        return new Step.MatmulStep(operand(a, buffer.applyAsInt(a.base), groups, s),
                operand(b, buffer.applyAsInt(b.base), groups, s), out, d, batch, s.dim(r - 2), s.dim(r - 1), k, generated,
                new KernelNote(List.of("matmul"), "[" + batch + ", " + s.dim(r - 2) + ", " + s.dim(r - 1) + "] by " + k,
                        bytes));
    }

    /** Batch axes, neighbours joined where both operands allow; axes of size 1 left out. */
    private static List<List<Integer>> batchGroups(Shape s, View a, View b) {
        List<List<Integer>> groups = new ArrayList<>();
        for (int x = 0; x < s.rank() - 2; x++) {
            if (s.dim(x).equals(UNIT)) {
                continue;
            }
            List<Integer> last = groups.isEmpty() ? null : groups.get(groups.size() - 1);
            if (last != null && joins(s, a, last.get(last.size() - 1), x) && joins(s, b, last.get(last.size() - 1), x)) {
                last.add(x);
            } else {
                groups.add(new ArrayList<>(List.of(x)));
            }
        }
        return groups;
    }

    private static boolean joins(Shape s, View v, int outer, int inner) {
        return v.strides.get(outer).equals(v.strides.get(inner).times(s.dim(inner)));
    }
}
