package org.rebind.graph;

import java.util.List;
import java.util.Locale;
import org.rebind.DType;
import org.rebind.DTypeException;
import org.rebind.TensorType;

/**
 * Elementwise functions of two operands of equal type, with NumPy's meaning. {@code REMAINDER} has the sign of the
 * divisor; integer {@code FLOOR_DIVIDE} and {@code REMAINDER} by 0 give 0; {@code MAXIMUM} and {@code MINIMUM}
 * propagate NaN; comparisons and logical ops give bool; integer arithmetic wraps.
 */
public enum Binary implements Op {
    ADD(Domain.NUMERIC), SUBTRACT(Domain.NUMERIC), MULTIPLY(Domain.NUMERIC), DIVIDE(Domain.FLOATING),
    FLOOR_DIVIDE(Domain.NUMERIC), REMAINDER(Domain.NUMERIC), POW(Domain.FLOATING), ATAN2(Domain.FLOATING),
    MAXIMUM(Domain.ANY), MINIMUM(Domain.ANY),
    EQUAL(Domain.ANY), LESS(Domain.ANY), LESS_EQUAL(Domain.ANY),
    LOGICAL_AND(Domain.BOOL), LOGICAL_OR(Domain.BOOL), LOGICAL_XOR(Domain.BOOL);

    private enum Domain { NUMERIC, FLOATING, BOOL, ANY }

    private final Domain domain;

    Binary(Domain domain) {
        this.domain = domain;
    }

    /** Whether the result is bool whatever the operands are. */
    public boolean isComparison() {
        return this == EQUAL || this == LESS || this == LESS_EQUAL;
    }

    @Override
    public String opName() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
        return visitor.binary(this);
    }

    @Override
    public TensorType type(List<TensorType> inputs, DimFacts facts) {
        TypeRules.count(this, inputs, 2);
        TensorType a = inputs.get(0);
        TensorType b = inputs.get(1);
        TypeRules.sameDType(this, a, b);
        TypeRules.sameShape(this, a.shape(), b.shape(), facts);
        switch (domain) {
            case NUMERIC -> TypeRules.numeric(this, a.dtype());
            case FLOATING -> floating(a.dtype());
            case BOOL -> TypeRules.bool(this, a.dtype());
            case ANY -> { }
        }
        return isComparison() ? new TensorType(DType.BOOL, a.shape()) : a;
    }

    private void floating(DType d) {
        if (this == DIVIDE && d.isInteger()) {
            throw new DTypeException("divide: expected a floating dtype, got " + d
                    + "; use floorDiv for integers, or cast first");
        }
        TypeRules.floating(this, d);
    }
}
