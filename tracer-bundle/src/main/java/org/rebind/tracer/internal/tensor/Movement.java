package org.rebind.tracer.internal.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.graph.Flip;
import org.rebind.graph.Permute;
import org.rebind.graph.Relation;
import org.rebind.graph.Reshape;

/** Operations that keep the elements and change their arrangement. */
final class Movement {
    private Movement() {
    }

    static AbstractTensor reshape(String name, AbstractTensor x, Shape shape) {
        return shape.equals(x.shape()) ? x : Operations.apply(name, new Reshape(shape), x);
    }

    /** One size may be -1: what remains. */
    static AbstractTensor reshape(AbstractTensor x, long... sizes) {
        Dim[] dims = new Dim[sizes.length];
        int open = -1;
        long known = 1;
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] == -1 && open < 0) {
                open = i;
                continue;
            }
            if (sizes[i] < 0) {
                throw Errors.shape("reshape: cannot reshape " + x.shape() + " to " + Arrays.toString(sizes)
                        + ": sizes are at least 0, and one of them may be -1");
            }
            dims[i] = Dim.of(sizes[i]);
            known = multiply(known, sizes[i], sizes);
        }
        if (open >= 0) {
            dims[open] = remaining(x, known, sizes);
        }
        return reshape("reshape", x, Shape.of(dims));
    }

    private static long multiply(long a, long b, long[] sizes) {
        long product = Math.multiplyHigh(a, b) == 0 ? a * b : -1;
        if (product < 0) {
            throw Errors.shape("reshape: sizes " + Arrays.toString(sizes) + " have more than 2^63 elements");
        }
        return product;
    }

    private static Dim remaining(AbstractTensor x, long known, long[] sizes) {
        Dim all = x.shape().elements();
        if (known == 0) {
            throw Errors.shape("reshape: cannot reshape " + x.shape() + " to " + Arrays.toString(sizes)
                    + ": -1 could be any size beside a 0");
        }
        Optional<Dim> exact = all.divideExactly(Dim.of(known));
        if (exact.isPresent()) {
            return exact.get();
        }
        Dim quotient = all.floorDiv(known);
        if (!Operations.facts("reshape").holds(quotient.times(known), Relation.EQ, all)) {
            throw Errors.shape("reshape: cannot reshape " + x.shape() + " (" + all + " elements) to "
                    + Arrays.toString(sizes) + ": " + known + " does not divide the number of elements");
        }
        return quotient;
    }

    static AbstractTensor permute(AbstractTensor x, int... axes) {
        if (axes.length != x.rank()) {
            throw Errors.shape("permute: expected all " + x.rank() + " axes of shape " + x.shape() + ", got "
                    + Arrays.toString(axes));
        }
        return permuted("permute", x, axes.length == 0 ? List.of() : Arguments.axes("permute", x, axes));
    }

    private static AbstractTensor permuted(String name, AbstractTensor x, List<Integer> axes) {
        boolean identity = IntStream.range(0, axes.size()).allMatch(i -> axes.get(i) == i);
        return identity ? x : Operations.apply(name, new Permute(axes), x);
    }

    private static List<Integer> allAxes(AbstractTensor x) {
        return new ArrayList<>(IntStream.range(0, x.rank()).boxed().toList());
    }

    static AbstractTensor transpose(AbstractTensor x) {
        List<Integer> axes = allAxes(x);
        Collections.reverse(axes);
        return permuted("transpose", x, axes);
    }

    static AbstractTensor swapAxes(AbstractTensor x, int axis1, int axis2) {
        List<Integer> axes = allAxes(x);
        Collections.swap(axes, Arguments.axis("swapAxes", axis1, x), Arguments.axis("swapAxes", axis2, x));
        return permuted("swapAxes", x, axes);
    }

    static AbstractTensor moveAxis(AbstractTensor x, int source, int destination) {
        int from = Arguments.axis("moveAxis", source, x);
        int to = Arguments.axis("moveAxis", destination, x);
        List<Integer> axes = allAxes(x);
        axes.add(to, axes.remove(from));
        return permuted("moveAxis", x, axes);
    }

    static AbstractTensor flip(AbstractTensor x, int... axes) {
        List<Integer> sorted = Arguments.axes("flip", x, axes).stream().sorted().toList();
        return sorted.isEmpty() ? x : Operations.apply("flip", new Flip(sorted), x);
    }

    static AbstractTensor expandDims(String name, AbstractTensor x, int axis) {
        List<Dim> dims = new ArrayList<>(x.shape().dims());
        dims.add(Arguments.axis(name, axis, x.rank() + 1, x.shape()), Dim.of(1));
        return Operations.apply(name, new Reshape(Shape.of(dims)), x);
    }

    /** Which axes go depends on sizes, so symbolic ones are guarded: to be 1, or not to be. */
    static AbstractTensor squeeze(AbstractTensor x, int... axes) {
        List<Integer> given = Arguments.axes("squeeze", x, axes);
        List<Dim> dims = new ArrayList<>();
        for (int i = 0; i < x.rank(); i++) {
            boolean goes = axes.length == 0 ? squeezable(x.dim(i)) : given.contains(i);
            if (goes && !Operations.facts("squeeze").holds(x.dim(i), Relation.EQ, Dim.of(1))) {
                throw Errors.shape("squeeze: axis " + i + " of shape " + x.shape() + " has size " + x.dim(i)
                        + ", expected 1");
            }
            if (!goes) {
                dims.add(x.dim(i));
            }
        }
        return reshape("squeeze", x, Shape.of(dims));
    }

    /** Whether the axis has size 1 in this call. */
    private static boolean squeezable(Dim d) {
        return Operations.facts("squeeze").holds(d, Relation.EQ, Dim.of(1));
    }
}
