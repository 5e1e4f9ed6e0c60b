package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.rebind.DType;
import org.rebind.codegen.Dialect;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Stmt;
import org.rebind.codegen.ir.Stmt.Accumulator;
import org.rebind.codegen.ir.Stmt.Kind;

/**
 * The loops over one row of a kernel as methods, and what whole vectors leave of a loop. C2 gives out registers for a method's loops
 * together and keeps the constants of an elementary function in them through all: softmax took 1.4 times as long with its three loops in
 * one method. C1 has registers for so many loads (decision 0020).
 */
final class PhaseMethods {
    /** A method of Java takes 255, of which long and double are two. */
    private static final int MOST_PARAMETERS = 127;

    private final Dialect dialect;
    private final Kernel kernel;
    private final Names names;
    private final StringBuilder text = new StringBuilder();
    private int count;

    PhaseMethods(Dialect dialect, Kernel kernel, Names names) {
        this.dialect = dialect;
        this.kernel = kernel;
        this.names = names;
    }

    /** Whether the loops over lanes in a loop's body are better off apart: there are several, and one calls a function. */
    static boolean pay(Stmt.Loop l) {
        boolean[] costly = {false};
        Trees.visit(l.body(), e -> costly[0] |= e instanceof Expr.Apply a && a.fn().isCostly());
        return costly[0] && l.kind() == Kind.SERIAL && l.body().stream().filter(PhaseMethods::overLanes).count() > 1;
    }

    private static boolean overLanes(Stmt s) {
        return s instanceof Stmt.Loop l && l.kind() == Kind.LANES || s instanceof Stmt.Fold f && f.kind() == Kind.LANES;
    }

    int length() {
        return text.length();
    }

    /** Takes back what was added since it had this length. */
    void cut(int length) {
        text.setLength(length);
    }

    /** The methods so far, each after an empty line. */
    String text() {
        return text.toString();
    }

    /**
     * Adds a loop, or a part of it, as a method.
     *
     * @param kind what the kernel's name is followed by, with a number
     * @param more names with their types that the printed loop may use besides those that the loop uses
     * @param results what the loop folds into, see {@link #canReturn}
     * @param body the loop, printed
     * @return the statements in its place
     */
    List<String> add(String kind, Stmt loop, Map<String, String> more, List<Accumulator> results, String body,
            Set<Array.Scratch> scratch) {
        if (results.size() > 1) {
            String high = "(long) " + bits(results.get(0));
            return unpack(names.fresh("both"), results, method(kind, loop, more, "long", pack(high, results.get(1)), body, scratch), "");
        }
        if (results.isEmpty()) {
            return List.of(method(kind, loop, more, "void", "", body, scratch) + ";");
        }
        Expr.Var r = results.get(0).variable();
        String type = dialect.types().get(r.type());
        return List.of(type + " " + r.name() + " = " + method(kind, loop, more, type, r.name(), body, scratch) + ";");
    }

    /**
     * Adds a loop in two forms, of which a variable says which one runs. It folds into a sum; into one of what is not negative, if
     * its sign tells what that variable is next.
     *
     * @param results the sum, and another float32 if there is a next value
     * @param next the variable's next value, in terms of what the loop declares; null if it stays
     */
    List<String> addEither(String variable, Stmt.Fold usual, String usualBody, Stmt.Fold general, String generalBody,
            List<Accumulator> results, String next, Set<Array.Scratch> scratch) {
        if (next == null) {
            Expr.Var sum = results.get(0).variable();
            return List.of("float " + sum.name() + " = " + variable + " ? "
                    + method("_phase", usual, Map.of(), "float", sum.name(), usualBody, scratch) + " : "
                    + method("_phase", general, Map.of(), "float", sum.name(), generalBody, scratch) + ";");
        }
        String last = pack("(long) (" + bits(results.get(0)) + " & 0x7fffffff | (" + next + " ? 0 : 0x80000000))", results.get(1));
        String one = method("_phase", usual, Map.of(), "long", last, usualBody, scratch);
        String other = method("_phase", general, Map.of(), "long", last, generalBody, scratch);
        String both = names.fresh("both");
        List<String> all = new ArrayList<>(unpack(both, results, variable + " ? " + one + " : " + other, " & 0x7fffffff"));
        all.add(variable + " = " + both + " >= 0;");
        return all;
    }

    /**
     * Adds a loop of exponentials in two forms, and one that tells which is right, for rows that are taken for what the two before
     * were: a variable says which form runs, or that the row has to be looked at first. Each tells whether it was right, and what
     * the next row is taken for, beside the sum, which is not negative. What is subtracted is kept in a variable from row to row.
     *
     * @param before declared as whether the last row looked at was near, 0 if so
     * @param first finds what is to be subtracted
     */
    List<String> addGuessed(LookAhead form, String before, String near, String far, String first, Set<Array.Scratch> scratch) {
        Accumulator sum = form.both().accumulators().get(0);
        Accumulator shift = form.before().accumulators().get(0);
        String kind = form.isNear();
        String most = shift.variable().name();
        String one = method("_phase", form.near(), Map.of(), "long", verdict(sum, form.isNear(form.near()), "0"), near, scratch);
        String other = method("_phase", form.far(), Map.of(), "long",
                verdict(sum, form.isRight(most), "(" + form.isNear(form.far()) + " ? 0 : " + LookAhead.SHIFTED + ")"), far, scratch);
        String look = method("_phase", form.before(), Map.of(), "long",
                pack("(long) (" + form.isNear(form.before()) + " ? 0 : " + LookAhead.SHIFTED + ")", shift), first, scratch);
        String both = names.fresh("both");
        String found = names.fresh("found");
        String now = names.fresh("now");
        String largest = names.fresh("shift");
        return List.of("long " + both + " = " + kind + " == 0 ? " + one + " : " + kind + " == " + LookAhead.SHIFTED + " ? " + other + " : -1;",
                "if (" + both + " >= 0) {",
                "    " + kind + " = (int) " + both + ";",
                "} else {",
                "    long " + found + " = " + look + ";",
                "    int " + now + " = (int) (" + found + " >> 32);",
                "    float " + largest + " = Float.intBitsToFloat((int) " + found + ");",
                "    " + kind + " = " + now + " == " + before + " && (" + now + " == 0 || " + largest + " == " + most + ") ? " + now + " : "
                        + LookAhead.UNKNOWN + ";",
                "    " + before + " = " + now + ";",
                "    " + most + " = " + largest + ";",
                "    " + both + " = " + now + " == 0 ? " + one + " : " + other + ";",
                "}",
                "float " + sum.variable().name() + " = Float.intBitsToFloat((int) (" + both + " >> 32) & 0x7fffffff);");
    }

    private static String verdict(Accumulator sum, String isRight, String kind) {
        return "(long) (" + bits(sum) + " & 0x7fffffff | ((" + isRight + ") ? 0 : 0x80000000)) << 32 | " + kind;
    }

    /**
     * Adds a loop that folds into a float32 and declares a variable.
     *
     * @param isSo the variable's value, in terms of what the loop declares
     */
    List<String> addSized(String variable, Stmt.Fold loop, String body, String isSo, Set<Array.Scratch> scratch) {
        Accumulator result = loop.accumulators().get(0);
        String both = names.fresh("both");
        return List.of("long " + both + " = " + method("_phase", loop, Map.of(), "long",
                pack("(long) (" + isSo + " ? 0 : 0x80000000)", result), body, scratch) + ";",
                "float " + result.variable().name() + " = Float.intBitsToFloat((int) " + both + ");",
                "boolean " + variable + " = " + both + " >= 0;");
    }

    private static String bits(Accumulator a) {
        return "Float.floatToRawIntBits(" + a.variable().name() + ")";
    }

    private static String pack(String high, Accumulator low) {
        return high + " << 32 | " + bits(low) + " & 0xffffffffL";
    }

    private static List<String> unpack(String both, List<Accumulator> two, String value, String mask) {
        return List.of("long " + both + " = " + value + ";",
                "float " + two.get(0).variable().name() + " = Float.intBitsToFloat((int) (" + both + " >> 32)" + mask + ");",
                "float " + two.get(1).variable().name() + " = Float.intBitsToFloat((int) " + both + ");");
    }

    /** Whether a method can return these: nothing, one number, or two that fit one. */
    static boolean canReturn(List<Accumulator> results) {
        return results.size() < 2 || results.size() == 2
                && results.stream().allMatch(a -> a.variable().type() == DType.FLOAT32 && a.value().type() == DType.FLOAT32);
    }

    /** Adds a method. @return its call */
    private String method(String kind, Stmt loop, Map<String, String> more, String type, String result, String body,
            Set<Array.Scratch> scratch) {
        Map<String, String> used = new LinkedHashMap<>();
        Map<String, String> known = outer(loop, scratch);
        known.putAll(more);
        known.forEach((name, t) -> {
            if (Pattern.compile("(?<![.\\w])" + Pattern.quote(name) + "\\b").matcher(body).find()) {
                used.put(name, t);
            }
        });
        if (used.size() > MOST_PARAMETERS) {
            throw new VectorExpr.NoVector(used.size() + " parameters of a method");
        }
        String name = kernel.name() + kind + ++count;
        List<String> parameters = new ArrayList<>();
        used.forEach((n, t) -> parameters.add(t + " " + n));
        text.append("\nstatic ").append(type).append(' ').append(name).append('(').append(String.join(", ", parameters))
                .append(") {\n").append(body).append(result.isEmpty() ? "" : "    return " + result + ";\n").append("}\n");
        return name + "(" + String.join(", ", used.keySet()) + ")";
    }

    /** Everything a loop may use that is declared outside of it, with its type. */
    private Map<String, String> outer(Stmt loop, Set<Array.Scratch> scratch) {
        Map<String, String> names = new LinkedHashMap<>();
        kernel.buffers().forEach(b -> names.put(b.name(), dialect.memory().get(b.dtype()) + "[]"));
        scratch.forEach(a -> names.put(a.name(), dialect.types().get(a.dtype()) + "[]"));
        kernel.sizes().forEach(s -> names.put(s.name(), dialect.types().get(DType.INT32)));
        Set<Expr.Var> own = new HashSet<>();
        declared(List.of(loop), own);
        Trees.visit(List.of(loop), e -> {
            if (e instanceof Expr.Var v && !own.contains(v)) {
                names.put(v.name(), dialect.types().get(v.type()));
            }
        });
        return names;
    }

    private static void declared(List<Stmt> body, Set<Expr.Var> own) {
        for (Stmt s : body) {
            if (s instanceof Stmt.Let l) {
                own.add(l.variable());
            } else if (s instanceof Stmt.Loop l) {
                own.add(l.variable());
            } else if (s instanceof Stmt.Fold f) {
                own.add(f.variable());
                f.accumulators().forEach(a -> own.add(a.variable()));
            }
            declared(Trees.inside(s), own);
        }
    }
}
