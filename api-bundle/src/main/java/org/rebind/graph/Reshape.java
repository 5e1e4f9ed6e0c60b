package org.rebind.graph;

import java.util.List;
import org.rebind.Shape;
import org.rebind.ShapeException;
import org.rebind.TensorType;

/** The same elements in row-major order under another shape. */
public record Reshape(Shape shape) implements Op {
    @Override
    public String opName() {
        return "reshape";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.reshape(this);
    }

    @Override
    public TensorType type(List<TensorType> inputs, DimFacts facts) {
        TypeRules.count(this, inputs, 1);
        TensorType x = inputs.get(0);
        if (!TypeRules.equal(facts, x.shape().elements(), shape.elements())) {
            throw new ShapeException("reshape: cannot reshape " + x.shape() + " (" + x.shape().elements()
                    + " elements) to " + shape + " (" + shape.elements() + " elements)");
        }
        return new TensorType(x.dtype(), shape);
    }
}
