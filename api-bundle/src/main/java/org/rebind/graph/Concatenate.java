package org.rebind.graph;

import java.util.ArrayList;
import java.util.List;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.ShapeException;
import org.rebind.TensorType;

/** One or more operands joined along an axis; their other dims are equal. */
public record Concatenate(int axis) implements Op {
    @Override
    public String opName() {
        return "concatenate";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.concatenate(this);
    }

    @Override
    public TensorType type(List<TensorType> inputs, DimFacts facts) {
        if (inputs.isEmpty()) {
            throw new ShapeException("concatenate: expected at least one operand, got none");
        }
        TensorType first = inputs.get(0);
        Shape s = first.shape();
        TypeRules.axis(this, s, axis);
        Dim sum = Dim.of(0);
        for (TensorType t : inputs) {
            TypeRules.sameDType(this, first, t);
            boolean fits = t.shape().rank() == s.rank();
            for (int i = 0; fits && i < s.rank(); i++) {
                fits = i == axis || TypeRules.equal(facts, s.dim(i), t.shape().dim(i));
            }
            if (!fits) {
                throw new ShapeException("concatenate: operands have shapes " + s + " and " + t.shape()
                        + ", expected equal sizes except along axis " + axis);
            }
            sum = sum.plus(t.shape().dim(axis));
        }
        List<Dim> dims = new ArrayList<>(s.dims());
        dims.set(axis, sum);
        return new TensorType(first.dtype(), Shape.of(dims));
    }

    @Override
    public String attributes() {
        return "axis=" + axis;
    }
}
