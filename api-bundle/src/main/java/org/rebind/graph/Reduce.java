package org.rebind.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.TensorType;

/**
 * Combination of all elements along some axes, which disappear (keepdims is a {@link Reshape}). The dtype stays: integer
 * sums wrap, float16 and bfloat16 accumulate in float32. MAX and MIN propagate NaN; of bools they are any and all.
 * Over no elements SUM is 0, PROD 1, MAX the lowest value (-infinity, the smallest integer, false) and MIN the highest:
 * each kind starts from its neutral element. ({@code Tensor.max} and {@code min} refuse such axes, as NumPy does.)
 */
public record Reduce(Kind kind, List<Integer> axes) implements Op {
    /** The combining function. */
    public enum Kind { SUM, PROD, MAX, MIN }

    public Reduce {
        axes = List.copyOf(axes);
    }

    @Override
    public String opName() {
        return "reduce_" + kind.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.reduce(this);
    }

    @Override
    public TensorType type(List<TensorType> inputs, DimFacts facts) {
        TypeRules.count(this, inputs, 1);
        TensorType x = inputs.get(0);
        Shape s = x.shape();
        TypeRules.axes(this, s, axes);
        if (kind == Kind.SUM || kind == Kind.PROD) {
            TypeRules.numeric(this, x.dtype());
        }
        List<Dim> dims = new ArrayList<>();
        for (int i = 0; i < s.rank(); i++) {
            if (!axes.contains(i)) {
                dims.add(s.dim(i));
            }
        }
        return new TensorType(x.dtype(), Shape.of(dims));
    }

    @Override
    public String attributes() {
        return "axes=" + axes;
    }
}
