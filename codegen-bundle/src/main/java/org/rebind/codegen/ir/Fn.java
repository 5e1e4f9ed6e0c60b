package org.rebind.codegen.ir;

/**
 * Functions of the Kernel IR. Those that share a name with {@link org.rebind.graph.Unary} or
 * {@link org.rebind.graph.Binary} mean exactly the same; the others are machine operations. A dialect gives each a
 * template, by operand type.
 */
public enum Fn {
    /** Index arithmetic and wrapping or floating arithmetic, as in C and Java. */
    ADD, SUBTRACT, MULTIPLY, DIVIDE, NEGATIVE,
    /** Arithmetic of tensors of integers, which wraps where C leaves it undefined. */
    WRAP_ADD, WRAP_SUBTRACT, WRAP_MULTIPLY, WRAP_NEGATIVE,
    /** Quotient and remainder of non-negative integers by positive ones. */
    INDEX_DIVIDE, INDEX_REMAINDER,
    /** Smaller and larger of two integers that are indices. */
    INDEX_MIN, INDEX_MAX,
    FLOOR_DIVIDE, REMAINDER, POW, ATAN2, MAXIMUM, MINIMUM,
    EQUAL, LESS, LESS_EQUAL, LOGICAL_AND, LOGICAL_OR, LOGICAL_XOR, LOGICAL_NOT,
    ABS, SIGN, EXP, EXPM1, LOG, LOG1P, SQRT, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ATANH, ERF,
    FLOOR, CEIL, ROUND, TRUNC, ISNAN,
    /** Operand 1 where operand 0 is true, else operand 2; both are evaluated. */
    SELECT,
    /** EXP of what is at most 0 or NaN; of what is -87 to 0. */
    EXPNEG, EXPNEAR,
    /** Conversion with {@link org.rebind.graph.Cast}'s meaning. */
    CAST,
    /** {@code a * b + c} rounded once. */
    FMA,
    /** Rounding of a float32 to the nearest float16 or bfloat16, kept as float32. */
    ROUND_FLOAT16, ROUND_BFLOAT16,
    /** The bits of a float32 as int32 and back; shifts of int32, the right one arithmetic; bitwise and, or of int32. */
    FLOAT_BITS, BITS_FLOAT, SHIFT_LEFT, SHIFT_RIGHT, BIT_AND, BIT_OR;

    /** Whether an evaluation takes longer than loading a value would. */
    public boolean isCostly() {
        return switch (this) {
            case POW, ATAN2, EXP, EXPNEG, EXPNEAR, EXPM1, LOG, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ATANH,
                    ERF, REMAINDER -> true;
            default -> false;
        };
    }
}
