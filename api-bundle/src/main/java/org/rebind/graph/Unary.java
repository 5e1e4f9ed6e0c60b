package org.rebind.graph;

import java.util.List;
import java.util.Locale;
import org.rebind.DType;
import org.rebind.TensorType;

/**
 * Elementwise functions of one operand, with NumPy's meaning. {@code ROUND} is half to even; {@code SIGN} of NaN is NaN, of -0 it is 0;
 * {@code ABS} and {@code NEGATIVE} of the smallest integer wrap.
 */
public enum Unary implements Op {
    NEGATIVE(Domain.NUMERIC), ABS(Domain.NUMERIC), SIGN(Domain.NUMERIC),
    EXP, EXPM1, LOG, LOG1P, SQRT, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ATANH, ERF,
    FLOOR, CEIL, ROUND, TRUNC,
    ISNAN, LOGICAL_NOT(Domain.BOOL);

    private enum Domain { NUMERIC, FLOATING, BOOL }

    private final Domain domain;

    Unary() {
        this(Domain.FLOATING);
    }

    Unary(Domain domain) {
        this.domain = domain;
    }

    @Override
    public String opName() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.unary(this);
    }

    @Override
    public TensorType type(List<TensorType> inputs, DimFacts facts) {
        TypeRules.count(this, inputs, 1);
        TensorType x = inputs.get(0);
        switch (domain) {
            case NUMERIC -> TypeRules.numeric(this, x.dtype());
            case FLOATING -> TypeRules.floating(this, x.dtype());
            case BOOL -> TypeRules.bool(this, x.dtype());
        }
        return this == ISNAN ? new TensorType(DType.BOOL, x.shape()) : x;
    }
}
