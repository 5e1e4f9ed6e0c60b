package org.rebind;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.rebind.internal.UserLine;

/** Sizes of a tensor's axes, outermost first; immutable. Negative axis numbers count from the end. */
public final class Shape {
    /** The shape of a single element, rank 0. */
    public static final Shape SCALAR = new Shape(new Dim[0]);

    private final Dim[] dims;
    private final long[] sizes; // null while any dim is symbolic

    private Shape(Dim[] dims) {
        this.dims = dims;
        this.sizes = Arrays.stream(dims).allMatch(Dim::isFixed) ? Arrays.stream(dims).mapToLong(Dim::value).toArray()
                : null;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i].isFixed() && dims[i].value() < 0) {
                throw new ShapeException("shape " + this + ": size of axis " + i + " is " + dims[i]
                        + ", expected >= 0" + UserLine.at());
            }
        }
    }

    public static Shape of(long... sizes) {
        return given(sizes, "sizes").length == 0 ? SCALAR : new Shape(Arrays.stream(sizes).mapToObj(Dim::of).toArray(Dim[]::new));
    }

    public static Shape of(Dim... dims) {
        return given(dims, "dims").length == 0 ? SCALAR : new Shape(dims.clone());
    }

    public static Shape of(List<Dim> dims) {
        return of(given(dims, "dims").toArray(Dim[]::new));
    }

    private static <T> T given(T value, String name) {
        if (value == null) {
            throw new ArgumentException("Shape.of: " + name + " is null");
        }
        return value;
    }

    public int rank() {
        return dims.length;
    }

    /** @throws ShapeException if the axis is out of range */
    public Dim dim(int axis) {
        return dims[axis(axis)];
    }

    public List<Dim> dims() {
        return List.of(dims);
    }

    /** Size of an axis. @throws ShapeException if the axis is out of range or its size is symbolic */
    public long size(int axis) {
        return dims[axis(axis)].value();
    }

    /** All sizes, a fresh array. @throws ShapeException if any dim is symbolic */
    public long[] sizes() {
        if (sizes == null) {
            throw new ShapeException("shape " + this + " is symbolic and has no sizes");
        }
        return sizes.clone();
    }

    public boolean isFixed() {
        return sizes != null;
    }

    /** {@code axis} counted from the start. @throws ShapeException if out of range */
    public int axis(int axis) {
        int n = axis < 0 ? axis + dims.length : axis;
        if (n < 0 || n >= dims.length) {
            throw new ShapeException("axis " + axis + " is out of range for shape " + this + " of rank " + dims.length
                    + (dims.length == 0 ? ": a 0-d tensor has no axes"
                            : "; expected " + -dims.length + " to " + (dims.length - 1)));
        }
        return n;
    }

    /** Product of all dims, as a dim. */
    public Dim elements() {
        Dim product = Dim.of(1);
        for (Dim d : dims) {
            product = product.times(d);
        }
        return product;
    }

    /** Number of elements. @throws ShapeException if symbolic, or more than {@code Integer.MAX_VALUE} */
    public int elementCount() {
        if (sizes == null) {
            throw new ShapeException("shape " + this + " is symbolic and has no element count");
        }
        long n = 1;
        boolean empty = false;
        boolean huge = false;
        for (long s : sizes) {
            empty |= s == 0;
            huge |= s > Integer.MAX_VALUE || s != 0 && n * s > Integer.MAX_VALUE;
            n = huge ? n : n * Math.max(s, 1);
        }
        if (huge && !empty) {
            throw new ShapeException("shape " + this + " has more than 2^31 - 1 elements, the most one tensor can hold;"
                    + " split it along its first axis");
        }
        return empty ? 0 : (int) n;
    }

    /** This shape with its symbols replaced by numbers. */
    public Shape evaluate(ToLongFunction<String> symbols) {
        return sizes != null ? this
                : new Shape(Arrays.stream(dims).map(d -> Dim.of(d.evaluate(symbols))).toArray(Dim[]::new));
    }

    /** This shape with each symbol that {@code values} names replaced. */
    public Shape substitute(Map<String, Dim> values) {
        return sizes != null ? this
                : new Shape(Arrays.stream(dims).map(d -> d.substitute(values)).toArray(Dim[]::new));
    }

    /** Whether this shape is fixed and has exactly these sizes; allocates nothing. */
    public boolean hasSizes(long[] other) {
        return sizes != null && Arrays.equals(sizes, other);
    }

    @Override
    public boolean equals(Object o) {
        return this == o || o instanceof Shape s
                && (sizes != null && s.sizes != null ? Arrays.equals(sizes, s.sizes) : Arrays.equals(dims, s.dims));
    }

    @Override
    public int hashCode() {
        return sizes != null ? Arrays.hashCode(sizes) : Arrays.hashCode(dims);
    }

    /** For instance {@code [2, 3]}, {@code [batch, 3]}, {@code []}. */
    @Override
    public String toString() {
        return Arrays.stream(dims).map(Dim::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
