package org.rebind.graph;

import java.util.List;
import org.rebind.DType;
import org.rebind.TensorType;

/**
 * Conversion to another dtype. Float to integer truncates toward zero, saturates, and maps NaN to 0 (as Java does;
 * NumPy leaves it undefined); integers narrow by wrapping; anything but zero (NaN too) is true.
 */
public record Cast(DType dtype) implements Op {
    @Override
    public String opName() {
        return "cast";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.cast(this);
    }

    @Override
    public TensorType type(List<TensorType> inputs, DimFacts facts) {
        TypeRules.count(this, inputs, 1);
        return new TensorType(dtype, inputs.get(0).shape());
    }

    @Override
    public String attributes() {
        return "dtype=" + dtype;
    }
}
