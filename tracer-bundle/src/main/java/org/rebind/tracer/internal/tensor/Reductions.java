package org.rebind.tracer.internal.tensor;

import java.util.ArrayList;
import java.util.List;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.Tensor;
import org.rebind.graph.ArgReduce;
import org.rebind.graph.CumSum;
import org.rebind.graph.Reduce;
import org.rebind.graph.Relation;
import org.rebind.graph.Reshape;

/** Operations that combine the elements along axes. */
final class Reductions {
    private Reductions() {
    }

    static AbstractTensor reduce(String name, Reduce.Kind kind, AbstractTensor x, boolean keepDims, int... axes) {
        return reduce(name, kind, x, keepDims, Arguments.axes(name, x, axes));
    }

    private static AbstractTensor reduce(String name, Reduce.Kind kind, AbstractTensor x, boolean keepDims,
            List<Integer> axes) {
        List<Integer> sorted = axes.stream().sorted().toList();
        AbstractTensor reduced = Operations.apply(name, new Reduce(kind, sorted), x);
        return keepDims ? withOnes(name, reduced, x, sorted) : reduced;
    }

    private static AbstractTensor withOnes(String name, AbstractTensor reduced, AbstractTensor x, List<Integer> axes) {
        List<Dim> dims = new ArrayList<>(x.shape().dims());
        axes.forEach(a -> dims.set(a, Dim.of(1)));
        return axes.isEmpty() ? reduced : Operations.apply(name, new Reshape(Shape.of(dims)), reduced);
    }

    /** Largest or smallest element; there has to be one. */
    static AbstractTensor extreme(String name, Reduce.Kind kind, AbstractTensor x, boolean keepDims, int... axes) {
        for (int a : Arguments.axes(name, x, axes)) {
            if (!x.dtype().isBool() && !Operations.facts(name).holds(Dim.of(0), Relation.LT, x.dim(a))) {
                throw Errors.shape(name + ": axis " + a + " of shape " + x.shape()
                        + " has no elements, and the operation has no value for none");
            }
        }
        return reduce(name, kind, x, keepDims, axes);
    }

    static AbstractTensor logical(String name, Reduce.Kind kind, AbstractTensor x, boolean keepDims, int... axes) {
        if (!x.dtype().isBool()) {
            throw Errors.dtype(name + ": expected a bool tensor, got " + x.type()
                    + "; compare first, for instance .ne(0)");
        }
        return reduce(name, kind, x, keepDims, axes);
    }

    static AbstractTensor mean(String name, AbstractTensor x, boolean keepDims, int... axes) {
        Arguments.floating(name, x);
        List<Integer> all = Arguments.axes(name, x, axes);
        AbstractTensor wide = Derived.widened(x); // a float16 sum overflows early
        Tensor sum = reduce(name, Reduce.Kind.SUM, wide, keepDims, all);
        return Elementwise.cast(name, (AbstractTensor) sum.div(count(name, wide, all)), x.dtype());
    }

    static AbstractTensor variance(AbstractTensor x, boolean keepDims, int... axes) {
        Arguments.floating("var", x);
        AbstractTensor wide = Derived.widened(x);
        Tensor centred = wide.sub(mean("var", wide, true, axes));
        return Elementwise.cast("var", mean("var", (AbstractTensor) centred.square(), keepDims, axes), x.dtype());
    }

    /** Number of elements that one result combines, as a 0-d tensor of x's dtype. */
    private static Tensor count(String name, AbstractTensor x, List<Integer> axes) {
        Dim fixed = Dim.of(1);
        Tensor symbolic = null;
        for (int a : axes) {
            Dim d = x.dim(a);
            if (d.isFixed()) {
                fixed = fixed.times(d);
            } else {
                Tensor value = Creation.dimValue(name, d);
                symbolic = symbolic == null ? value : symbolic.mul(value);
            }
        }
        return symbolic == null ? Creation.scalarFor(name, fixed.value(), x)
                : symbolic.mul(fixed.value()).cast(x.dtype());
    }

    static AbstractTensor arg(String name, ArgReduce.Kind kind, AbstractTensor x, int axis, boolean keepDims) {
        int a = Arguments.axis(name, axis, x);
        AbstractTensor index = Operations.apply(name, new ArgReduce(kind, a), x);
        return keepDims ? withOnes(name, index, x, List.of(a)) : index;
    }

    static AbstractTensor argFlat(String name, ArgReduce.Kind kind, AbstractTensor x) {
        return arg(name, kind, Operations.apply(name, new Reshape(Shape.of(x.shape().elements())), x), 0, false);
    }

    static AbstractTensor cumsum(AbstractTensor x, int axis) {
        return Operations.apply("cumsum", new CumSum(Arguments.axis("cumsum", axis, x)), x);
    }
}
