package org.rebind.codegen.internal.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.rebind.codegen.internal.math.Expr.Apply;
import org.rebind.codegen.internal.math.Expr.Call;
import org.rebind.codegen.internal.math.Expr.Literal;
import org.rebind.codegen.internal.math.Expr.Slow;
import org.rebind.codegen.internal.math.Expr.Type;
import org.rebind.codegen.internal.math.Expr.Usually;
import org.rebind.codegen.internal.math.Expr.Variable;

/** Parser of one expression of the library, by precedence climbing. */
final class ExprParser {
    private static final Pattern TOKEN = Pattern.compile(
            "\\s*(0x[0-9a-f]+|[0-9]+\\.[0-9]*(?:e[-+]?[0-9]+)?|[0-9]+|[A-Za-z_][A-Za-z_0-9]*|<<|>>|<=|>=|==|!=|[-+*/<>&|^!?:(),])");
    /** Operators from the loosest to the tightest. */
    private static final List<Set<String>> LEVELS = List.of(Set.of("|"), Set.of("^"), Set.of("&"),
            Set.of("==", "!=", "<", "<=", ">", ">="), Set.of("<<", ">>"), Set.of("+", "-"), Set.of("*", "/"));
    private static final Set<String> COMPARISONS = LEVELS.get(3);
    private static final Set<String> BUILT_IN = Set.of("fma", "abs", "sqrt", "max", "copysign", "bits", "fromBits");

    private final List<String> tokens = new ArrayList<>();
    private final Map<String, List<String>> constants;
    private final Map<String, Type> variables;
    private int next;

    ExprParser(String text, Map<String, List<String>> constants, Map<String, Type> variables) {
        this.constants = constants;
        this.variables = variables;
        Matcher m = TOKEN.matcher(text);
        int end = 0;
        while (m.find(end) && m.start() == end) {
            tokens.add(m.group(1));
            end = m.end();
        }
        if (end != text.stripTrailing().length()) {
            throw new IllegalArgumentException("cannot read '" + text.substring(end) + "' of '" + text + "'");
        }
        tokens.add("");
    }

    Expr parse() {
        Expr e = conditional();
        expect("");
        return e;
    }

    private Expr conditional() {
        Expr c = binary(0);
        if (!accept("?")) {
            return c;
        }
        Expr a = conditional();
        expect(":");
        return new Apply("select", List.of(c, a, conditional()), a.type());
    }

    private Expr binary(int level) {
        if (level == LEVELS.size()) {
            return unary();
        }
        Expr left = binary(level + 1);
        while (LEVELS.get(level).contains(tokens.get(next))) {
            String op = tokens.get(next++);
            Expr right = binary(level + 1);
            left = new Apply(op, List.of(left, right), COMPARISONS.contains(op) ? Type.TRUTH : left.type());
        }
        return left;
    }

    private Expr unary() {
        if (accept("-")) {
            Expr e = unary();
            return e instanceof Literal l ? l.negated() : new Apply("neg", List.of(e), e.type());
        }
        if (accept("!")) {
            return new Apply("!", List.of(unary()), Type.TRUTH);
        }
        if (accept("(")) {
            Expr e = conditional();
            expect(")");
            return e;
        }
        String token = tokens.get(next++);
        return tokens.get(next).equals("(") ? call(token) : atom(token);
    }

    private Expr atom(String token) {
        if (Character.isDigit(token.charAt(0))) {
            return number(token);
        }
        if (token.equals("INF") || token.equals("NAN")) {
            return new Literal(token, Type.FLOATING);
        }
        if (variables.containsKey(token)) {
            return new Variable(token, variables.get(token));
        }
        if (!constants.containsKey(token)) {
            throw new IllegalArgumentException("unknown name " + token);
        }
        return number(constants.get(token).get(0));
    }

    private static Expr number(String text) {
        boolean whole = text.startsWith("0x") || text.matches("-?[0-9]+");
        return new Literal(text, whole ? Type.INTEGER : Type.FLOATING);
    }

    private Expr call(String name) {
        expect("(");
        if (name.equals("poly")) {
            return polynomial();
        }
        List<Expr> operands = new ArrayList<>();
        if (name.equals("slow")) {
            operands.add(conditional());
            expect(",");
            operands.add(conditional());
            expect(",");
            Call c = (Call) unary();
            expect(")");
            return new Slow(operands.get(0), operands.get(1), c.function(), c.operands());
        }
        do {
            operands.add(conditional());
        } while (accept(","));
        expect(")");
        if (name.equals("usually")) {
            return new Usually(operands.get(0), operands.get(1), operands.get(2));
        }
        if (name.equals("narrow")) {
            return operands.get(constants.get("MANTISSA").get(0).equals("23") ? 0 : 1);
        }
        if (!BUILT_IN.contains(name)) {
            return new Call(name, List.copyOf(operands));
        }
        return new Apply(name, List.copyOf(operands), name.equals("bits") ? Type.INTEGER : Type.FLOATING);
    }

    private Expr polynomial() {
        List<String> coefficients = constants.get(tokens.get(next++));
        expect(",");
        Expr x = conditional();
        if (accept(")")) {
            return horner(coefficients, 0, 1, x);
        }
        expect(",");
        Expr square = conditional();
        expect(")");
        int last = coefficients.size() - 1;
        return new Apply("fma", List.of(horner(coefficients, (last + 1) % 2, 2, square), x,
                horner(coefficients, last % 2, 2, square)), Type.FLOATING);
    }

    /** The polynomial of every step-th coefficient from the first one, of the highest degree, on. */
    private Expr horner(List<String> coefficients, int first, int step, Expr x) {
        Expr p = number(coefficients.get(first));
        for (int i = first + step; i < coefficients.size(); i += step) {
            p = new Apply("fma", List.of(p, x, number(coefficients.get(i))), Type.FLOATING);
        }
        return p;
    }

    private boolean accept(String token) {
        boolean yes = tokens.get(next).equals(token);
        next += yes ? 1 : 0;
        return yes;
    }

    private void expect(String token) {
        if (!accept(token)) {
            throw new IllegalArgumentException("expected '" + token + "', got '" + tokens.get(next) + "' in "
                    + String.join(" ", tokens));
        }
    }
}
