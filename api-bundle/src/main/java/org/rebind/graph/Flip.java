package org.rebind.graph;

import java.util.List;
import org.rebind.TensorType;

/** Reversal of the order of elements along some axes. */
public record Flip(List<Integer> axes) implements Op {
    public Flip {
        axes = List.copyOf(axes);
    }

    @Override
    public String opName() {
        return "flip";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.flip(this);
    }

    @Override
    public TensorType type(List<TensorType> inputs, DimFacts facts) {
        TypeRules.count(this, inputs, 1);
        TypeRules.axes(this, inputs.get(0).shape(), axes);
        return inputs.get(0);
    }

    @Override
    public String attributes() {
        return "axes=" + axes;
    }
}
