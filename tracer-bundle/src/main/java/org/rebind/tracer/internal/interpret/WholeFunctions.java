package org.rebind.tracer.internal.interpret;

import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import org.rebind.graph.Binary;
import org.rebind.graph.Unary;

/** What elementwise ops mean on integers and bools, in 64 bits; 32-bit results are the low half, so that both wrap. */
final class WholeFunctions {
    private WholeFunctions() {
    }

    static LongUnaryOperator of(Unary op) {
        return switch (op) {
            case NEGATIVE -> x -> -x;
            case ABS -> Math::abs;
            case SIGN -> Long::signum;
            case LOGICAL_NOT -> x -> 1 - x;
            case EXP, EXPM1, LOG, LOG1P, SQRT, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ATANH, ERF, FLOOR,
                CEIL, ROUND, TRUNC, ISNAN -> throw new IllegalStateException(op.opName() + " of integers");
        };
    }

    /** Comparisons give 1 or 0. */
    static LongBinaryOperator of(Binary op) {
        return switch (op) {
            case ADD -> (a, b) -> a + b;
            case SUBTRACT -> (a, b) -> a - b;
            case MULTIPLY -> (a, b) -> a * b;
            case FLOOR_DIVIDE -> (a, b) -> b == 0 ? 0 : Math.floorDiv(a, b);
            case REMAINDER -> (a, b) -> b == 0 ? 0 : Math.floorMod(a, b);
            case MAXIMUM -> Math::max;
            case MINIMUM -> Math::min;
            case EQUAL -> (a, b) -> a == b ? 1 : 0;
            case LESS -> (a, b) -> a < b ? 1 : 0;
            case LESS_EQUAL -> (a, b) -> a <= b ? 1 : 0;
            case LOGICAL_AND -> (a, b) -> a & b;
            case LOGICAL_OR -> (a, b) -> a | b;
            case LOGICAL_XOR -> (a, b) -> a ^ b;
            case DIVIDE, POW, ATAN2 -> throw new IllegalStateException(op.opName() + " of integers");
        };
    }
}
