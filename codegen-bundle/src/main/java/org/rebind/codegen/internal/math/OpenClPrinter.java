package org.rebind.codegen.internal.math;

import org.rebind.codegen.internal.math.Expr.Apply;
import org.rebind.codegen.internal.math.Expr.Literal;
import org.rebind.codegen.internal.math.Expr.Slow;
import org.rebind.codegen.internal.math.Expr.Type;
import org.rebind.codegen.internal.math.Expr.Usually;

/** Functions in OpenCL C. Integers wrap, as in Java, so they are computed as unsigned ones. */
final class OpenClPrinter extends ScalarPrinter {
    OpenClPrinter(char suffix) {
        super(suffix);
    }

    @Override
    String qualifier() {
        return "";
    }

    @Override
    String typeName(Type type) {
        return type == Type.TRUTH ? "bool" : super.typeName(type);
    }

    @Override
    String print(Expr e) {
        if (e instanceof Slow s) {
            throw new IllegalArgumentException(s.function() + " exists in Java only");
        }
        if (e instanceof Usually u) {
            return print(u.general()); // compilers would compute both for the lanes of a vector
        }
        return super.print(e);
    }

    @Override
    String literal(Literal l) {
        String widen = single() ? "" : "(double) ";
        return switch (l.text()) {
            case "INF" -> widen + "INFINITY";
            case "-INF" -> "-" + widen + "INFINITY";
            case "NAN" -> widen + "NAN";
            default -> l.type() == Type.INTEGER ? integer(l.text()) : l.text().replace("e+", "e") + (single() ? "f" : "");
        };
    }

    @Override
    String builtIn(Apply a) {
        return switch (a.name()) {
            case "abs" -> function("fabs", a);
            case "bits" -> function(single() ? "as_int" : "as_long", a);
            case "fromBits" -> function(single() ? "as_float" : "as_double", a);
            default -> function(a.name(), a);
        };
    }

    @Override
    String operator(Apply a) {
        if (a.type() != Type.INTEGER || a.name().equals(">>") || a.name().equals("&") || a.name().equals("^")) {
            return super.operator(a);
        }
        String name = single() ? "int" : "long";
        String right = a.name().equals("<<") ? nested(a.operand(1)) : unsigned(a.operand(1));
        return "as_" + name + "(" + unsigned(a.operand(0)) + " " + a.name() + " " + right + ")";
    }

    private String unsigned(Expr e) {
        return "as_u" + (single() ? "int(" : "long(") + print(e) + ")";
    }
}
