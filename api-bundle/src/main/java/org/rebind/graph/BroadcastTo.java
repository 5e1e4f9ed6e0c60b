package org.rebind.graph;

import java.util.List;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.ShapeException;
import org.rebind.TensorType;

/** Repetition along new leading axes and along axes of fixed size 1, as NumPy broadcasts. */
public record BroadcastTo(Shape shape) implements Op {
    @Override
    public String opName() {
        return "broadcast_to";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.broadcastTo(this);
    }

    @Override
    public TensorType type(List<TensorType> inputs, DimFacts facts) {
        TypeRules.count(this, inputs, 1);
        Shape from = inputs.get(0).shape();
        int lead = shape.rank() - from.rank();
        boolean fits = lead >= 0;
        for (int i = 0; fits && i < from.rank(); i++) {
            fits = from.dim(i).equals(Dim.of(1)) || TypeRules.equal(facts, from.dim(i), shape.dim(lead + i));
        }
        if (!fits) {
            throw new ShapeException("broadcast_to: cannot broadcast " + from + " to " + shape
                    + "; each axis, aligned from the end, must be equal or 1");
        }
        return new TensorType(inputs.get(0).dtype(), shape);
    }
}
