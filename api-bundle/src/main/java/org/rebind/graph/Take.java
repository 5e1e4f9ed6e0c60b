package org.rebind.graph;

import java.util.ArrayList;
import java.util.List;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.TensorType;

/**
 * Slices of operand 0 along {@code axis}, chosen by operand 1 (int32 or int64, any shape): the axis is replaced by the
 * axes of the indices. Negative indices count from the end; indices still out of range are clamped to it, since a
 * compiled kernel cannot throw.
 */
public record Take(int axis) implements Op {
    @Override
    public String opName() {
        return "take";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.take(this);
    }

    @Override
    public TensorType type(List<TensorType> inputs, DimFacts facts) {
        TypeRules.count(this, inputs, 2);
        Shape s = inputs.get(0).shape();
        TypeRules.axis(this, s, axis);
        TypeRules.integer(this, "indices", inputs.get(1).dtype());
        List<Dim> dims = new ArrayList<>(s.dims().subList(0, axis));
        dims.addAll(inputs.get(1).shape().dims());
        dims.addAll(s.dims().subList(axis + 1, s.rank()));
        return new TensorType(inputs.get(0).dtype(), Shape.of(dims));
    }

    @Override
    public String attributes() {
        return "axis=" + axis;
    }
}
