package org.rebind.graph;

import java.util.ArrayList;
import java.util.List;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.ShapeException;
import org.rebind.TensorType;

/**
 * Matrix product over the last two axes, [..., m, k] by [..., k, n]; both operands have rank >= 2 and equal leading
 * dims (the tracer broadcasts and reshapes vectors). The dtype stays; float16 and bfloat16 accumulate in float32,
 * integers wrap.
 */
public record Matmul() implements Op {
    @Override
    public String opName() {
        return "matmul";
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.matmul(this);
    }

    @Override
    public TensorType type(List<TensorType> inputs, DimFacts facts) {
        TypeRules.count(this, inputs, 2);
        TensorType a = inputs.get(0);
        TensorType b = inputs.get(1);
        TypeRules.sameDType(this, a, b);
        TypeRules.numeric(this, a.dtype());
        int r = a.shape().rank();
        boolean fits = r >= 2 && r == b.shape().rank();
        for (int i = 0; fits && i < r - 2; i++) {
            fits = TypeRules.equal(facts, a.shape().dim(i), b.shape().dim(i));
        }
        if (!fits || !TypeRules.equal(facts, a.shape().dim(r - 1), b.shape().dim(r - 2))) {
            throw new ShapeException("matmul: operands have shapes " + a.shape() + " and " + b.shape()
                    + ", expected [..., m, k] and [..., k, n] with equal k and equal leading dims");
        }
        List<Dim> dims = new ArrayList<>(a.shape().dims().subList(0, r - 1));
        dims.add(b.shape().dim(r - 1));
        return new TensorType(a.dtype(), Shape.of(dims));
    }
}
