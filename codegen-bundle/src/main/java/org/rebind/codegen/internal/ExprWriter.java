package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.codegen.CodegenException;
import org.rebind.codegen.Dialect;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.ir.Array;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;

/** Prints expressions in a dialect, with no more parentheses than needed. */
final class ExprWriter {
    private final Dialect dialect;
    private final Map<Dim, String> sizes = new HashMap<>();
    private final Map<String, Template> templates = new HashMap<>();

    ExprWriter(Dialect dialect, Kernel kernel) {
        this.dialect = dialect;
        kernel.sizes().forEach(s -> sizes.put(s.dim(), s.name()));
    }

    String print(Expr e) {
        return print(e, Template.LOWEST);
    }

    /** @param need how tightly the text has to bind */
    private String print(Expr e, int need) {
        if (e instanceof Expr.Var v) {
            return v.name();
        }
        if (e instanceof Expr.Size s) {
            return s.dim().isFixed() ? constant(s.dim().value(), DType.INT32, need) : size(s.dim());
        }
        if (e instanceof Expr.Const c) {
            return constant(c.value(), c.type(), need);
        }
        if (e instanceof Expr.Load l) {
            return load(l, need);
        }
        Expr.Apply a = (Expr.Apply) e;
        if (a.fn() == Fn.SELECT && a.args().get(1) instanceof Expr.Load l && a.args().get(0).equals(l.guard())) {
            Expr plain = new Expr.Load(l.array(), l.index(), l.type()); // the choice itself guards it
            a = new Expr.Apply(Fn.SELECT, List.of(a.args().get(0), plain, a.args().get(2)), a.type());
        }
        return fill(template(a), a.args(), need);
    }

    private String size(Dim d) {
        String name = sizes.get(d);
        if (name == null) {
            throw new IllegalStateException("size " + d + " is no parameter of the kernel");
        }
        return name;
    }

    private Template template(Expr.Apply a) {
        DType first = a.args().get(0).type();
        String text = a.fn() == Fn.CAST ? dialect.functions().get("CAST." + first + "." + a.type())
                : dialect.function(a.fn(), a.fn() == Fn.SELECT ? a.type() : first);
        if (text == null) {
            throw new CodegenException("dialect " + dialect.name() + " has no " + a.fn() + " of " + first
                    + (a.fn() == Fn.CAST ? " to " + a.type() : "") + "; give it one with Dialect.with");
        }
        return templates.computeIfAbsent(text, Template::new);
    }

    private String fill(Template t, List<Expr> args, int need) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < t.operands().size(); i++) {
            texts.add(print(args.get(t.operands().get(i)), t.need(i)));
        }
        return enclose(t.fill(texts), t.precedence(), need);
    }

    private static String enclose(String text, int precedence, int need) {
        return precedence < need ? "(" + text + ")" : text;
    }

    private String load(Expr.Load l, int need) {
        Template t = templates.computeIfAbsent(memory("LOAD", l.array()), Template::new);
        boolean guarded = l.guard() != null;
        String element = element(t, l.array(), l.index(), guarded ? 3 : need);
        return guarded ? enclose(print(l.guard(), 3) + " ? " + element + " : " + print(l.otherwise(), 2), 2, need) : element;
    }

    private String element(Template t, Array array, Expr index, int need) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < t.operands().size(); i++) {
            texts.add(t.operands().get(i) == 0 ? name(array) : print(index, t.need(i)));
        }
        return enclose(t.fill(texts), t.precedence(), need);
    }

    private String name(Array array) {
        return !(array instanceof Array.Lanes) ? array.name()
                : dialect.functions().getOrDefault("LANES." + array.dtype(), "$1.v").replace("$1", array.name());
    }

    /** Scratch and shared arrays hold register types: no conversion. */
    private String memory(String what, Array array) {
        String typed = array instanceof Array.Scratch || array instanceof Array.Shared ? null : dialect.functions().get(what + "." + array.dtype());
        return typed != null ? typed : dialect.functions().get(what);
    }

    String store(Array array, Expr index, Expr value) {
        Template t = templates.computeIfAbsent(memory("STORE", array), Template::new);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < t.operands().size(); i++) {
            int operand = t.operands().get(i);
            boolean ternary = operand == 2 && memory("STORE", array).contains("$3 ?");
            texts.add(operand == 0 ? name(array) : print(operand == 1 ? index : value, ternary ? 3 : Template.LOWEST));
        }
        return t.fill(texts) + ";";
    }

    private String constant(Number value, DType type, int need) {
        if (type.isBool()) {
            return value.longValue() != 0 ? "true" : "false";
        }
        if (type.isFloating()) {
            double d = value.doubleValue();
            if (Double.isNaN(d)) {
                return dialect.word("nan." + type);
            }
            String magnitude = Double.isInfinite(d) ? dialect.word("inf." + type)
                    : type == DType.FLOAT64 ? Double.toString(Math.abs(d)) : Math.abs((float) d) + "f";
            boolean minus = Math.copySign(1, d) < 0;
            if (Double.isInfinite(d) && minus && dialect.words().containsKey("-inf." + type)) {
                return dialect.word("-inf." + type);
            }
            return minus ? enclose("-" + magnitude, Template.UNARY, need) : magnitude;
        }
        String suffix = type == DType.INT64 ? dialect.word("long") : "";
        long v = value.longValue();
        if (v == (type == DType.INT64 ? Long.MIN_VALUE : Integer.MIN_VALUE)) {
            return "(" + (v + 1) + suffix + " - 1)"; // C has no literal for it
        }
        return v < 0 ? enclose(v + suffix, Template.UNARY, need) : v + suffix;
    }
}
