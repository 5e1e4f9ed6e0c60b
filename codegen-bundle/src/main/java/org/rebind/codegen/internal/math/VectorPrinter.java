package org.rebind.codegen.internal.math;

import java.util.Map;
import org.rebind.codegen.internal.math.Expr.Apply;
import org.rebind.codegen.internal.math.Expr.Call;
import org.rebind.codegen.internal.math.Expr.Literal;
import org.rebind.codegen.internal.math.Expr.Slow;
import org.rebind.codegen.internal.math.Expr.Type;
import org.rebind.codegen.internal.math.Expr.Usually;
import org.rebind.codegen.internal.math.Expr.Variable;

/**
 * Functions on vectors of jdk.incubator.vector: {@code FloatVector} of species {@code F}, {@code DoubleVector} of species
 * {@code D}. Raw types and casts, as Janino needs them.
 */
final class VectorPrinter extends MathPrinter {
    private static final Map<String, String> COMPARISONS = Map.of("<", "LT", "<=", "LE", ">", "GT", ">=", "GE", "==", "EQ",
            "!=", "NE");
    private static final Map<String, String> METHODS = Map.of("+", "add", "-", "sub", "*", "mul", "/", "div", "|", "or",
            "max", "max");

    VectorPrinter(char suffix) {
        super(suffix);
    }

    @Override
    String typeName(Type type) {
        return switch (type) {
            case FLOATING -> single() ? "FloatVector" : "DoubleVector";
            case INTEGER -> single() ? "IntVector" : "LongVector";
            case TRUTH -> "VectorMask";
        };
    }

    @Override
    String print(Expr e) {
        if (e instanceof Literal l) {
            return vector(l);
        } else if (e instanceof Variable v) {
            return v.name();
        } else if (e instanceof Call c) {
            return call(c.function(), c.operands());
        } else if (e instanceof Slow s) {
            return "patch" + s.operands().size() + "_" + s.function() + "_" + suffix + "(" + print(s.condition()) + ", "
                    + print(s.usual()) + ", " + String.join(", ", s.operands().stream().map(this::print).toList()) + ")";
        } else if (e instanceof Usually u) {
            return print(u.condition()) + ".allTrue() ? " + print(u.usual()) + " : " + print(u.general());
        }
        return apply((Apply) e);
    }

    private String apply(Apply a) {
        Expr x = a.operand(0);
        String bits = single() ? "Ints" : "Longs";
        return switch (a.name()) {
            case "neg" -> print(x) + ".neg()";
            case "!" -> print(x) + ".not()";
            case "abs", "sqrt" -> print(x) + "." + a.name() + "()";
            case "fma" -> print(x) + ".fma(" + print(a.operand(1)) + ", " + print(a.operand(2)) + ")";
            case "select" -> print(a.operand(2)) + ".blend(" + argument(a.operand(1)) + ", " + print(x) + ")";
            case "bits" -> print(x) + ".reinterpretAs" + bits + "()";
            case "fromBits" -> print(x) + ".reinterpretAs" + (single() ? "Floats" : "Doubles") + "()";
            case "copysign" -> copySign(x, a.operand(1), bits);
            default -> binary(a);
        };
    }

    private String binary(Apply a) {
        String x = print(a.operand(0));
        if (COMPARISONS.containsKey(a.name())) {
            return x + ".compare(VectorOperators." + COMPARISONS.get(a.name()) + ", " + argument(a.operand(1)) + ")";
        }
        if (a.type() == Type.INTEGER && !a.name().equals("+") && !a.name().equals("-")) {
            String op = Map.of("&", "AND", "^", "XOR", "<<", "LSHL", ">>", "ASHR", "*", "MUL").get(a.name());
            return x + ".lanewise(VectorOperators." + op + ", " + argument(a.operand(1)) + ")";
        }
        if (a.name().equals("&")) {
            return x + ".and(" + print(a.operand(1)) + ")";
        }
        boolean swap = a.operand(0) instanceof Literal && (a.name().equals("*") || a.name().equals("+"));
        Expr left = a.operand(swap ? 1 : 0);
        return print(left) + "." + METHODS.get(a.name()) + "(" + argument(a.operand(swap ? 0 : 1)) + ")";
    }

    private String copySign(Expr magnitude, Expr sign, String bits) {
        String min = single() ? "0x80000000" : "0x8000000000000000L";
        String max = single() ? "0x7fffffff" : "0x7fffffffffffffffL";
        return print(magnitude) + ".reinterpretAs" + bits + "().lanewise(VectorOperators.AND, " + max
                + ").lanewise(VectorOperators.OR, " + print(sign) + ".reinterpretAs" + bits
                + "().lanewise(VectorOperators.AND, " + min + ")).reinterpretAs" + (single() ? "Floats" : "Doubles") + "()";
    }

    /** An argument that may also be a number. */
    private String argument(Expr e) {
        return e instanceof Literal l ? literal(l) : print(e);
    }

    private String vector(Literal l) {
        return typeName(l.type()) + ".broadcast(" + (single() ? "F" : "D") + ", " + literal(l) + ")";
    }

    /** The method that looks whether any lane needs the scalar function; small, so that it is inlined. */
    String patch(Slow s) {
        boolean two = s.operands().size() == 2;
        return "    static " + typeName(Type.FLOATING) + " patch" + s.operands().size() + "_" + s.function() + "_" + suffix
                + parameters(two) + " {\n        return where.anyTrue() ? lanes_" + s.function() + "_" + suffix
                + "(where, usual, x" + (two ? ", y" : "") + ") : usual;\n    }\n";
    }

    /** The method that replaces some lanes by a scalar function's values. */
    String lanes(Slow s) {
        String scalar = single() ? "float" : "double";
        String floating = typeName(Type.FLOATING);
        boolean two = s.operands().size() == 2;
        return "    static " + floating + " lanes_" + s.function() + "_" + suffix + parameters(two) + " {\n        " + scalar
                + "[] r = usual.toArray();\n        " + scalar + "[] a = x.toArray();\n"
                + (two ? "        " + scalar + "[] b = y.toArray();\n" : "")
                + "        for (int l = 0; l < r.length; l++) {\n            if (where.laneIsSet(l)) {\n"
                + "                r[l] = " + s.function() + "_" + suffix + "(a[l]" + (two ? ", b[l]" : "") + ");\n"
                + "            }\n        }\n        return " + floating + ".fromArray(" + (single() ? "F" : "D")
                + ", r, 0);\n    }\n";
    }

    private String parameters(boolean two) {
        String floating = typeName(Type.FLOATING);
        return "(VectorMask where, " + floating + " usual, " + floating + " x" + (two ? ", " + floating + " y" : "") + ")";
    }
}
