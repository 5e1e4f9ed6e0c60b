package org.rebind.tracer.internal.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.Tensor;
import org.rebind.graph.Pad;
import org.rebind.graph.Relation;
import org.rebind.graph.Reshape;
import org.rebind.graph.ScatterAdd;
import org.rebind.graph.Slice;
import org.rebind.graph.Take;
import org.rebind.graph.Where;

/** Operations that choose, cut out and surround elements. */
final class Cutting {
    private Cutting() {
    }

    static AbstractTensor slice(String name, AbstractTensor x, List<Dim> start, List<Dim> size, List<Long> stride) {
        return Operations.apply(name, new Slice(start, size, stride), x);
    }

    static AbstractTensor slice(AbstractTensor x, int axis, Dim start, Dim stop) {
        return slice("slice", x, Arguments.axis("slice", axis, x), start, stop.minus(start));
    }

    private static AbstractTensor slice(String name, AbstractTensor x, int axis, Dim start, Dim size) {
        List<Dim> starts = new ArrayList<>(Collections.nCopies(x.rank(), Dim.of(0)));
        List<Dim> sizes = new ArrayList<>(x.shape().dims());
        starts.set(axis, start);
        if (!Operations.facts(name).holds(Dim.of(0), Relation.LE, size)) {
            throw Errors.shape(name + ": axis " + axis + " of shape " + x.shape() + ": stop " + start.plus(size)
                    + " lies before start " + start);
        }
        sizes.set(axis, size);
        return slice(name, x, starts, sizes, Collections.nCopies(x.rank(), 1L));
    }

    /** The update padded to the full shape, chosen where a mask padded likewise is true. */
    static AbstractTensor sliceUpdate(AbstractTensor x, AbstractTensor update, List<Dim> start) {
        if (update.rank() != x.rank() || start.size() != x.rank()) {
            throw Errors.shape("sliceUpdate: expected an update and a start of " + x.rank() + " axes for shape "
                    + x.shape() + ", got an update of shape " + update.shape() + " and start " + start);
        }
        if (update.dtype() != x.dtype()) {
            throw Errors.dtype("sliceUpdate: expected an update of dtype " + x.dtype() + ", got " + update.dtype()
                    + "; cast it first");
        }
        List<Dim> high = new ArrayList<>();
        for (int i = 0; i < x.rank(); i++) {
            high.add(x.dim(i).minus(update.dim(i)).minus(start.get(i)));
            if (!Operations.facts("sliceUpdate").holds(Dim.of(0), Relation.LE, start.get(i))
                    || !Operations.facts("sliceUpdate").holds(Dim.of(0), Relation.LE, high.get(i))) {
                throw Errors.shape("sliceUpdate: axis " + i + ": an update of shape " + update.shape() + " at "
                        + start + " does not lie within shape " + x.shape());
            }
        }
        AbstractTensor mask = Creation.full("sliceUpdate", 1, DType.BOOL, update.shape());
        AbstractTensor inside = Operations.apply("sliceUpdate", new Pad(start, high, 0L), mask);
        Number zero = Creation.fit("sliceUpdate", 0, x.dtype());
        AbstractTensor padded = Operations.apply("sliceUpdate", new Pad(start, high, zero), update);
        return Operations.apply("sliceUpdate", new Where(), inside, padded, x);
    }

    static AbstractTensor pad(AbstractTensor x, List<Dim> low, List<Dim> high, Number value) {
        Number fill = Creation.fit("pad", Arguments.notNull("pad", "value", value), x.dtype());
        return Operations.apply("pad", new Pad(low, high, fill), x);
    }

    static AbstractTensor take(AbstractTensor x, AbstractTensor indices, int axis) {
        int a = Arguments.axis("take", axis, x);
        if (!Operations.facts("take").holds(Dim.of(0), Relation.LT, x.dim(a))
                && !Operations.facts("take").holds(indices.shape().elements(), Relation.EQ, Dim.of(0))) {
            throw Errors.shape("take: axis " + a + " of shape " + x.shape() + " has no elements to choose from");
        }
        return Operations.apply("take", new Take(a), x, indices);
    }

    static AbstractTensor scatterAdd(AbstractTensor x, AbstractTensor indices, AbstractTensor updates, int axis) {
        return Operations.apply("scatterAdd", new ScatterAdd(Arguments.axis("scatterAdd", axis, x)), x, indices,
                updates);
    }

    static List<Tensor> split(AbstractTensor x, int parts, int axis) {
        int a = Arguments.axis("split", axis, x);
        if (parts < 1) {
            throw Errors.argument("split: parts is " + parts + ", expected at least 1");
        }
        Dim all = x.dim(a);
        Optional<Dim> exact = all.divideExactly(Dim.of(parts));
        Dim size = exact.orElseGet(() -> all.floorDiv(parts));
        if (exact.isEmpty() && !Operations.facts("split").holds(size.times(parts), Relation.EQ, all)) {
            throw Errors.shape("split: axis " + a + " of shape " + x.shape() + " has size " + all
                    + ", which is no multiple of " + parts);
        }
        List<Tensor> result = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            result.add(slice("split", x, a, size.times(i), size));
        }
        return List.copyOf(result);
    }

    /** The number of results has to be known, so a symbolic size specialises. */
    static List<Tensor> unbind(AbstractTensor x, int axis) {
        int a = Arguments.axis("unbind", axis, x);
        List<Dim> rest = new ArrayList<>(x.shape().dims());
        rest.remove(a);
        List<Tensor> result = new ArrayList<>();
        for (long i = 0; i < x.size(a); i++) {
            result.add(Operations.apply("unbind", new Reshape(Shape.of(rest)),
                    slice("unbind", x, a, Dim.of(i), Dim.of(1))));
        }
        return List.copyOf(result);
    }
}
