package org.rebind.tracer.internal.interpret;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.rebind.graph.Binary;
import org.rebind.graph.Unary;

/**
 * What elementwise ops mean on floating numbers, in double. StrictMath, so that results are the same on every machine;
 * what it lacks follows FreeBSD's msun (from Sun's fdlibm) and NumPy.
 */
final class RealFunctions {
    private RealFunctions() {
    }

    static DoubleUnaryOperator of(Unary op) {
        return switch (op) {
            case NEGATIVE -> x -> -x;
            case ABS -> Math::abs;
            case SIGN -> x -> x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : x;
            case EXP -> StrictMath::exp;
            case EXPM1 -> StrictMath::expm1;
            case LOG -> StrictMath::log;
            case LOG1P -> StrictMath::log1p;
            case SQRT -> Math::sqrt;
            case SIN -> StrictMath::sin;
            case COS -> StrictMath::cos;
            case TAN -> StrictMath::tan;
            case ASIN -> StrictMath::asin;
            case ACOS -> StrictMath::acos;
            case ATAN -> StrictMath::atan;
            case SINH -> StrictMath::sinh;
            case COSH -> StrictMath::cosh;
            case TANH -> StrictMath::tanh;
            case ATANH -> RealFunctions::atanh;
            case ERF -> ErrorFunction::erf;
            case FLOOR -> Math::floor;
            case CEIL -> Math::ceil;
            case ROUND -> Math::rint;
            case TRUNC -> x -> x < 0 ? Math.ceil(x) : Math.floor(x);
            case ISNAN -> x -> Double.isNaN(x) ? 1 : 0;
            case LOGICAL_NOT -> throw new IllegalStateException("logical_not of floating numbers");
        };
    }

    /** Comparisons give 1 or 0. */
    static DoubleBinaryOperator of(Binary op) {
        return switch (op) {
            case ADD -> (a, b) -> a + b;
            case SUBTRACT -> (a, b) -> a - b;
            case MULTIPLY -> (a, b) -> a * b;
            case DIVIDE -> (a, b) -> a / b;
            case FLOOR_DIVIDE -> RealFunctions::floorDivide;
            case REMAINDER -> RealFunctions::remainder;
            case POW -> RealFunctions::pow;
            case ATAN2 -> StrictMath::atan2;
            case MAXIMUM -> Math::max;
            case MINIMUM -> Math::min;
            case EQUAL -> (a, b) -> a == b ? 1 : 0;
            case LESS -> (a, b) -> a < b ? 1 : 0;
            case LESS_EQUAL -> (a, b) -> a <= b ? 1 : 0;
            case LOGICAL_AND, LOGICAL_OR, LOGICAL_XOR ->
                throw new IllegalStateException(op.opName() + " of floating numbers");
        };
    }

    /** Where Java has NaN, C and NumPy have 1: 1 to any power, -1 to an infinite one. A square is exact. */
    private static double pow(double a, double b) {
        return a == 1 || a == -1 && Double.isInfinite(b) ? 1 : b == 2 ? a * a : StrictMath.pow(a, b);
    }

    /** Python's modulo, as NumPy's npy_remainder. */
    private static double remainder(double a, double b) {
        double mod = a % b;
        if (b == 0 || Double.isNaN(mod)) {
            return mod;
        }
        if (mod == 0) {
            return Math.copySign(0.0, b);
        }
        return b < 0 != mod < 0 ? mod + b : mod;
    }

    /** NumPy's npy_floor_divide. */
    private static double floorDivide(double a, double b) {
        if (b == 0) {
            return a / b;
        }
        double mod = a % b;
        double div = (a - mod) / b;
        if (mod != 0 && b < 0 != mod < 0) {
            div -= 1;
        }
        if (div == 0) {
            return Math.copySign(0.0, a / b);
        }
        double floor = Math.floor(div);
        return div - floor > 0.5 ? floor + 1 : floor;
    }

    /** msun e_atanh.c. */
    private static double atanh(double x) {
        double a = Math.abs(x);
        if (a > 1) {
            return Double.NaN;
        }
        if (a < 0x1p-28 || Double.isNaN(a)) {
            return x;
        }
        double twice = a + a;
        double t = a < 0.5 ? twice + twice * a / (1 - a) : twice / (1 - a);
        return Math.copySign(0.5 * StrictMath.log1p(t), x);
    }
}
