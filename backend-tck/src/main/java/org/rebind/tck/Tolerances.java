package org.rebind.tck;

import org.rebind.DType;
import org.rebind.graph.Binary;
import org.rebind.graph.Unary;

/**
 * How far each operation may be off, in units in the last place of its result. The numbers are those OpenCL C 3.0 (full
 * profile, section 7.4) allows, plus one for the reference itself, so that any vendor's own functions meet them. What is
 * not listed is exact: movement, comparison, integers, and a single sum, difference or product.
 */
public final class Tolerances {
    private Tolerances() {
    }

    /** Of a function of one exact operand; 0 where the result must be the correctly rounded one. */
    public static int ulps(Unary op) {
        return switch (op) {
            case NEGATIVE, ABS, SIGN, FLOOR, CEIL, ROUND, TRUNC, ISNAN, LOGICAL_NOT -> 0;
            case LOG1P -> 3;
            case EXP, EXPM1, LOG, SQRT -> 4;
            case SIN, COS, ASIN, ACOS, SINH, COSH -> 5;
            case TAN, ATAN, TANH, ATANH -> 6;
            case ERF -> 17;
        };
    }

    /** Of a function of two exact operands; sums, differences and products alone are correctly rounded. */
    public static int ulps(Binary op) {
        return switch (op) {
            case DIVIDE -> 3;
            case ATAN2 -> 7;
            case POW -> 17;
            default -> 0;
        };
    }

    /** Distance from 1 to the next number. */
    static double ulp(DType dtype) {
        return switch (dtype) {
            case FLOAT16 -> 0x1p-10;
            case BFLOAT16 -> 0x1p-7;
            case FLOAT32 -> 0x1p-23;
            default -> 0x1p-52;
        };
    }

    /** Smaller results may be flushed to zero. */
    static double smallest(DType dtype) {
        return switch (dtype) {
            case FLOAT16 -> 0x1p-14;
            case FLOAT32, BFLOAT16 -> Float.MIN_NORMAL;
            default -> Double.MIN_NORMAL;
        };
    }

    static double largest(DType dtype) {
        return switch (dtype) {
            case FLOAT16 -> 65504;
            case BFLOAT16 -> 0x1.fep127;
            case FLOAT32 -> Float.MAX_VALUE;
            default -> Double.MAX_VALUE;
        };
    }
}
