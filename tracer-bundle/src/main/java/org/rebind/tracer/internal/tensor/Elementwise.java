package org.rebind.tracer.internal.tensor;

import java.util.ArrayList;
import java.util.List;
import org.rebind.DType;
import org.rebind.DTypeException;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.graph.Binary;
import org.rebind.graph.BroadcastTo;
import org.rebind.graph.Cast;
import org.rebind.graph.DimFacts;
import org.rebind.graph.Op;
import org.rebind.graph.Relation;
import org.rebind.graph.Reshape;
import org.rebind.graph.Where;

/** Elementwise operations of several operands: promotion to a common dtype and broadcasting to a common shape. */
final class Elementwise {
    private Elementwise() {
    }

    static AbstractTensor binary(String name, Binary op, AbstractTensor a, AbstractTensor b) {
        DType d = promote(name, a.dtype(), b.dtype());
        return apply(name, op, List.of(d, d), List.of(a, b));
    }

    static AbstractTensor where(AbstractTensor condition, AbstractTensor a, AbstractTensor b) {
        if (!condition.dtype().isBool()) {
            throw Errors.dtype("where: expected a bool condition, got " + condition.type()
                    + "; compare first, for instance .ne(0)");
        }
        DType d = promote("where", a.dtype(), b.dtype());
        return apply("where", new Where(), List.of(DType.BOOL, d, d), List.of(condition, a, b));
    }

    static DType promote(String name, DType a, DType b) {
        try {
            return DType.promote(name, a, b);
        } catch (DTypeException e) {
            throw Errors.located(name, name, e);
        }
    }

    private static AbstractTensor apply(String name, Op op, List<DType> dtypes, List<AbstractTensor> operands) {
        List<Shape> shapes = operands.stream().map(AbstractTensor::shape).toList();
        return Operations.elementwise(name, op, dtypes, commonShape(name, shapes), operands);
    }

    static AbstractTensor cast(String name, AbstractTensor x, DType dtype) {
        return x.dtype() == dtype ? x : Operations.apply(name, new Cast(dtype), x);
    }

    /** The shape that all these broadcast to. */
    static Shape commonShape(String name, List<Shape> shapes) {
        return commonShape(name, shapes, shapes);
    }

    /** @param operands what an error names: these shapes, or ones that begin with them and have more axes each */
    static Shape commonShape(String name, List<Shape> shapes, List<Shape> operands) {
        Shape common = shapes.get(0);
        int more = operands.get(0).rank() - common.rank();
        for (Shape s : shapes.subList(1, shapes.size())) {
            common = common.equals(s) ? common : broadcast(name, common, s, operands, more);
        }
        return common;
    }

    private static Shape broadcast(String name, Shape a, Shape b, List<Shape> operands, int more) {
        int rank = Math.max(a.rank(), b.rank());
        Dim[] dims = new Dim[rank];
        for (int i = 1; i <= rank; i++) {
            dims[rank - i] = i > a.rank() ? b.dim(-i) : i > b.rank() ? a.dim(-i)
                    : broadcast(name, a.dim(-i), b.dim(-i), more + i, operands);
        }
        return Shape.of(dims);
    }

    /**
     * The common size of one axis. A fixed 1 broadcasts to any size, so no guard is needed there; otherwise symbolic
     * sizes are guarded to relate as they do in this call.
     */
    private static Dim broadcast(String name, Dim a, Dim b, int fromEnd, List<Shape> operands) {
        if (a.equals(b) || isOne(b)) {
            return a;
        }
        if (isOne(a)) {
            return b;
        }
        long sizeA = Operations.numberNow(name, a);
        long sizeB = Operations.numberNow(name, b);
        if (sizeA == sizeB) {
            Operations.facts(name).holds(a, Relation.EQ, b);
            return b.isFixed() ? b : a;
        }
        if (sizeA == 1 || sizeB == 1) {
            Operations.facts(name).holds(sizeA == 1 ? a : b, Relation.EQ, Dim.of(1));
            return sizeA == 1 ? b : a;
        }
        DimFacts facts = Operations.facts(name); // whoever catches the error goes on because of these sizes
        facts.holds(a, Relation.EQ, b);
        facts.holds(a, Relation.EQ, Dim.of(1));
        facts.holds(b, Relation.EQ, Dim.of(1));
        throw Errors.shape(name + ": operands have shapes "
                + String.join(", ", operands.stream().map(Shape::toString).toList())
                + ", which do not broadcast: axis -" + fromEnd + " has sizes " + a + " and " + b
                + "; expected equal sizes, or 1 (see reshape, expandDims)");
    }

    private static boolean isOne(Dim d) {
        return d.isFixed() && d.value() == 1;
    }

    /** The tensor repeated to this shape; itself if it has the shape already. */
    static AbstractTensor broadcastTo(String name, AbstractTensor x, Shape shape) {
        if (x.shape().equals(shape)) {
            return x;
        }
        int lead = shape.rank() - x.rank();
        List<Dim> ones = new ArrayList<>(x.shape().dims());
        for (int i = 0; lead >= 0 && i < x.rank(); i++) {
            Dim from = x.shape().dim(i);
            Dim to = shape.dim(lead + i);
            if (!from.isFixed() && !from.equals(to)
                    && Operations.numberNow(name, from) != Operations.numberNow(name, to)
                    && Operations.facts(name).holds(from, Relation.EQ, Dim.of(1))) {
                ones.set(i, Dim.of(1));
            }
        }
        Shape narrow = Shape.of(ones);
        AbstractTensor source = narrow.equals(x.shape()) ? x : Operations.apply(name, new Reshape(narrow), x);
        return Operations.apply(name, new BroadcastTo(shape), source);
    }
}
