package org.rebind.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.ShapeException;
import org.rebind.TensorType;

/** Index (int64) of the first largest or smallest element along an axis, which disappears; the first NaN wins. */
public record ArgReduce(Kind kind, int axis) implements Op {
    /** Which extreme. */
    public enum Kind { MAX, MIN }

    @Override
    public String opName() {
        return "arg" + kind.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.argReduce(this);
    }

    @Override
    public TensorType type(List<TensorType> inputs, DimFacts facts) {
        TypeRules.count(this, inputs, 1);
        Shape s = inputs.get(0).shape();
        TypeRules.axis(this, s, axis);
        if (!facts.holds(Dim.of(0), Relation.LT, s.dim(axis))) {
            throw new ShapeException(opName() + ": axis " + axis + " of shape " + s + " has no elements, so none is first");
        }
        List<Dim> dims = new ArrayList<>(s.dims());
        dims.remove(axis);
        return new TensorType(DType.INT64, Shape.of(dims));
    }

    @Override
    public String attributes() {
        return "axis=" + axis;
    }
}
