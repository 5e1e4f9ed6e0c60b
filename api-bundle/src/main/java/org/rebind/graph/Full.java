package org.rebind.graph;

import java.util.List;
import org.rebind.DType;
import org.rebind.Shape;
import org.rebind.TensorType;

/**
 * A tensor with the same value everywhere.
 *
 * @param value a Double (already rounded to the dtype) for floating dtypes, a Long (in range) for integers and, 0 or 1,
 *     for bool
 */
public record Full(DType dtype, Shape shape, Number value) implements Op {
    public Full {
        if (dtype.isFloating() ? !(value instanceof Double) : !(value instanceof Long)) {
            throw new IllegalArgumentException("full: value " + value + " of " + value.getClass().getSimpleName()
                    + " does not fit " + dtype + ": expected a Double for floating dtypes, a Long for others");
        }
    }

    @Override
    public String opName() {
        return "full";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.full(this);
    }

    @Override
    public TensorType type(List<TensorType> inputs, DimFacts facts) {
        TypeRules.count(this, inputs, 0);
        return new TensorType(dtype, shape);
    }

    @Override
    public String attributes() {
        return "value=" + (dtype.isBool() ? value.longValue() != 0 : value);
    }
}
