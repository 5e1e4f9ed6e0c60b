package org.rebind.graph;

import java.util.List;
import org.rebind.Shape;
import org.rebind.ShapeException;
import org.rebind.TensorType;

/** Reordering of axes: axis {@code i} of the result is axis {@code axes[i]} of the operand. */
public record Permute(List<Integer> axes) implements Op {
    public Permute {
        axes = List.copyOf(axes);
    }

    @Override
    public String opName() {
        return "permute";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.permute(this);
    }

    @Override
    public TensorType type(List<TensorType> inputs, DimFacts facts) {
        TypeRules.count(this, inputs, 1);
        Shape s = inputs.get(0).shape();
        if (axes.size() != s.rank()) {
            throw new ShapeException("permute: expected all " + s.rank() + " axes of shape " + s + ", got " + axes);
        }
        TypeRules.axes(this, s, axes);
        return new TensorType(inputs.get(0).dtype(), Shape.of(axes.stream().map(s::dim).toList()));
    }

    @Override
    public String attributes() {
        return "axes=" + axes;
    }
}
