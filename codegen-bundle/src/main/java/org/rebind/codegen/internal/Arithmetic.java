package org.rebind.codegen.internal;

import java.util.function.BiFunction;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;
import org.rebind.graph.Binary;
import org.rebind.graph.Unary;

/** Elementwise ops as functions of the Kernel IR. Halves are computed in float32 and rounded after each op. */
final class Arithmetic {
    private Arithmetic() {
    }

    static Expr unary(Unary op, Expr x, DType type) {
        if (op == Unary.ISNAN) {
            return Expr.apply(Fn.ISNAN, DType.BOOL, x);
        }
        Fn fn = op == Unary.NEGATIVE && type.isInteger() ? Fn.WRAP_NEGATIVE : Fn.valueOf(op.name());
        return rounded(Expr.apply(fn, Body.register(type), x), type);
    }

    static Expr binary(Binary op, Expr a, Expr b, DType type) {
        if (type.isBool()) {
            return ofBools(op, a, b);
        }
        if (op.isComparison()) {
            return Expr.apply(Fn.valueOf(op.name()), DType.BOOL, a, b);
        }
        Fn fn = Fn.valueOf(op.name());
        if (type.isInteger()) {
            fn = wrapping(fn);
        }
        return rounded(Expr.apply(fn, Body.register(type), a, b), type);
    }

    static Fn wrapping(Fn fn) {
        return switch (fn) {
            case ADD -> Fn.WRAP_ADD;
            case SUBTRACT -> Fn.WRAP_SUBTRACT;
            case MULTIPLY -> Fn.WRAP_MULTIPLY;
            default -> fn;
        };
    }

    /**
     * a / b by b's reciprocal, which is computed once where b is: within 2 units in the last place for all a and b. Divisors whose
     * reciprocal would leave the normal numbers are scaled by a power of two, and the quotient by the same, in an order in
     * which nothing overflows or is lost before it would be in the quotient itself.
     */
    static Expr quotient(Body body, Expr a, Expr b) {
        return quotient(body::let, a, b);
    }

    /** The same as one expression. */
    static Expr quotient(Expr a, Expr b) {
        return quotient((name, value) -> value, a, b);
    }

    private static Expr quotient(BiFunction<String, Expr, Expr> let, Expr a, Expr b) {
        DType t = b.type();
        double edge = t == DType.FLOAT32 ? 0x1p64 : 0x1p512;
        Expr large = new Expr.Const(edge, t);
        Expr tiny = new Expr.Const(1 / edge, t);
        Expr one = new Expr.Const(1.0, t);
        Expr size = let.apply("size", Expr.apply(Fn.ABS, t, b));
        Expr small = let.apply("small", Expr.apply(Fn.LESS, DType.BOOL, size, tiny));
        Expr shrink = let.apply("shrink", Expr.apply(Fn.SELECT, t, Expr.apply(Fn.LESS_EQUAL, DType.BOOL, large, size), tiny, one));
        Expr scale = let.apply("scale", Expr.apply(Fn.SELECT, t, small, large, shrink));
        Expr inverse = let.apply("inverse", Expr.apply(Fn.DIVIDE, t, one, Expr.apply(Fn.MULTIPLY, t, b, scale)));
        Expr first = let.apply("first", Expr.apply(Fn.SELECT, t, small, scale, inverse));
        Expr second = let.apply("second", Expr.apply(Fn.SELECT, t, small, inverse, scale));
        return Expr.apply(Fn.MULTIPLY, t, Expr.apply(Fn.MULTIPLY, t, a, first), second);
    }

    private static Expr ofBools(Binary op, Expr a, Expr b) {
        return switch (op) {
            case MAXIMUM, LOGICAL_OR -> Expr.apply(Fn.LOGICAL_OR, DType.BOOL, a, b);
            case MINIMUM, LOGICAL_AND -> Expr.apply(Fn.LOGICAL_AND, DType.BOOL, a, b);
            case LESS -> Expr.apply(Fn.LOGICAL_AND, DType.BOOL, not(a), b);
            case LESS_EQUAL -> Expr.apply(Fn.LOGICAL_OR, DType.BOOL, not(a), b);
            case EQUAL -> not(Expr.apply(Fn.LOGICAL_XOR, DType.BOOL, a, b));
            case LOGICAL_XOR -> Expr.apply(Fn.LOGICAL_XOR, DType.BOOL, a, b);
            default -> throw new IllegalStateException(op.opName() + " of bools");
        };
    }

    private static Expr not(Expr x) {
        return Expr.apply(Fn.LOGICAL_NOT, DType.BOOL, x);
    }

    static Expr cast(Expr x, DType from, DType to) {
        DType target = Body.register(to);
        Expr e = x.type() == target ? x : Expr.apply(Fn.CAST, target, x);
        boolean whole = from == DType.INT32 || from == DType.INT64; // float16 ends before float32 rounds them
        return rounded(from == DType.FLOAT64 && to.byteSize() == 2 || whole && to == DType.BFLOAT16 ? toOdd(x, e) : e, to);
    }

    /**
     * A float64 or an integer as float32 that can be rounded again as if it had not been before: cut off, with the last bit set if that
     * lost anything (S. Boldo and G. Melquiond, "Emulation of a FMA and correctly rounded sums", 2008).
     *
     * @param near the float32 nearest to x
     */
    private static Expr toOdd(Expr x, Expr near) {
        Expr back = Expr.apply(Fn.CAST, x.type(), near);
        Expr bits = Expr.apply(Fn.FLOAT_BITS, DType.INT32, near);
        Expr away = Expr.apply(Fn.LESS, DType.BOOL, Expr.apply(Fn.ABS, x.type(), x),
                Expr.apply(Fn.ABS, x.type(), back));
        Expr cut = Expr.apply(Fn.SELECT, DType.INT32, away, Expr.apply(Fn.SUBTRACT, DType.INT32, bits, Expr.integer(1)), bits);
        Expr odd = Expr.apply(Fn.BITS_FLOAT, DType.FLOAT32, Expr.apply(Fn.BIT_OR, DType.INT32, cut, Expr.integer(1)));
        return Expr.apply(Fn.SELECT, DType.FLOAT32, Expr.apply(Fn.EQUAL, DType.BOOL, back, x), near, odd);
    }

    static Expr rounded(Expr x, DType type) {
        return switch (type) {
            case FLOAT16 -> Expr.apply(Fn.ROUND_FLOAT16, DType.FLOAT32, x);
            case BFLOAT16 -> Expr.apply(Fn.ROUND_BFLOAT16, DType.FLOAT32, x);
            default -> x;
        };
    }

    /** An index of an axis of size n as int32: negative ones count from the end, others are clamped. */
    static Expr clamp(Body body, Expr i, Dim n) {
        DType t = i.type();
        Expr size = new Expr.Size(n);
        if (i instanceof Expr.Const c && n.isFixed()) {
            long at = c.value().longValue();
            at = at < 0 ? at + n.value() : at;
            return Expr.integer(Math.max(0, Math.min(at, n.value() - 1)));
        }
        Expr wide = n.isFixed() ? new Expr.Const(n.value(), t) : t == DType.INT32 ? size : Expr.apply(Fn.CAST, t, size);
        Expr negative = Expr.apply(Fn.LESS, DType.BOOL, i, Pull.zero(t));
        Expr at = body.let("at", Expr.apply(Fn.SELECT, t, negative, Expr.apply(Fn.ADD, t, i, wide), i));
        Expr one = new Expr.Const(1L, t);
        Expr low = Expr.apply(Fn.INDEX_MAX, t, at, new Expr.Const(0L, t));
        Expr least = Expr.apply(Fn.INDEX_MIN, t, low, n.isFixed() ? new Expr.Const(n.value() - 1, t)
                : Expr.apply(Fn.SUBTRACT, t, wide, one));
        return t == DType.INT32 ? least : Expr.apply(Fn.CAST, DType.INT32, least);
    }
}
