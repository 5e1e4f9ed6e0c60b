package org.rebind.codegen.internal;

import org.rebind.DType;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;
import org.rebind.codegen.ir.Stmt.Combine;

/** Combinations of folds as expressions. */
final class Combining {
    private Combining() {
    }

    /** What a fold starts from. */
    static Expr neutral(Combine c, DType type) {
        boolean floating = type.isFloating();
        return switch (c) {
            case SUM -> Pull.zero(type);
            case PROD -> floating ? new Expr.Const(1.0, type) : new Expr.Const(1L, type);
            case MAX, ARGMAX -> floating ? new Expr.Const(Double.NEGATIVE_INFINITY, type) : new Expr.Const(least(type), type);
            case MIN, ARGMIN -> floating ? new Expr.Const(Double.POSITIVE_INFINITY, type) : new Expr.Const(most(type), type);
        };
    }

    private static long least(DType type) {
        return type.isBool() ? 0 : type == DType.INT32 ? Integer.MIN_VALUE : Long.MIN_VALUE;
    }

    private static long most(DType type) {
        return type.isBool() ? 1 : type == DType.INT32 ? Integer.MAX_VALUE : Long.MAX_VALUE;
    }

    /** Both values combined; not for ARGMAX and ARGMIN. */
    static Expr combine(Combine c, Expr a, Expr b) {
        DType t = a.type();
        Fn fn = switch (c) {
            case SUM -> t.isInteger() ? Fn.WRAP_ADD : Fn.ADD;
            case PROD -> t.isInteger() ? Fn.WRAP_MULTIPLY : Fn.MULTIPLY;
            case MAX -> t.isBool() ? Fn.LOGICAL_OR : Fn.MAXIMUM;
            case MIN -> t.isBool() ? Fn.LOGICAL_AND : Fn.MINIMUM;
            case ARGMAX, ARGMIN -> throw new IllegalStateException(c + " combines pairs");
        };
        return Expr.apply(fn, t, a, b);
    }

    /** Whether a later value replaces the best so far: it is better, or the first NaN. */
    static Expr better(Combine c, Expr value, Expr best) {
        DType t = value.type();
        Expr better;
        if (t.isBool()) {
            Expr no = Expr.apply(Fn.LOGICAL_NOT, t, c == Combine.ARGMAX ? best : value);
            better = Expr.apply(Fn.LOGICAL_AND, t, c == Combine.ARGMAX ? value : best, no);
        } else {
            better = c == Combine.ARGMAX ? Expr.apply(Fn.LESS, DType.BOOL, best, value)
                    : Expr.apply(Fn.LESS, DType.BOOL, value, best);
        }
        if (!t.isFloating()) {
            return better;
        }
        Expr firstNan = Expr.apply(Fn.LOGICAL_AND, DType.BOOL, Expr.apply(Fn.ISNAN, DType.BOOL, value),
                Expr.apply(Fn.EQUAL, DType.BOOL, best, best));
        return Expr.apply(Fn.LOGICAL_OR, DType.BOOL, better, firstNan);
    }
}
