package org.rebind.tracer.internal.tensor;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import org.rebind.DType;
import org.rebind.Shape;
import org.rebind.Tensor;

/** Flattens nested Java arrays for {@link Tensor#ofNested}. */
public final class NestedArrays {
    private NestedArrays() {
    }

    public static Tensor tensor(Object nested) {
        if (nested == null) {
            throw Errors.argument("Tensor.ofNested: expected nested arrays, got null");
        }
        Class<?> leaf = nested.getClass();
        List<Long> sizes = new ArrayList<>();
        Object first = nested;
        while (leaf.isArray()) {
            sizes.add(first == null ? 0L : Array.getLength(first));
            first = first != null && Array.getLength(first) > 0 && leaf.getComponentType().isArray()
                    ? Array.get(first, 0) : null;
            leaf = leaf.getComponentType();
        }
        DType dtype = leaf == float.class ? DType.FLOAT32 : leaf == double.class ? DType.FLOAT64
                : leaf == int.class ? DType.INT32 : leaf == long.class ? DType.INT64
                : leaf == boolean.class ? DType.BOOL : null;
        if (dtype == null || sizes.isEmpty()) {
            throw Errors.argument("Tensor.ofNested: expected nested arrays of float, double, int, long or boolean,"
                    + " got " + nested.getClass().getTypeName());
        }
        Shape shape = Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
        Object flat = Array.newInstance(leaf, shape.elementCount());
        copy(nested, shape, 0, flat, 0, "");
        return Creation.copyOf(dtype, shape, flat);
    }

    private static int copy(Object array, Shape shape, int axis, Object flat, int at, String path) {
        long length = array == null ? -1 : Array.getLength(array);
        if (length != shape.size(axis)) {
            throw Errors.shape("Tensor.ofNested: ragged arrays: element " + (path.isEmpty() ? "[]" : path) + " is "
                    + (array == null ? "null" : "of length " + length) + ", expected length " + shape.size(axis)
                    + " like the first; pad the rows to one length");
        }
        if (axis == shape.rank() - 1) {
            System.arraycopy(array, 0, flat, at, (int) length);
            return at + (int) length;
        }
        int next = at;
        for (int i = 0; i < length; i++) {
            next = copy(Array.get(array, i), shape, axis + 1, flat, next, path + "[" + i + "]");
        }
        return next;
    }
}
