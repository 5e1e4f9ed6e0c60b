package org.rebind.graph;

import java.util.List;
import org.rebind.DType;
import org.rebind.Shape;
import org.rebind.TensorType;

/** A tensor whose elements are their own index along {@code axis}. */
public record Iota(DType dtype, Shape shape, int axis) implements Op {
    @Override
    public String opName() {
        return "iota";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.iota(this);
    }

    @Override
    public TensorType type(List<TensorType> inputs, DimFacts facts) {
        TypeRules.count(this, inputs, 0);
        TypeRules.numeric(this, dtype);
        TypeRules.axis(this, shape, axis);
        return new TensorType(dtype, shape);
    }

    @Override
    public String attributes() {
        return "axis=" + axis;
    }
}
