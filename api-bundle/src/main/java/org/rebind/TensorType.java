package org.rebind;

import java.util.Objects;

/** Dtype and shape of a tensor; the shape may hold symbolic dims while a function is traced. */
public record TensorType(DType dtype, Shape shape) {
    public TensorType {
        Objects.requireNonNull(dtype, "dtype");
        Objects.requireNonNull(shape, "shape");
    }

    public static TensorType of(DType dtype, long... sizes) {
        return new TensorType(dtype, Shape.of(sizes));
    }

    /** For instance {@code float32[2, 3]}. */
    @Override
    public String toString() {
        return dtype + shape.toString();
    }
}
