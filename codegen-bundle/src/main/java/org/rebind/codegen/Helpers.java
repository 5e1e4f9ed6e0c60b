package org.rebind.codegen;

import java.util.LinkedHashMap;
import java.util.Map;

/** Source of the functions that templates of the dialects call where the language's own mean something else. */
final class Helpers {
    /** Whether Java has the conversions. */
    static final boolean FLOAT16 = Runtime.version().feature() >= 20;

    private Helpers() {
    }

    static Map<String, String> java() {
        Map<String, String> h = new LinkedHashMap<>();
        for (String[] t : new String[][] {{"_i", "int"}, {"_l", "long"}}) {
            h.put("floor_divide" + t[0], lines("static T floor_divide" + t[0] + "(T a, T b) {",
                    "    return b == 0 ? 0 : Math.floorDiv(a, b);", "}").replace("T ", t[1] + " "));
            h.put("remainder" + t[0], lines("static T remainder" + t[0] + "(T a, T b) {",
                    "    return b == 0 ? 0 : Math.floorMod(a, b);", "}").replace("T ", t[1] + " "));
        }
        h.put("bfloat16", lines("static float bfloat16(short bits) {", "    return Float.intBitsToFloat(bits << 16);", "}"));
        h.put("to_bfloat16", lines("static short to_bfloat16(float x) {", "    int bits = Float.floatToRawIntBits(x);",
                "    return (short) (x != x ? bits >> 16 | 64 : bits + 0x7fff + (bits >> 16 & 1) >> 16);", "}"));
        if (FLOAT16) { // by instructions of the processor, and in vectors
            h.put("float16", lines("static float float16(short h) {", "    return Float.float16ToFloat(h);", "}"));
            h.put("to_float16", lines("static short to_float16(float x) {", "    return Float.floatToFloat16(x);", "}"));
        } else {
            h.put("float16", lines("static float float16(short h) {", "    int e = h >> 10 & 31;", "    int m = h & 1023;",
                    "    float x = e == 0 ? m * 0x1p-24f : e == 31 ? (m == 0 ? Float.POSITIVE_INFINITY : Float.NaN)",
                    "            : Float.intBitsToFloat(e + 112 << 23 | m << 13);", "    return h < 0 ? -x : x;", "}"));
            h.put("to_float16", lines("static short to_float16(float x) {", "    int sign = Float.floatToRawIntBits(x) >> 16"
                    + " & 0x8000;", "    float a = Math.abs(x);", "    if (x != x) {",
                    "        return (short) (sign | 0x7e00);", "    }", "    if (a >= 65520f) {",
                    "        return (short) (sign | 0x7c00);", "    }",
                    "    if (a < 0x1p-14f) { // the float unit rounds at the subnormals' last bit",
                    "        return (short) (sign | Float.floatToRawIntBits(a + 0.5f) - 0x3f000000);", "    }",
                    "    int bits = Float.floatToRawIntBits(a);",
                    "    return (short) (sign | (bits + 0xfff + (bits >> 13 & 1) >> 13) - (112 << 10));", "}"));
        }
        h.put("transpose8", transpose(8));
        return h;
    }

    /**
     * Transposes a square in vector registers: in the step for bit d of the lane number, rows that differ in that bit exchange the
     * lanes that differ from the row in it (after J. Eklundh, "A fast computer method for matrix transposing", 1972).
     */
    private static String transpose(int side) {
        StringBuilder s = new StringBuilder();
        s.append("/** to[place + r * width + c] = from[at + c * step + r] for r and c below ").append(side).append(". */\n");
        s.append("static void transpose").append(side).append("(float[] from, int at, int step, float[] to, int place, int width) {\n");
        String species = "FloatVector.SPECIES_" + side * Float.SIZE;
        for (int r = 0; r < side; r++) {
            s.append("    FloatVector v").append(r).append(" = FloatVector.fromArray(").append(species).append(", from, at")
                    .append(r == 0 ? "" : " + " + r + " * step").append(");\n");
        }
        StringBuilder constants = new StringBuilder();
        for (int d = 1; d < side; d *= 2) {
            StringBuilder lanes = new StringBuilder();
            long mask = 0;
            for (int r = 0; r < side; r++) {
                lanes.append(r == 0 ? "" : ", ").append(r ^ d);
                mask |= (r & d) == 0 ? 0 : 1L << r;
            }
            String swap = "SWAP" + side + "_" + d;
            String odd = "ODD" + side + "_" + d;
            constants.append("\nprivate static final VectorShuffle ").append(swap).append(" = VectorShuffle.fromValues(").append(species)
                    .append(", new int[] {").append(lanes).append("});\nprivate static final VectorMask ").append(odd)
                    .append(" = VectorMask.fromLong(").append(species).append(", ").append(mask).append("L);");
            for (int r = 0; r < side; r++) {
                if ((r & d) == 0) {
                    s.append(("    FloatVector tD_R = vR.blend(vQ.rearrange(" + swap + "), " + odd + ");\n    vQ = vR.rearrange(" + swap
                            + ").blend(vQ, " + odd + ");\n    vR = tD_R;\n").replace("D_R", d + "_" + r).replace("vR", "v" + r)
                            .replace("vQ", "v" + (r | d)));
                }
            }
        }
        for (int r = 0; r < side; r++) {
            s.append("    v").append(r).append(".intoArray(to, place").append(r == 0 ? "" : " + " + r + " * width").append(");\n");
        }
        return s.append("}\n").append(constants).toString();
    }

    /** @param qualifier of functions; the last two turn float x into its bits and unsigned x into a float */
    static Map<String, String> c(String qualifier, String int64, String unsigned64, String bits, String value) {
        Map<String, String> h = new LinkedHashMap<>();
        for (String[] t : new String[][] {{"_f", "float"}, {"_d", "double"}}) {
            h.put("maximum" + t[0], lines("T maximum" + t[0] + "(T a, T b) {", "    return a > b || a != a ? a : b;", "}")
                    .replace("T ", t[1] + " "));
            h.put("minimum" + t[0], lines("T minimum" + t[0] + "(T a, T b) {", "    return a < b || a != a ? a : b;", "}")
                    .replace("T ", t[1] + " "));
            h.put("sign" + t[0], lines("T sign" + t[0] + "(T x) {", "    return x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : x;", "}")
                    .replace("T ", t[1] + " "));
            h.put("remainder" + t[0], lines("T remainder" + t[0] + "(T a, T b) {", "    T mod = fmod(a, b);",
                    "    if (b == 0 || mod != mod) {", "        return mod;", "    }", "    if (mod == 0) {",
                    "        return copysign(mod, b);", "    }", "    return (b < 0) != (mod < 0) ? mod + b : mod;", "}")
                    .replace("T ", t[1] + " "));
            h.put("floor_divide" + t[0], lines("T floor_divide" + t[0] + "(T a, T b) {", "    if (b == 0) {",
                    "        return a / b;", "    }", "    T mod = fmod(a, b);", "    T div = (a - mod) / b;",
                    "    if (mod != 0 && (b < 0) != (mod < 0)) {", "        div -= 1;", "    }", "    if (div == 0) {",
                    "        return copysign(div, a / b);", "    }", "    T whole = floor(div);",
                    "    return div - whole > (T) 0.5 ? whole + 1 : whole;", "}").replace("T ", t[1] + " ")
                    .replace("(T)", "(" + t[1] + ")"));
        }
        for (String[] t : new String[][] {{"_i", "int", "unsigned"}, {"_l", int64, unsigned64}}) {
            h.put("sign" + t[0], lines("T sign" + t[0] + "(T x) {", "    return (x > 0) - (x < 0);", "}")
                    .replace("T ", t[1] + " "));
            h.put("abs" + t[0], lines("T abs" + t[0] + "(T x) {", "    return x < 0 ? (T) (0 - (U) x) : x;", "}")
                    .replace("T ", t[1] + " ").replace("(T)", "(" + t[1] + ")").replace("(U)", "(" + t[2] + ")"));
            h.put("floor_divide" + t[0], lines("T floor_divide" + t[0] + "(T a, T b) {",
                    "    if (b == 0 || b == -1) { // the device would trap or overflow",
                    "        return b == 0 ? 0 : (T) (0 - (U) a);", "    }",
                    "    return a / b - (a % b != 0 && (a < 0) != (b < 0));", "}").replace("T ", t[1] + " ")
                    .replace("(T)", "(" + t[1] + ")").replace("(U)", "(" + t[2] + ")"));
            h.put("remainder" + t[0], lines("T remainder" + t[0] + "(T a, T b) {",
                    "    if (b == 0 || b == -1) { // the device would trap", "        return 0;", "    }",
                    "    T mod = a % b;", "    return mod != 0 && (mod < 0) != (b < 0) ? mod + b : mod;", "}")
                    .replace("T ", t[1] + " "));
        }
        for (String[] t : new String[][] {{"to_int", "int", "-2147483648.0", "2147483648.0", "2147483647"},
            {"to_long", int64, "-9223372036854775808.0", "9223372036854775808.0", "9223372036854775807LL"}}) {
            h.put(t[0], lines(t[1] + " " + t[0] + "(double x) {", "    return x != x ? 0 : x >= " + t[3] + " ? " + t[4]
                    + " : x <= " + t[2] + " ? -" + t[4] + " - 1 : (" + t[1] + ") x;", "}"));
        }
        h.put("bfloat16", lines("float bfloat16(unsigned short h) {", "    unsigned x = (unsigned) h << 16;",
                "    return " + value + ";", "}"));
        h.put("to_bfloat16", lines("unsigned short to_bfloat16(float x) {", "    unsigned b = " + bits + ";",
                "    return (unsigned short) (x != x ? b >> 16 | 64 : (b + 0x7fff + (b >> 16 & 1)) >> 16);", "}"));
        h.put("round_float16", lines("float round_float16(float x) {", "    ushort h; // a variable of type half takes a pragma",
                "    vstore_half_rte(x, 0, (half *) &h);", "    return vload_half(0, (half *) &h);", "}"));
        h.replaceAll((name, text) -> qualifier + text);
        return h;
    }

    /** Those of C, and conversions of float16 that take no header. */
    static Map<String, String> cuda(String qualifier, String int64, String unsigned64, String bits, String value) {
        Map<String, String> h = c(qualifier, int64, unsigned64, bits, value);
        h.put("float16", qualifier + lines("float float16(unsigned short h) {", "    float x;",
                "    asm(\"cvt.f32.f16 %0, %1;\" : \"=f\"(x) : \"h\"(h));", "    return x;", "}"));
        h.put("to_float16", qualifier + lines("unsigned short to_float16(float x) {", "    unsigned short h;",
                "    asm(\"cvt.rn.f16.f32 %0, %1;\" : \"=h\"(h) : \"f\"(x));", "    return h;", "}"));
        return h;
    }

    private static String lines(String... lines) {
        return String.join("\n", lines) + "\n";
    }
}
