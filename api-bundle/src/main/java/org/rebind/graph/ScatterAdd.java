package org.rebind.graph;

import java.util.ArrayList;
import java.util.List;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.ShapeException;
import org.rebind.TensorType;

/**
 * Operand 0 with slices of operand 2 added along {@code axis} at the indices in operand 1 (1-d, int32 or int64);
 * repeated indices add up. Negative indices count from the end; updates still out of range are dropped.
 */
public record ScatterAdd(int axis) implements Op {
    @Override
    public String opName() {
        return "scatter_add";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.scatterAdd(this);
    }

    @Override
    public TensorType type(List<TensorType> inputs, DimFacts facts) {
        TypeRules.count(this, inputs, 3);
        TensorType x = inputs.get(0);
        TypeRules.numeric(this, x.dtype());
        TypeRules.axis(this, x.shape(), axis);
        TypeRules.integer(this, "indices", inputs.get(1).dtype());
        TypeRules.sameDType(this, x, inputs.get(2));
        if (inputs.get(1).shape().rank() != 1) {
            throw new ShapeException("scatter_add: expected 1-d indices, got shape " + inputs.get(1).shape());
        }
        List<Dim> dims = new ArrayList<>(x.shape().dims());
        dims.set(axis, inputs.get(1).shape().dim(0));
        try {
            TypeRules.sameShape(this, Shape.of(dims), inputs.get(2).shape(), facts);
        } catch (ShapeException e) {
            throw new ShapeException("scatter_add: expected updates of shape " + Shape.of(dims) + ", got "
                    + inputs.get(2).shape(), e);
        }
        return x;
    }

    @Override
    public String attributes() {
        return "axis=" + axis;
    }
}
