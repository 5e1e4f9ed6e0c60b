package org.rebind.graph;

import java.util.List;
import org.rebind.TensorType;

/** Running sum along an axis, each element included; the dtype stays. */
public record CumSum(int axis) implements Op {
    @Override
    public String opName() {
        return "cumsum";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.cumSum(this);
    }

    @Override
    public TensorType type(List<TensorType> inputs, DimFacts facts) {
        TypeRules.count(this, inputs, 1);
        TypeRules.numeric(this, inputs.get(0).dtype());
        TypeRules.axis(this, inputs.get(0).shape(), axis);
        return inputs.get(0);
    }

    @Override
    public String attributes() {
        return "axis=" + axis;
    }
}
