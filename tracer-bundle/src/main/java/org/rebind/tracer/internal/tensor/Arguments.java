package org.rebind.tracer.internal.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.Tensor;

/** Checks of arguments that many operations share; each error names the operation and the argument. */
final class Arguments {
    private Arguments() {
    }

    static <T> T notNull(String name, String argument, T value) {
        if (value == null) {
            throw Errors.argument(name + ": " + argument + " is null");
        }
        return value;
    }

    static AbstractTensor tensor(String name, String argument, Tensor value) {
        if (notNull(name, argument, value) instanceof AbstractTensor t) {
            return t;
        }
        throw Errors.argument(name + ": " + argument + " is " + Errors.foreign(value));
    }

    static <T> List<T> list(String name, String argument, List<T> values) {
        notNull(name, argument, values);
        for (int i = 0; i < values.size(); i++) {
            notNull(name, argument + "[" + i + "]", values.get(i));
        }
        return values;
    }

    static List<Dim> dims(String name, String argument, long[] values) {
        return LongStream.of(notNull(name, argument, values)).mapToObj(Dim::of).toList();
    }

    static List<Long> longs(String name, String argument, long[] values) {
        return LongStream.of(notNull(name, argument, values)).boxed().toList();
    }

    /** A shape of these sizes, all at least 0. */
    static Shape shape(String name, long[] sizes) {
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] < 0) {
                throw Errors.shape(name + ": size of axis " + i + " is " + sizes[i] + ", expected >= 0");
            }
        }
        return Shape.of(sizes);
    }

    /** The axis counted from the start. @param rank number of axes, of the result for operations that add one */
    static int axis(String name, int axis, int rank, Shape shape) {
        int n = axis < 0 ? axis + rank : axis;
        if (n < 0 || n >= rank) {
            throw Errors.shape(name + ": axis " + axis + " is out of range for shape " + shape + (rank == 0
                    ? ", which has no axes" : "; expected " + -rank + " to " + (rank - 1)));
        }
        return n;
    }

    static int axis(String name, int axis, AbstractTensor x) {
        return axis(name, axis, x.rank(), x.shape());
    }

    /** Distinct axes counted from the start, in the order given; none given means all. */
    static List<Integer> axes(String name, AbstractTensor x, int... axes) {
        notNull(name, "axes", axes);
        List<Integer> result = new ArrayList<>();
        for (int i = 0; i < (axes.length == 0 ? x.rank() : axes.length); i++) {
            int axis = axes.length == 0 ? i : axis(name, axes[i], x);
            if (result.contains(axis)) {
                throw Errors.shape(name + ": axis " + axes[i] + " is given twice, for shape " + x.shape());
            }
            result.add(axis);
        }
        return result;
    }

    static void paddings(long[][] paddings, List<Dim> low, List<Dim> high) {
        notNull("pad", "paddings", paddings);
        for (int i = 0; i < paddings.length; i++) {
            long[] p = notNull("pad", "paddings[" + i + "]", paddings[i]);
            if (p.length != 2) {
                throw Errors.argument("pad: paddings[" + i + "] has " + p.length
                        + " numbers, expected 2: how many elements to put before and after axis " + i);
            }
            low.add(Dim.of(p[0]));
            high.add(Dim.of(p[1]));
        }
    }

    static void floating(String name, AbstractTensor x) {
        if (!x.dtype().isFloating()) {
            throw Errors.dtype(name + ": expected a floating tensor, got " + x.type()
                    + "; cast it first, for instance .cast(DType.FLOAT32)");
        }
    }
}
