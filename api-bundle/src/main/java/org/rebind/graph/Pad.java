package org.rebind.graph;

import java.util.ArrayList;
import java.util.List;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.ShapeException;
import org.rebind.TensorType;

/**
 * The operand surrounded by a constant.
 *
 * @param low elements put before each axis, at least 0
 * @param high elements put after each axis, at least 0
 * @param value as in {@link Full#value}
 */
public record Pad(List<Dim> low, List<Dim> high, Number value) implements Op {
    public Pad {
        low = List.copyOf(low);
        high = List.copyOf(high);
    }

    @Override
    public String opName() {
        return "pad";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.pad(this);
    }

    @Override
    public TensorType type(List<TensorType> inputs, DimFacts facts) {
        TypeRules.count(this, inputs, 1);
        Shape s = inputs.get(0).shape();
        if (low.size() != s.rank() || high.size() != s.rank()) {
            throw new ShapeException("pad: expected " + s.rank() + " pairs of paddings for shape " + s + ", got "
                    + attributes());
        }
        new Full(inputs.get(0).dtype(), Shape.SCALAR, value); // checks that the value fits the dtype
        List<Dim> dims = new ArrayList<>();
        for (int i = 0; i < s.rank(); i++) {
            if (!facts.holds(Dim.of(0), Relation.LE, low.get(i)) || !facts.holds(Dim.of(0), Relation.LE, high.get(i))) {
                throw new ShapeException("pad: axis " + i + ": paddings " + low.get(i) + " and " + high.get(i)
                        + ", expected >= 0; use slice to cut");
            }
            dims.add(s.dim(i).plus(low.get(i)).plus(high.get(i)));
        }
        return new TensorType(inputs.get(0).dtype(), Shape.of(dims));
    }

    @Override
    public String attributes() {
        return "low=" + low + " high=" + high + " value=" + value;
    }
}
