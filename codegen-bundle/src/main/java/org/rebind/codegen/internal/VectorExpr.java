package org.rebind.codegen.internal;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.codegen.internal.math.MathLibrary;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;

/**
 * Prints expressions of one loop as operations on vectors of jdk.incubator.vector, for lanes that start at the loop's
 * variable. Species are F, D, I and L; truth values are masks of the species of what was compared, and in memory bytes, of which B
 * has as many as F has lanes. Halves are float32, and in memory shorts, of which H has as many.
 */
final class VectorExpr {
    /** Thrown at what has no vector form; the loop is then printed on scalars. */
    static final class NoVector extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NoVector(String what) {
            super(what, null, false, false);
        }
    }

    private static final Map<Fn, String> METHODS = Map.ofEntries(Map.entry(Fn.ADD, "add"), Map.entry(Fn.WRAP_ADD, "add"),
            Map.entry(Fn.SUBTRACT, "sub"), Map.entry(Fn.WRAP_SUBTRACT, "sub"), Map.entry(Fn.MULTIPLY, "mul"),
            Map.entry(Fn.WRAP_MULTIPLY, "mul"), Map.entry(Fn.DIVIDE, "div"), Map.entry(Fn.MAXIMUM, "max"),
            Map.entry(Fn.MINIMUM, "min"), Map.entry(Fn.INDEX_MAX, "max"), Map.entry(Fn.INDEX_MIN, "min"));
    private static final Map<Fn, String> ONE = Map.of(Fn.NEGATIVE, "neg", Fn.WRAP_NEGATIVE, "neg", Fn.ABS, "abs", Fn.SQRT,
            "sqrt");

    private final ExprWriter scalars;
    private final Expr.Var lane;
    private final Map<String, Integer> calls;
    private final Map<Expr.Var, DType> rounded;
    /** Variables that hold vectors. */
    private final Map<Expr.Var, Boolean> vectors = new HashMap<>();
    /** Species letter of each mask variable. */
    private final Map<Expr.Var, String> maskSpecies = new HashMap<>();
    private final int width;
    private final boolean narrower;
    /** Name of the mask of active lanes, null in the main loop. */
    String mask;
    /** That mask for bytes, and for shorts. */
    String byteMask;
    String shortMask;

    /**
     * @param width bytes of a lane
     * @param narrower whether as many bytes, and as many shorts, are a vector, too
     * @param calls where calls of elementary functions are counted
     * @param rounded variables of the kernel that hold what is a half, and of which type
     */
    VectorExpr(ExprWriter scalars, Expr.Var lane, int width, boolean narrower, Map<String, Integer> calls, Map<Expr.Var, DType> rounded) {
        this.scalars = scalars;
        this.lane = lane;
        this.width = width;
        this.narrower = narrower;
        this.calls = calls;
        this.rounded = rounded;
    }

    static String species(DType t) {
        return switch (t) {
            case FLOAT32 -> "F";
            case FLOAT64 -> "D";
            case INT32 -> "I";
            case INT64 -> "L";
            default -> throw new NoVector(t + " lanes");
        };
    }

    static String vectorType(DType t) {
        return switch (t) {
            case FLOAT32 -> "FloatVector";
            case FLOAT64 -> "DoubleVector";
            case INT32 -> "IntVector";
            case INT64 -> "LongVector";
            case BOOL -> "VectorMask";
            default -> throw new NoVector(t + " lanes");
        };
    }

    /** Whether lanes differ. */
    boolean varies(Expr e) {
        return e.equals(lane) || e instanceof Expr.Var v && vectors.containsKey(v)
                || Trees.children(e).stream().anyMatch(this::varies);
    }

    void define(Expr.Var v, Expr value) {
        vectors.put(v, true);
        DType half = rounding(value);
        if (half != null) {
            rounded.put(v, half);
        }
        if (v.type().isBool()) {
            maskSpecies.put(v, maskOf(value));
        }
    }

    String mainSpecies() {
        return width == 4 ? "F" : "D";
    }

    /** A vector, or a mask of a bool; a uniform value is broadcast. */
    String print(Expr e) {
        if (!varies(e)) {
            return broadcast(e);
        }
        if (e.type().isBool()) {
            return truth(e);
        }
        if (e.type().byteSize() != width) {
            throw new NoVector("lanes of " + e.type() + " among lanes of " + width + " bytes");
        }
        if (e.equals(lane)) {
            return "IntVector.broadcast(I, " + lane.name() + ").addIndex(1)";
        }
        if (e instanceof Expr.Var v) {
            return v.name();
        }
        return e instanceof Expr.Load l ? load(l) : apply((Expr.Apply) e);
    }

    private String broadcast(Expr e) {
        String text = scalars.print(e);
        if (e.type().isBool()) {
            return mainSpecies() + ".maskAll(" + text + ")";
        }
        if (e.type().byteSize() != width) {
            throw new NoVector("lanes of " + e.type());
        }
        return vectorType(e.type()) + ".broadcast(" + species(e.type()) + ", " + text + ")";
    }

    /** An argument that may be one number. */
    private String argument(Expr e) {
        return varies(e) ? print(e) : scalars.print(e);
    }

    /** How far the position moves from lane to lane; NoVector if that is not a fixed number. */
    int stride(Expr index) {
        if (!varies(index)) {
            return 0;
        }
        if (index.equals(lane)) {
            return 1;
        }
        if (index instanceof Expr.Apply a && a.fn() == Fn.ADD) {
            return stride(a.args().get(0)) + stride(a.args().get(1));
        }
        if (index instanceof Expr.Apply a && a.fn() == Fn.SUBTRACT) {
            return stride(a.args().get(0)) - stride(a.args().get(1));
        }
        if (index instanceof Expr.Apply a && a.fn() == Fn.MULTIPLY && a.args().get(1).equals(new Expr.Size(Dim.of(1)))) {
            return stride(a.args().get(0));
        }
        throw new NoVector("index " + index);
    }

    private String load(Expr.Load l) {
        boolean half = isHalves(l.array());
        if (stride(l.index()) != 1 || !(half ? narrower : held(l.array()) == l.type())) {
            throw new NoVector("load of " + l.array().name());
        }
        String guard = l.guard() == null || !varies(l.guard()) ? null : print(l.guard());
        String own = half ? "H" : species(l.type());
        String active = mask == null ? null : half ? shortMask : as(mask, mainSpecies(), own);
        if (guard != null) {
            String elements = as(guard, maskOf(l.guard()), own);
            active = active == null ? elements : elements + ".and(" + active + ")";
            guard = as(guard, maskOf(l.guard()), species(l.type()));
        }
        String vector = (half ? "ShortVector" : vectorType(l.type())) + ".fromArray(" + own + ", " + l.array().name() + ", "
                + scalars.print(l.index()) + (active == null ? "" : ", " + active) + ")";
        vector = half ? floats(vector, l.array().dtype()) : vector;
        if (guard != null && !isZero(l.otherwise())) {
            return print(l.otherwise()) + ".blend(" + vector + ", " + guard + ")";
        }
        if (l.guard() != null && guard == null) {
            return "(" + scalars.print(l.guard()) + " ? " + vector + " : " + print(l.otherwise()) + ")";
        }
        return vector;
    }

    /** What an array holds in memory: scratch arrays have no halves. */
    private static DType held(Array array) {
        return array instanceof Array.Buffer ? array.dtype() : Body.register(array.dtype());
    }

    /** Whether an array has halves in memory. */
    static boolean isHalves(Array array) {
        return held(array) != Body.register(array.dtype());
    }

    private String floats(String shorts, DType half) {
        String upper = "((IntVector) " + shorts + ".convertShape(VectorOperators.S2I, I, 0)).lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats()";
        return half == DType.BFLOAT16 ? upper : function("float16", List.of(upper));
    }

    /** Vector of shorts, the halves nearest to a value. */
    private String halves(Expr value, DType half) {
        boolean exact = half == (value instanceof Expr.Var v ? rounded.get(v) : rounding(value));
        String upper = half == DType.FLOAT16 ? function(exact ? "bits_float16" : "to_float16", List.of(print(value)))
                : exact ? print(value) : function("round_bfloat16", List.of(print(value)));
        return "((ShortVector) " + upper + ".reinterpretAsInts().lanewise(VectorOperators.ASHR, 16).convertShape(VectorOperators.I2S, H, 0))";
    }

    /** The half type that an expression is rounded to, or null. */
    private static DType rounding(Expr e) {
        Fn fn = e instanceof Expr.Apply a ? a.fn() : null;
        return fn == Fn.ROUND_FLOAT16 ? DType.FLOAT16 : fn == Fn.ROUND_BFLOAT16 ? DType.BFLOAT16 : null;
    }

    private String function(String name, List<String> arguments) {
        String method = MathLibrary.of(DType.FLOAT32).methodName(name);
        calls.merge(method, 1, Integer::sum);
        return method + "(" + String.join(", ", arguments) + ")";
    }

    /** How many functions an expression has in the loop in place of its calls, not counting those of its operands. */
    static int functions(Expr e) {
        if (e instanceof Expr.Load l && isHalves(l.array())) {
            return l.array().dtype() == DType.FLOAT16 ? MathLibrary.of(DType.FLOAT32).expanded("float16") : 0;
        }
        if (!(e instanceof Expr.Apply a) || !a.type().isFloating() || METHODS.containsKey(a.fn()) || ONE.containsKey(a.fn())) {
            return 0;
        }
        MathLibrary library = MathLibrary.of(a.type());
        String name = a.fn().name().toLowerCase(Locale.ROOT);
        return library.has(name) ? library.expanded(name) : 0;
    }

    /** The same of a store. */
    static int functions(Array array, Expr value) {
        if (!isHalves(array)) {
            return 0;
        }
        MathLibrary library = MathLibrary.of(DType.FLOAT32);
        boolean exact = rounding(value) == array.dtype();
        return array.dtype() == DType.FLOAT16 ? library.expanded(exact ? "bits_float16" : "to_float16") : exact ? 0 : 1;
    }

    private static boolean isZero(Expr e) {
        return e instanceof Expr.Const c && Double.doubleToLongBits(c.value().doubleValue()) == 0;
    }

    private String apply(Expr.Apply a) {
        List<Expr> args = a.args();
        Expr x = args.get(0);
        if (ONE.containsKey(a.fn())) {
            return print(x) + "." + ONE.get(a.fn()) + "()";
        }
        if (METHODS.containsKey(a.fn())) {
            if (a.fn() == Fn.DIVIDE && !a.type().isFloating()) {
                throw new NoVector("integer division");
            }
            boolean swap = !varies(x) && a.fn() != Fn.SUBTRACT && a.fn() != Fn.WRAP_SUBTRACT && a.fn() != Fn.DIVIDE;
            return print(args.get(swap ? 1 : 0)) + "." + METHODS.get(a.fn()) + "(" + argument(args.get(swap ? 0 : 1)) + ")";
        }
        return switch (a.fn()) {
            case FMA -> fma(args);
            case SELECT -> select(args);
            case CAST -> cast(x, a.type());
            case BITS_FLOAT -> print(x) + ".reinterpretAsFloats()";
            case FLOAT_BITS -> print(x) + ".reinterpretAsInts()";
            case BIT_AND -> print(x) + ".lanewise(VectorOperators.AND, " + argument(args.get(1)) + ")";
            case BIT_OR -> print(x) + ".lanewise(VectorOperators.OR, " + argument(args.get(1)) + ")";
            default -> call(a);
        };
    }

    private String fma(List<Expr> args) {
        boolean swap = !varies(args.get(0));
        Expr x = args.get(swap ? 1 : 0);
        Expr y = args.get(swap ? 0 : 1);
        boolean scalars2 = !varies(y) && !varies(args.get(2));
        return print(x) + ".fma(" + (scalars2 ? argument(y) : print(y)) + ", "
                + (scalars2 ? argument(args.get(2)) : print(args.get(2))) + ")";
    }

    private String select(List<Expr> args) {
        if (!varies(args.get(0))) {
            return "(" + scalars.print(args.get(0)) + " ? " + print(args.get(1)) + " : " + print(args.get(2)) + ")";
        }
        return print(args.get(2)) + ".blend(" + argument(args.get(1)) + ", "
                + as(truth(args.get(0)), maskOf(args.get(0)), species(args.get(1).type())) + ")";
    }

    private static String as(String mask, String from, String to) {
        return from.equals(to) ? mask : mask + ".cast(" + to + ")";
    }

    private String cast(Expr x, DType to) {
        if (x.type().isBool()) {
            String zero = vectorType(to) + ".zero(" + species(to) + ")";
            return zero + ".blend(" + (to == DType.INT64 ? "1L" : to == DType.FLOAT32 ? "1.0f" : to == DType.FLOAT64 ? "1.0" : "1")
                    + ", " + as(truth(x), maskOf(x), species(to)) + ")";
        }
        if (x.type().byteSize() != to.byteSize() || x.type() == DType.INT64 || to == DType.INT64) {
            throw new NoVector("cast of " + x.type() + " to " + to);
        }
        String conversion = x.type() == DType.INT32 ? "I2F" : "F2I";
        return "((" + vectorType(to) + ") " + print(x) + ".convertShape(VectorOperators." + conversion + ", " + species(to)
                + ", 0))";
    }

    private String call(Expr.Apply a) {
        if (!a.type().isFloating()) {
            throw new NoVector(a.fn() + " of " + a.type());
        }
        MathLibrary library = MathLibrary.of(a.type());
        String name = a.fn().name().toLowerCase(Locale.ROOT);
        if (!library.has(name)) {
            throw new NoVector(name);
        }
        String method = library.methodName(name);
        calls.merge(method, 1, Integer::sum);
        return method + "(" + String.join(", ", a.args().stream().map(this::print).toList()) + ")";
    }

    /** The species letter of a mask. */
    private String maskOf(Expr e) {
        if (!varies(e)) {
            return mainSpecies();
        }
        if (e instanceof Expr.Var v) {
            return maskSpecies.get(v);
        }
        if (!(e instanceof Expr.Apply a)) {
            return "I"; // a load
        }
        return switch (a.fn()) {
            case EQUAL, LESS, LESS_EQUAL, ISNAN -> species(a.args().get(0).type());
            case CAST -> species(a.args().get(0).type());
            default -> maskOf(a.args().stream().filter(this::varies).findFirst().orElseThrow());
        };
    }

    private String truth(Expr e) {
        if (!varies(e)) {
            return broadcast(e);
        }
        if (e instanceof Expr.Var v) {
            return v.name();
        }
        if (e instanceof Expr.Load l) {
            return truths(l);
        }
        Expr.Apply a = (Expr.Apply) e;
        return switch (a.fn()) {
            case LOGICAL_NOT -> truth(a.args().get(0)) + ".not()";
            case ISNAN -> print(a.args().get(0)) + ".test(VectorOperators.IS_NAN)";
            case EQUAL -> compare(a, "EQ", "EQ");
            case LESS -> compare(a, "LT", "GT");
            case LESS_EQUAL -> compare(a, "LE", "GE");
            case LOGICAL_AND -> both(a, ".and(", ")");
            case LOGICAL_OR -> both(a, ".or(", ")");
            case LOGICAL_XOR -> both(a, ".eq(", ").not()");
            case CAST -> print(a.args().get(0)) + ".compare(VectorOperators.NE, "
                    + scalars.print(Pull.zero(a.args().get(0).type())) + ")";
            default -> throw new NoVector(a.fn() + " of bools");
        };
    }

    /** Whether an array has truth values that can be a vector; scratch memory has Java's. */
    private boolean isBytes(Array array) {
        return narrower && array instanceof Array.Buffer;
    }

    private String truths(Expr.Load l) {
        if (!isBytes(l.array()) || stride(l.index()) != 1 || l.guard() != null) {
            throw new NoVector("load of " + l.array().name());
        }
        return "((IntVector) ByteVector.fromArray(B, " + l.array().name() + ", " + scalars.print(l.index())
                + (mask == null ? "" : ", " + byteMask) + ").convertShape(VectorOperators.B2I, I, 0)).compare(VectorOperators.NE, 0)";
    }

    private String both(Expr.Apply a, String before, String after) {
        String species = maskOf(a);
        Expr x = a.args().get(0);
        Expr y = a.args().get(1);
        return masked(x, species) + before + masked(y, species) + after;
    }

    private String masked(Expr e, String species) {
        return varies(e) ? as(truth(e), maskOf(e), species) : species + ".maskAll(" + scalars.print(e) + ")";
    }

    private String compare(Expr.Apply a, String operator, String swapped) {
        Expr x = a.args().get(0);
        Expr y = a.args().get(1);
        if (x.type().isBool()) {
            throw new NoVector("comparison of bools");
        }
        boolean swap = !varies(x);
        return print(swap ? y : x) + ".compare(VectorOperators." + (swap ? swapped : operator) + ", "
                + argument(swap ? x : y) + ")";
    }

    /** A load of which nobody takes the result. */
    String touch(Array array, Expr.Var at) {
        DType held = held(array);
        boolean half = isHalves(array);
        String vector = half ? "ShortVector" : held.isBool() ? "ByteVector" : vectorType(held);
        return vector + ".fromArray(" + (half ? "H" : held.isBool() ? "B" : species(held)) + ", " + array.name() + ", " + at.name() + ");";
    }

    /** A store of neighbouring lanes. */
    String store(Array array, Expr index, Expr value) {
        boolean half = isHalves(array);
        if (stride(index) != 1 || !(half ? narrower : held(array) == value.type()) || value.type().isBool() && !isBytes(array)) {
            throw new NoVector("store to " + array.name());
        }
        if (value.type().isBool()) {
            return "((ByteVector) IntVector.zero(I).blend(1, " + as(print(value), maskOf(value), "I")
                    + ").convertShape(VectorOperators.I2B, B, 0)).intoArray(" + array.name() + ", " + scalars.print(index)
                    + (mask == null ? "" : ", " + byteMask) + ");";
        }
        if (half) {
            return halves(value, array.dtype()) + ".intoArray(" + array.name() + ", " + scalars.print(index)
                    + (mask == null ? "" : ", " + shortMask) + ");";
        }
        String own = species(value.type());
        String active = mask == null ? "" : ", " + as(mask, mainSpecies(), own);
        return print(value) + ".intoArray(" + array.name() + ", " + scalars.print(index) + active + ");";
    }
}
