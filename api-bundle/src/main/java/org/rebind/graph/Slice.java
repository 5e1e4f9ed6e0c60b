package org.rebind.graph;

import java.util.List;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.ShapeException;
import org.rebind.TensorType;

/**
 * A strided box: element {@code i} of an axis of the result is element {@code start + i * stride} of the operand.
 *
 * @param start first index of each axis
 * @param size number of elements of each axis
 * @param stride step of each axis, at least 1
 */
public record Slice(List<Dim> start, List<Dim> size, List<Long> stride) implements Op {
    public Slice {
        start = List.copyOf(start);
        size = List.copyOf(size);
        stride = List.copyOf(stride);
    }

    @Override
    public String opName() {
        return "slice";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.slice(this);
    }

    @Override
    public TensorType type(List<TensorType> inputs, DimFacts facts) {
        TypeRules.count(this, inputs, 1);
        Shape s = inputs.get(0).shape();
        if (start.size() != s.rank() || size.size() != s.rank() || stride.size() != s.rank()) {
            throw new ShapeException("slice: expected " + s.rank() + " starts, sizes and strides for shape " + s
                    + ", got " + attributes());
        }
        for (int i = 0; i < s.rank(); i++) {
            checkAxis(s, i, facts);
        }
        return new TensorType(inputs.get(0).dtype(), Shape.of(size));
    }

    private void checkAxis(Shape s, int i, DimFacts facts) {
        Dim from = start.get(i);
        Dim n = size.get(i);
        Dim zero = Dim.of(0);
        boolean fits = stride.get(i) >= 1 && facts.holds(zero, Relation.LE, from) && facts.holds(zero, Relation.LE, n);
        if (fits && !from.plus(n.times(stride.get(i))).minus(stride.get(i)).plus(1).equals(s.dim(i))) {
            Dim end = from.plus(n.minus(1).times(stride.get(i))).plus(1); // one past the last element taken
            fits = facts.holds(end, Relation.LE, s.dim(i)) || facts.holds(n, Relation.EQ, zero)
                    && facts.holds(from, Relation.LE, s.dim(i));
        }
        if (!fits) {
            throw new ShapeException("slice: axis " + i + " of shape " + s + ": start " + from + ", size " + n
                    + ", stride " + stride.get(i) + " does not lie within 0 to " + s.dim(i)
                    + " (strides are at least 1; use flip for the other direction)");
        }
    }

    @Override
    public String attributes() {
        return "start=" + start + " size=" + size + " stride=" + stride;
    }
}
