package org.rebind.tck;

import org.rebind.DType;
import org.rebind.Tensor;

/**
 * A tensor of a golden case.
 *
 * @param data a flat Java array of the dtype, {@code boolean[]} for bool; not to be changed
 */
public record GoldenTensor(DType dtype, long[] shape, Object data) {
    public GoldenTensor {
        shape = shape.clone();
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    public int rank() {
        return shape.length;
    }

    /** A tensor with these elements. */
    public Tensor tensor() {
        return switch (dtype) {
            case FLOAT32 -> Tensor.of((float[]) data, shape);
            case FLOAT64 -> Tensor.of((double[]) data, shape);
            case INT32 -> Tensor.of((int[]) data, shape);
            case INT64 -> Tensor.of((long[]) data, shape);
            case BOOL -> Tensor.of((boolean[]) data, shape);
            case FLOAT16, BFLOAT16 -> throw new IllegalStateException("no golden case has dtype " + dtype);
        };
    }
}
