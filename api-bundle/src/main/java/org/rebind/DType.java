package org.rebind;

import java.util.Locale;

/**
 * Element type of a tensor. Names and promotion are the Python array API's: types of one kind promote to the wider
 * one, bool promotes to nothing, integers and floats do not mix without an explicit {@link Tensor#cast cast}.
 */
public enum DType {
    /** Signed 32-bit integer, wraps on overflow. */
    INT32(4, Kind.INTEGER),
    /** Signed 64-bit integer, wraps on overflow. */
    INT64(8, Kind.INTEGER),
    /** IEEE 754 binary16; arithmetic is done in float32 and rounded once per operation. */
    FLOAT16(2, Kind.FLOATING),
    /** The upper half of a float32; arithmetic is done in float32 and rounded once per operation. */
    BFLOAT16(2, Kind.FLOATING),
    /** IEEE 754 binary32. */
    FLOAT32(4, Kind.FLOATING),
    /** IEEE 754 binary64. */
    FLOAT64(8, Kind.FLOATING),
    /** Truth value, one byte 0 or 1. */
    BOOL(1, Kind.BOOLEAN);

    private enum Kind { INTEGER, FLOATING, BOOLEAN }

    private final int byteSize;
    private final Kind kind;

    DType(int byteSize, Kind kind) {
        this.byteSize = byteSize;
        this.kind = kind;
    }

    /** Bytes of one element. */
    public int byteSize() {
        return byteSize;
    }

    public boolean isFloating() {
        return kind == Kind.FLOATING;
    }

    public boolean isInteger() {
        return kind == Kind.INTEGER;
    }

    public boolean isBool() {
        return kind == Kind.BOOLEAN;
    }

    /** The dtype both promote to. @throws DTypeException if they are of different kinds */
    public static DType promote(String operation, DType a, DType b) {
        if (a == b) {
            return a;
        }
        if (a.kind != b.kind) {
            throw new DTypeException(operation + ": operands have dtypes " + a + " and " + b
                    + ", which do not promote to a common dtype; cast one of them, for instance .cast(DType."
                    + (a.isFloating() ? a : b).name() + ")");
        }
        if (a.byteSize == b.byteSize) {
            return FLOAT32; // float16 with bfloat16: neither holds the other
        }
        return a.byteSize > b.byteSize ? a : b;
    }

    /** The NumPy name, for instance {@code float32}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The dtype with this NumPy name. @throws DTypeException if there is none */
    public static DType named(String name) {
        for (DType d : values()) {
            if (d.toString().equals(name)) {
                return d;
            }
        }
        throw new DTypeException("unknown dtype '" + name + "'; known are float16, bfloat16, float32, float64, int32,"
                + " int64, bool");
    }
}
