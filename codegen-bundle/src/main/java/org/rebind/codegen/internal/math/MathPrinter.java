package org.rebind.codegen.internal.math;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rebind.codegen.internal.math.Expr.Literal;
import org.rebind.codegen.internal.math.Expr.Type;

/** Printer of a function: as a Java method, scalar or on vectors, or in OpenCL C; they differ in how expressions look. */
abstract class MathPrinter {
    /** {@code f} for float32, {@code d} for float64: suffix of literals and of method names. */
    final char suffix;

    MathPrinter(char suffix) {
        this.suffix = suffix;
    }

    final boolean single() {
        return suffix == 'f';
    }

    abstract String typeName(Type type);

    abstract String print(Expr e);

    final String method(MathFunction f) {
        StringBuilder s = new StringBuilder();
        String floating = typeName(Type.FLOATING);
        s.append("    ").append(qualifier()).append(floating).append(' ').append(f.name()).append('_').append(suffix).append('(')
                .append(String.join(", ", f.parameters().stream().map(p -> floating + " " + p).toList()))
                .append(") {\n");
        Map<String, Type> declared = new LinkedHashMap<>();
        for (MathFunction.Statement st : f.statements()) {
            boolean first = declared.put(st.name(), st.value().type()) == null && !f.parameters().contains(st.name());
            s.append("        ").append(first ? typeName(st.value().type()) + " " : "").append(st.name()).append(" = ")
                    .append(print(st.value())).append(";\n");
        }
        return s.append("        return ").append(print(f.result())).append(";\n    }\n").toString();
    }

    /** What stands before a function's type. */
    String qualifier() {
        return "static ";
    }

    String literal(Literal l) {
        String box = single() ? "Float." : "Double.";
        return switch (l.text()) {
            case "INF" -> box + "POSITIVE_INFINITY";
            case "-INF" -> box + "NEGATIVE_INFINITY";
            case "NAN" -> box + "NaN";
            default -> l.type() == Type.INTEGER ? integer(l.text()) : l.text().replace("e+", "e") + suffix;
        };
    }

    final String integer(String text) {
        return single() ? text : text + "L";
    }

    final String call(String function, List<Expr> operands) {
        return function + "_" + suffix + "(" + String.join(", ", operands.stream().map(this::print).toList()) + ")";
    }
}
