package org.rebind.graph;

import java.util.List;
import org.rebind.DType;
import org.rebind.DTypeException;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.ShapeException;
import org.rebind.TensorType;

/** Checks that several type rules share. */
final class TypeRules {
    private TypeRules() {
    }

    static void count(Op op, List<TensorType> inputs, int expected) {
        if (inputs.size() != expected) {
            throw new ShapeException(op.opName() + ": expected " + expected + " operand" + (expected == 1 ? "" : "s")
                    + ", got " + inputs.size());
        }
    }

    static void sameDType(Op op, TensorType a, TensorType b) {
        if (a.dtype() != b.dtype()) {
            throw new DTypeException(op.opName() + ": operands have dtypes " + a.dtype() + " and " + b.dtype()
                    + ", expected equal ones; cast one of them");
        }
    }

    static void sameShape(Op op, Shape a, Shape b, DimFacts facts) {
        boolean same = a.rank() == b.rank();
        for (int i = 0; same && i < a.rank(); i++) {
            same = equal(facts, a.dim(i), b.dim(i));
        }
        if (!same) {
            throw new ShapeException(op.opName() + ": operands have shapes " + a + " and " + b + ", expected equal ones");
        }
    }

    static boolean equal(DimFacts facts, Dim a, Dim b) {
        return a.equals(b) || facts.holds(a, Relation.EQ, b);
    }

    static void floating(Op op, DType d) {
        if (!d.isFloating()) {
            throw new DTypeException(op.opName() + ": expected a floating dtype, got " + d
                    + "; cast first, for instance .cast(DType.FLOAT32)");
        }
    }

    static void numeric(Op op, DType d) {
        if (d.isBool()) {
            throw new DTypeException(op.opName() + ": expected a numeric dtype, got bool; cast first, for instance"
                    + " .cast(DType.INT32)");
        }
    }

    static void bool(Op op, DType d) {
        if (!d.isBool()) {
            throw new DTypeException(op.opName() + ": expected dtype bool, got " + d + "; compare first, for instance"
                    + " .ne(0)");
        }
    }

    static void integer(Op op, String operand, DType d) {
        if (!d.isInteger()) {
            throw new DTypeException(op.opName() + ": expected " + operand + " of dtype int32 or int64, got " + d);
        }
    }

    static int axis(Op op, Shape shape, int axis) {
        if (axis < 0 || axis >= shape.rank()) {
            throw new ShapeException(op.opName() + ": axis " + axis + " is out of range for shape " + shape);
        }
        return axis;
    }

    /** Distinct axes in range. */
    static void axes(Op op, Shape shape, List<Integer> axes) {
        long seen = 0;
        for (int a : axes) {
            axis(op, shape, a);
            if ((seen >> a & 1) != 0) {
                throw new ShapeException(op.opName() + ": axis " + a + " is given twice in " + axes);
            }
            seen |= 1L << a;
        }
    }
}
