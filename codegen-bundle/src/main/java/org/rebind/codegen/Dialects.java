package org.rebind.codegen;

import static java.util.Map.entry;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.rebind.DType;
import org.rebind.codegen.internal.math.MathLibrary;

/** The dialects that come with Rebind. */
public final class Dialects {
    private static final String[] FUNCTIONS = {"EXP", "EXPNEG", "EXPM1", "LOG", "LOG1P", "SIN", "COS", "TAN", "ASIN", "ACOS", "ATAN",
        "SINH", "COSH", "TANH", "ATANH", "ERF"};
    /** Plain Java: {@code float[]} loops. Functions are those of {@code helpers}. */
    public static final Dialect JAVA = java();
    /** Word of a dialect whose scalar conversions of float16 are instructions of the processor, from Java 20 on. */
    public static final String PLAIN_FLOAT16 = "plainFloat16";
    /** Java whose loops over lanes use jdk.incubator.vector. */
    public static final Dialect JAVA_VECTOR = JAVA.named("java", Dialect.Style.JAVA_VECTOR).with(Map.of(), Map.of(),
            Helpers.FLOAT16 ? Map.of(PLAIN_FLOAT16, "") : Map.of());
    /**
     * Plain Java for a compiler that makes vector code of small loops of float arithmetic alone, as C2 does: functions that have a form
     * in such loops are applied to whole blocks.
     */
    public static final Dialect JAVA_BLOCKS = javaBlocks();
    /** OpenCL C 1.2, for CPU and GPU schedules. */
    public static final Dialect OPENCL = opencl();
    /**
     * OpenCL C 1.2 for CPU devices: functions are those of {@link #JAVA} as far as they need no fallback, since a compiler
     * makes vector code of loops over them where it calls the driver's element by element.
     */
    public static final Dialect OPENCL_CPU = openclCpu();
    /** CUDA C++ as NVRTC takes it, without headers: halves are their bits, converted by PTX. */
    public static final Dialect CUDA = cuda();

    private Dialects() {
    }

    private static Dialect java() {
        Map<String, String> f = common();
        for (String fn : FUNCTIONS) {
            String name = fn.toLowerCase(Locale.ROOT);
            f.put(fn + ".float32", name + "_f($1)");
            f.put(fn + ".float64", name + "_d($1)");
        }
        for (String t : new String[] {"float32", "float64"}) {
            String suffix = t.equals("float32") ? "_f" : "_d";
            f.put("POW." + t, "pow" + suffix + "($1, $2)");
            f.put("ATAN2." + t, "atan2" + suffix + "($1, $2)");
            f.put("SIGN." + t, "sign" + suffix + "($1)");
            f.put("REMAINDER." + t, "remainder" + suffix + "($1, $2)");
            f.put("FLOOR_DIVIDE." + t, "floor_divide" + suffix + "($1, $2)");
        }
        f.putAll(Map.ofEntries(entry("ABS", "Math.abs($1)"), entry("MAXIMUM", "Math.max($1, $2)"),
                entry("MINIMUM", "Math.min($1, $2)"), entry("INDEX_MIN", "Math.min($1, $2)"),
                entry("INDEX_MAX", "Math.max($1, $2)"), entry("SIGN.int32", "Integer.signum($1)"),
                entry("SIGN.int64", "(long) Long.signum($1)"), entry("SQRT.float32", "(float) Math.sqrt($1)"),
                entry("SQRT.float64", "Math.sqrt($1)"), entry("FLOOR.float32", "(float) Math.floor($1)"),
                entry("FLOOR.float64", "Math.floor($1)"), entry("CEIL.float32", "(float) Math.ceil($1)"),
                entry("CEIL.float64", "Math.ceil($1)"), entry("ROUND.float32", "(float) Math.rint($1)"),
                entry("ROUND.float64", "Math.rint($1)"),
                entry("TRUNC.float32", "trunc_f($1)"),
                entry("TRUNC.float64", "trunc_d($1)"),
                entry("ISNAN.float32", "Float.isNaN($1)"), entry("ISNAN.float64", "Double.isNaN($1)"),
                entry("FMA", "Math.fma($1, $2, $3)"), entry("CAST.int32.float32", "(float) $1"),
                entry("CAST.int32.float64", "(double) $1"), entry("CAST.int32.int64", "(long) $1"),
                entry("CAST.int64.int32", "(int) $1"), entry("CAST.int64.float32", "(float) $1"),
                entry("CAST.int64.float64", "(double) $1"), entry("CAST.float32.int32", "(int) $1"),
                entry("CAST.float32.int64", "(long) $1"), entry("CAST.float32.float64", "(double) $1"),
                entry("CAST.float64.int32", "(int) $1"), entry("CAST.float64.int64", "(long) $1"),
                entry("CAST.float64.float32", "(float) $1"), entry("FLOAT_BITS", "Float.floatToRawIntBits($1)"),
                entry("BITS_FLOAT", "Float.intBitsToFloat($1)"), entry("ROUND_FLOAT16", "float16(to_float16($1))"),
                entry("ROUND_BFLOAT16", "bfloat16(to_bfloat16($1))"),
                entry("STORE.bool", "$1[$2] = (byte) ($3 ? 1 : 0)"), entry("LOAD.float16", "float16($1[$2])"),
                entry("LOAD.bfloat16", "bfloat16($1[$2])"), entry("STORE.float16", "$1[$2] = to_float16($3)"),
                entry("STORE.bfloat16", "$1[$2] = to_bfloat16($3)")));
        return new Dialect("java", Dialect.Style.JAVA, types("long", "boolean"), memory("long", "byte", "short", "short"), f,
                Helpers.java(), Map.of("long", "L", "inf.float32", "Float.POSITIVE_INFINITY", "-inf.float32", "Float.NEGATIVE_INFINITY",
                        "-inf.float64", "Double.NEGATIVE_INFINITY", "nan.float32",
                        "Float.NaN", "inf.float64", "Double.POSITIVE_INFINITY", "nan.float64", "Double.NaN"));
    }

    private static Dialect javaBlocks() {
        Map<String, String> helpers = MathLibrary.blocks();
        Map<String, String> f = new LinkedHashMap<>();
        helpers.keySet().forEach(name -> f.put("BLOCK." + name.substring(0, name.indexOf('_')).toUpperCase(Locale.ROOT) + ".float32", name));
        f.put("BLOCK.EXPNEG.float32", f.get("BLOCK.EXP.float32"));
        return JAVA.with(f, helpers, Map.of());
    }

    private static Map<DType, String> types(String int64, String bool) {
        return Map.of(DType.FLOAT32, "float", DType.FLOAT64, "double", DType.INT32, "int", DType.INT64, int64, DType.BOOL,
                bool, DType.FLOAT16, "float", DType.BFLOAT16, "float");
    }

    private static Map<DType, String> memory(String int64, String bool, String float16, String bfloat16) {
        return Map.of(DType.FLOAT32, "float", DType.FLOAT64, "double", DType.INT32, "int", DType.INT64, int64, DType.BOOL,
                bool, DType.FLOAT16, float16, DType.BFLOAT16, bfloat16);
    }

    /** Templates that are the same in all C-like languages. */
    private static Map<String, String> common() {
        return new LinkedHashMap<>(Map.ofEntries(entry("ADD", "$1 + $2"), entry("SUBTRACT", "$1 - $2"),
                entry("MULTIPLY", "$1 * $2"), entry("DIVIDE", "$1 / $2"), entry("NEGATIVE", "-$1"),
                entry("WRAP_ADD", "$1 + $2"), entry("WRAP_SUBTRACT", "$1 - $2"), entry("WRAP_MULTIPLY", "$1 * $2"),
                entry("WRAP_NEGATIVE", "-$1"), entry("FLOOR_DIVIDE.int32", "floor_divide_i($1, $2)"),
                entry("FLOOR_DIVIDE.int64", "floor_divide_l($1, $2)"), entry("REMAINDER.int32", "remainder_i($1, $2)"),
                entry("REMAINDER.int64", "remainder_l($1, $2)"),
                entry("INDEX_DIVIDE", "$1 / $2"), entry("INDEX_REMAINDER", "$1 % $2"), entry("EQUAL", "$1 == $2"),
                entry("LESS", "$1 < $2"), entry("LESS_EQUAL", "$1 <= $2"), entry("LOGICAL_AND", "$1 && $2"),
                entry("LOGICAL_OR", "$1 || $2"), entry("LOGICAL_XOR", "$1 != $2"), entry("LOGICAL_NOT", "!$1"),
                entry("ISNAN", "isnan($1)"), entry("SELECT", "$1 ? $2 : $3"), entry("CAST.bool.int32", "$1 ? 1 : 0"),
                entry("CAST.bool.int64", "$1 ? 1L : 0L"), entry("CAST.bool.float32", "$1 ? 1.0f : 0.0f"),
                entry("CAST.bool.float64", "$1 ? 1.0 : 0.0"), entry("CAST.int32.bool", "$1 != 0"),
                entry("CAST.int64.bool", "$1 != 0"), entry("CAST.float32.bool", "$1 != 0"),
                entry("CAST.float64.bool", "$1 != 0"), entry("SHIFT_LEFT", "$1 << $2"),
                entry("SHIFT_RIGHT", "$1 >> $2"), entry("BIT_AND", "$1 & $2"), entry("BIT_OR", "$1 | $2"),
                entry("LOAD.bool", "$1[$2] != 0"), entry("LOAD", "$1[$2]"), entry("STORE", "$1[$2] = $3")));
    }

    /** Templates of the C family: functions keep their C names; what C leaves undefined goes through helpers. */
    private static Map<String, String> cFamily() {
        Map<String, String> f = common();
        for (String fn : FUNCTIONS) {
            f.put(fn, fn.toLowerCase(Locale.ROOT) + "($1)");
        }
        f.put("EXPNEG", "exp($1)");
        f.putAll(Map.ofEntries(entry("SQRT", "sqrt($1)"), entry("FLOOR", "floor($1)"), entry("CEIL", "ceil($1)"),
                entry("TRUNC", "trunc($1)"), entry("ROUND", "rint($1)"), entry("POW", "pow($1, $2)"),
                entry("ATAN2", "atan2($1, $2)"), entry("FMA", "fma($1, $2, $3)"), entry("ABS", "fabs($1)"),
                entry("INDEX_MIN", "min($1, $2)"), entry("INDEX_MAX", "max($1, $2)"),
                entry("MAXIMUM.int32", "max($1, $2)"), entry("MAXIMUM.int64", "max($1, $2)"),
                entry("MINIMUM.int32", "min($1, $2)"), entry("MINIMUM.int64", "min($1, $2)"),
                entry("CAST.int32.float32", "(float) $1"), entry("CAST.int32.float64", "(double) $1"),
                entry("CAST.int64.int32", "(int) $1"), entry("CAST.int64.float32", "(float) $1"),
                entry("CAST.int64.float64", "(double) $1"), entry("CAST.float32.float64", "(double) $1"),
                entry("CAST.float64.float32", "(float) $1"), entry("STORE.bool", "$1[$2] = $3"),
                entry("LOAD.bfloat16", "bfloat16($1[$2])"), entry("STORE.bfloat16", "$1[$2] = to_bfloat16($3)"),
                entry("ROUND_BFLOAT16", "bfloat16(to_bfloat16($1))")));
        for (String[] t : new String[][] {{"float32", "_f"}, {"float64", "_d"}, {"int32", "_i"}, {"int64", "_l"}}) {
            boolean floating = t[0].startsWith("float");
            f.put("SIGN." + t[0], "sign" + t[1] + "($1)");
            f.put("FLOOR_DIVIDE." + t[0], "floor_divide" + t[1] + "($1, $2)");
            f.put("REMAINDER." + t[0], "remainder" + t[1] + "($1, $2)");
            if (floating) {
                f.put("MAXIMUM." + t[0], "maximum" + t[1] + "($1, $2)");
                f.put("MINIMUM." + t[0], "minimum" + t[1] + "($1, $2)");
            } else {
                f.put("ABS." + t[0], "abs" + t[1] + "($1)");
            }
        }
        return f;
    }

    private static Dialect opencl() {
        Map<String, String> f = cFamily();
        f.putAll(Map.ofEntries(entry("FLOAT_BITS", "as_int($1)"), entry("BITS_FLOAT", "as_float($1)"),
                entry("WRAP_ADD.int32", "as_int(as_uint($1) + as_uint($2))"),
                entry("WRAP_SUBTRACT.int32", "as_int(as_uint($1) - as_uint($2))"),
                entry("WRAP_MULTIPLY.int32", "as_int(as_uint($1) * as_uint($2))"),
                entry("WRAP_NEGATIVE.int32", "as_int(0u - as_uint($1))"),
                entry("WRAP_ADD.int64", "as_long(as_ulong($1) + as_ulong($2))"),
                entry("WRAP_SUBTRACT.int64", "as_long(as_ulong($1) - as_ulong($2))"),
                entry("WRAP_MULTIPLY.int64", "as_long(as_ulong($1) * as_ulong($2))"),
                entry("WRAP_NEGATIVE.int64", "as_long(0ul - as_ulong($1))"),
                entry("CAST.float32.int32", "isnan($1) ? 0 : convert_int_sat_rtz($1)"),
                entry("CAST.float32.int64", "isnan($1) ? 0L : convert_long_sat_rtz($1)"),
                entry("CAST.float64.int32", "isnan($1) ? 0 : convert_int_sat_rtz($1)"),
                entry("CAST.float64.int64", "isnan($1) ? 0L : convert_long_sat_rtz($1)"),
                entry("LOAD.float16", "vload_half($2, $1)"), entry("STORE.float16", "vstore_half_rte($3, $2, $1)"),
                entry("ROUND_FLOAT16", "round_float16($1)"), entry("CAST.int32.int64", "(long) $1"),
                entry("LANES.float16", "(half *) $1.v")));
        return new Dialect("opencl-c", Dialect.Style.C, types("long", "bool"), memory("long", "uchar", "half", "ushort"), f,
                Helpers.c("", "long", "ulong", "as_uint(x)", "as_float(x)"),
                words("__kernel void", "__global ", "__local ", "get_global_id(0)", "get_global_size(0)",
                        "get_local_id(0)", "get_group_id(0)", "get_num_groups(0)", "barrier(CLK_LOCAL_MEM_FENCE)",
                        "restrict ", "L", "#pragma OPENCL FP_CONTRACT OFF",
                        "__attribute__((reqd_work_group_size(256, 1, 1)))",
                        "typedef struct { $type v[$n]; } __attribute__((aligned($bytes))) $name;"));
    }

    private static Dialect openclCpu() {
        List<String> names = Arrays.stream(FUNCTIONS).map(n -> n.toLowerCase(Locale.ROOT)).toList();
        Map<String, String> helpers = MathLibrary.openCl(names);
        Map<String, String> f = new LinkedHashMap<>();
        for (String name : names) {
            for (String[] t : new String[][] {{"float32", "_f"}, {"float64", "_d"}}) {
                if (helpers.containsKey(name + t[1])) {
                    f.put(name.toUpperCase(Locale.ROOT) + "." + t[0], name + t[1] + "($1)");
                }
            }
        }
        // a polynomial waits for each of its steps, so several vectors at a time; compilers that do not know the pragma skip it
        return OPENCL.with(f, helpers, Map.of("costlyLoop", "#pragma clang loop interleave_count(4)"));
    }

    private static Dialect cuda() {
        Map<String, String> f = cFamily();
        f.putAll(Map.ofEntries(entry("FLOAT_BITS", "__float_as_int($1)"), entry("BITS_FLOAT", "__int_as_float($1)"),
                entry("WRAP_ADD.int32", "(int) ((unsigned) $1 + (unsigned) $2)"),
                entry("WRAP_SUBTRACT.int32", "(int) ((unsigned) $1 - (unsigned) $2)"),
                entry("WRAP_MULTIPLY.int32", "(int) ((unsigned) $1 * (unsigned) $2)"),
                entry("WRAP_NEGATIVE.int32", "(int) (0u - (unsigned) $1)"),
                entry("WRAP_ADD.int64", "(long long) ((unsigned long long) $1 + (unsigned long long) $2)"),
                entry("WRAP_SUBTRACT.int64", "(long long) ((unsigned long long) $1 - (unsigned long long) $2)"),
                entry("WRAP_MULTIPLY.int64", "(long long) ((unsigned long long) $1 * (unsigned long long) $2)"),
                entry("WRAP_NEGATIVE.int64", "(long long) (0ull - (unsigned long long) $1)"),
                entry("CAST.float32.int32", "to_int($1)"), entry("CAST.float32.int64", "to_long($1)"),
                entry("CAST.float64.int32", "to_int($1)"), entry("CAST.float64.int64", "to_long($1)"),
                entry("CAST.int32.int64", "(long long) $1"), entry("LOAD.float16", "float16($1[$2])"),
                entry("STORE.float16", "$1[$2] = to_float16($3)"), entry("ROUND_FLOAT16", "float16(to_float16($1))"),
                entry("SHUFFLE", "__shfl_xor_sync(0xffffffffu, $1, $2)")));
        for (String fn : FUNCTIONS) {
            f.put(fn + ".float32", fn.toLowerCase(Locale.ROOT) + "f($1)");
        }
        f.put("EXPNEG.float32", "expf($1)");
        for (String fn : new String[] {"SQRT", "FLOOR", "CEIL", "TRUNC"}) {
            f.put(fn + ".float32", fn.toLowerCase(Locale.ROOT) + "f($1)");
        }
        f.putAll(Map.of("POW.float32", "powf($1, $2)", "ATAN2.float32", "atan2f($1, $2)", "ROUND.float32", "rintf($1)",
                "FMA.float32", "fmaf($1, $2, $3)", "ABS.float32", "fabsf($1)"));
        return new Dialect("cuda-c", Dialect.Style.C, types("long long", "bool"),
                memory("long long", "unsigned char", "unsigned short", "unsigned short"), f,
                Helpers.cuda("__device__ ", "long long", "unsigned long long", "(unsigned) __float_as_int(x)",
                        "__int_as_float((int) x)"),
                words("extern \"C\" __global__ void", "", "__shared__ ", "(int) (blockIdx.x * blockDim.x + threadIdx.x)",
                        "(int) (gridDim.x * blockDim.x)", "(int) threadIdx.x", "(int) blockIdx.x", "(int) gridDim.x",
                        "__syncthreads()", "__restrict__ ", "LL", "#ifndef INFINITY // NVRTC has no math.h\n"
                                + "#define INFINITY __int_as_float(0x7f800000)\n#define NAN __int_as_float(0x7fffffff)\n#endif",
                        "__launch_bounds__(256)",
                        "struct __align__($bytes) $name { $type v[$n]; };"))
                .with(Map.of(), Map.of(), Map.of("threadAttribute", "__launch_bounds__(256)",
                        "lanes.float16", "unsigned short"));
    }

    private static Map<String, String> words(String kernel, String global, String local, String globalId,
            String globalSize, String localId, String groupId, String groups, String barrier, String restrict,
            String longSuffix, String prelude, String groupAttribute, String lanes) {
        return Map.ofEntries(entry("kernel", kernel), entry("global", global), entry("local", local),
                entry("globalId", globalId), entry("globalSize", globalSize), entry("localId", localId),
                entry("groupId", groupId), entry("groups", groups), entry("barrier", barrier),
                entry("restrict", restrict), entry("long", longSuffix), entry("prelude", prelude),
                entry("groupAttribute", groupAttribute), entry("lanes", lanes), entry("lanes.float16", "ushort"), entry("inf.float32", "INFINITY"),
                entry("nan.float32", "NAN"), entry("inf.float64", "(double) INFINITY"),
                entry("nan.float64", "(double) NAN"));
    }
}
