package org.rebind.tracer.internal.interpret;

/** Conversion between doubles and the 16-bit floating formats, rounded once, to nearest even. */
public final class Halves {
    private Halves() {
    }

    public static short toFloat16(double value) {
        return encode(value, 10, 15);
    }

    public static short toBFloat16(double value) {
        return encode(value, 7, 127);
    }

    public static double fromFloat16(short bits) {
        int exponent = bits >> 10 & 0x1f;
        int mantissa = bits & 0x3ff;
        double magnitude;
        if (exponent == 0x1f) {
            magnitude = mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        } else if (exponent == 0) {
            magnitude = mantissa * 0x1p-24;
        } else {
            magnitude = Math.scalb((double) (mantissa | 0x400), exponent - 25);
        }
        return bits < 0 ? -magnitude : magnitude;
    }

    public static double fromBFloat16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** @param bias the exponent's bias, which is also the largest exponent of a finite number */
    private static short encode(double value, int mantissaBits, int bias) {
        int sign = (int) (Double.doubleToRawLongBits(value) >>> 48) & 0x8000;
        int infinity = (2 * bias + 1) << mantissaBits;
        double a = Math.abs(value);
        if (Double.isNaN(a)) {
            return (short) (sign | infinity | 1 << mantissaBits - 1);
        }
        int exponent = Math.getExponent(a);
        if (exponent > bias) {
            return (short) (sign | infinity);
        }
        if (exponent < 1 - bias) { // subnormal: a multiple of the smallest number; rounding up to normal carries right
            return (short) (sign | (int) Math.rint(Math.scalb(a, bias - 1 + mantissaBits)));
        }
        int mantissa = (int) Math.rint(Math.scalb(a, mantissaBits - exponent)) - (1 << mantissaBits);
        return (short) (sign | (exponent + bias << mantissaBits) + mantissa); // a mantissa of 2 carries, up to infinity
    }
}
