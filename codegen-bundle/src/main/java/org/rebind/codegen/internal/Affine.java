package org.rebind.codegen.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.codegen.ir.Expr;
import org.rebind.codegen.ir.Fn;

/** An index as a sum of variables times sizes, plus a size: the form in which strides can be read off. Immutable. */
record Affine(Map<Expr.Var, Dim> terms, Dim constant) {
    static final Affine ZERO = new Affine(Map.of(), Dim.of(0));

    static Affine of(Expr.Var v) {
        return new Affine(Map.of(v, Dim.of(1)), Dim.of(0));
    }

    static Affine of(Dim d) {
        return new Affine(Map.of(), d);
    }

    Affine plus(Affine other) {
        if (other.terms.isEmpty() || terms.isEmpty()) {
            return new Affine(terms.isEmpty() ? other.terms : terms, constant.plus(other.constant));
        }
        Map<Expr.Var, Dim> t = new LinkedHashMap<>(terms);
        other.terms.forEach((v, c) -> t.merge(v, c, Dim::plus));
        t.values().removeIf(Dim.of(0)::equals);
        return new Affine(t, constant.plus(other.constant));
    }

    Affine plus(Dim d) {
        return new Affine(terms, constant.plus(d));
    }

    Affine times(Dim factor) {
        if (factor.equals(Dim.of(0))) {
            return ZERO;
        }
        Map<Expr.Var, Dim> t = new LinkedHashMap<>();
        terms.forEach((v, c) -> t.put(v, c.times(factor)));
        return new Affine(t, constant.times(factor));
    }

    /** Factor of a variable, 0 if it does not occur. */
    Dim coefficient(Expr.Var v) {
        return terms.getOrDefault(v, Dim.of(0));
    }

    boolean isZero() {
        return terms.isEmpty() && constant.equals(Dim.of(0));
    }

    /** As an expression: products in order, then the constant. */
    Expr toExpr() {
        Expr sum = null;
        List<Expr.Var> negative = new ArrayList<>();
        for (Map.Entry<Expr.Var, Dim> e : terms.entrySet()) {
            if (isNegative(e.getValue())) {
                negative.add(e.getKey());
            } else {
                sum = sum == null ? product(e.getKey(), e.getValue())
                        : Expr.apply(Fn.ADD, DType.INT32, sum, product(e.getKey(), e.getValue()));
            }
        }
        if (!constant.equals(Dim.of(0))) {
            boolean minus = sum != null && isNegative(constant);
            Expr c = new Expr.Size(minus ? constant.times(-1) : constant);
            sum = sum == null ? c : Expr.apply(minus ? Fn.SUBTRACT : Fn.ADD, DType.INT32, sum, c);
        }
        for (Expr.Var v : negative) {
            Expr p = product(v, terms.get(v).times(-1));
            sum = sum == null ? Expr.apply(Fn.NEGATIVE, DType.INT32, p) : Expr.apply(Fn.SUBTRACT, DType.INT32, sum, p);
        }
        return sum == null ? Expr.integer(0) : sum;
    }

    private static boolean isNegative(Dim d) {
        return d.isFixed() ? d.value() < 0 : d.toString().startsWith("-") && d.times(-1).lowerBound().isPresent();
    }

    private static Expr product(Expr.Var v, Dim factor) {
        return factor.equals(Dim.of(1)) ? v : Expr.apply(Fn.MULTIPLY, DType.INT32, v, new Expr.Size(factor));
    }
}
