package org.rebind.graph;

import java.util.List;
import org.rebind.TensorType;

/** Elementwise choice: operand 1 where operand 0 (bool) is true, operand 2 elsewhere. */
public record Where() implements Op {
    @Override
    public String opName() {
        return "where";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.where(this);
    }

    @Override
    public TensorType type(List<TensorType> inputs, DimFacts facts) {
        TypeRules.count(this, inputs, 3);
        TypeRules.bool(this, inputs.get(0).dtype());
        TypeRules.sameDType(this, inputs.get(1), inputs.get(2));
        TypeRules.sameShape(this, inputs.get(0).shape(), inputs.get(1).shape(), facts);
        TypeRules.sameShape(this, inputs.get(1).shape(), inputs.get(2).shape(), facts);
        return new TensorType(inputs.get(1).dtype(), inputs.get(0).shape());
    }
}
