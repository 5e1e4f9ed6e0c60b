package org.rebind.codegen.internal.math;

import org.rebind.codegen.internal.math.Expr.Apply;
import org.rebind.codegen.internal.math.Expr.Call;
import org.rebind.codegen.internal.math.Expr.Literal;
import org.rebind.codegen.internal.math.Expr.Slow;
import org.rebind.codegen.internal.math.Expr.Type;
import org.rebind.codegen.internal.math.Expr.Usually;
import org.rebind.codegen.internal.math.Expr.Variable;

/** Functions as plain Java on {@code float} or {@code double}. */
class ScalarPrinter extends MathPrinter {
    ScalarPrinter(char suffix) {
        super(suffix);
    }

    @Override
    String typeName(Type type) {
        return switch (type) {
            case FLOATING -> single() ? "float" : "double";
            case INTEGER -> single() ? "int" : "long";
            case TRUTH -> "boolean";
        };
    }

    @Override
    String print(Expr e) {
        if (e instanceof Literal l) {
            return literal(l);
        } else if (e instanceof Variable v) {
            return v.name();
        } else if (e instanceof Call c) {
            return call(c.function(), c.operands());
        } else if (e instanceof Slow s) {
            return nested(s.condition()) + " ? " + call(s.function(), s.operands()) + " : " + nested(s.usual());
        } else if (e instanceof Usually u) {
            return nested(u.condition()) + " ? " + nested(u.usual()) + " : " + nested(u.general());
        }
        Apply a = (Apply) e;
        return switch (a.name()) {
            case "select" -> nested(a.operand(0)) + " ? " + nested(a.operand(1)) + " : " + nested(a.operand(2));
            case "neg" -> "-" + nested(a.operand(0));
            case "!" -> "!" + nested(a.operand(0));
            default -> Character.isLetter(a.name().charAt(0)) ? builtIn(a) : operator(a);
        };
    }

    String builtIn(Apply a) {
        return switch (a.name()) {
            case "copysign" -> function("Math.copySign", a);
            case "sqrt" -> single() ? "(float) Math.sqrt((double) " + nested(a.operand(0)) + ")" : function("Math.sqrt", a);
            case "bits" -> function(single() ? "Float.floatToRawIntBits" : "Double.doubleToRawLongBits", a);
            case "fromBits" -> function(single() ? "Float.intBitsToFloat" : "Double.longBitsToDouble", a);
            default -> function("Math." + a.name(), a);
        };
    }

    String operator(Apply a) {
        return nested(a.operand(0)) + " " + a.name() + " " + nested(a.operand(1));
    }

    final String function(String name, Apply a) {
        return name + "(" + String.join(", ", a.operands().stream().map(this::print).toList()) + ")";
    }

    final String nested(Expr e) {
        boolean bare = e instanceof Literal || e instanceof Variable || e instanceof Call
                || e instanceof Apply a && Character.isLetter(a.name().charAt(0)) && !a.name().equals("select")
                && !a.name().equals("neg") && !(a.name().equals("sqrt") && single());
        return bare ? print(e) : "(" + print(e) + ")";
    }
}
