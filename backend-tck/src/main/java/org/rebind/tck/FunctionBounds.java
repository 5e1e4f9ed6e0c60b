package org.rebind.tck;

import org.rebind.graph.Binary;
import org.rebind.graph.Unary;

/**
 * Error bounds of elementwise float functions: how an error of the operands reaches the result (a bound of the derivative
 * over the whole interval, infinite where it holds a pole, a branch cut or the end of the domain).
 */
final class FunctionBounds {
    private final BoundArithmetic m;
    private final GraphBuilder g;

    FunctionBounds(GraphBuilder g, BoundArithmetic m) {
        this.g = g;
        this.m = m;
    }

    /** @param x operand, float64 @param r result, float64 @param e error of x */
    GraphBuilder.Value unary(Unary op, GraphBuilder.Value x, GraphBuilder.Value r, GraphBuilder.Value e) {
        if (e == null) {
            return null;
        }
        return switch (op) {
            case NEGATIVE, ABS, SIN, COS, ATAN, TANH -> e;
            case ERF -> m.mul(e, 1.2); // 2/sqrt(pi)
            case SIGN -> m.where(m.less(e, m.magnitude(x)), m.constant(0, e), m.where(m.positive(e), m.constant(2, e),
                    m.constant(0, e)));
            case FLOOR, CEIL, ROUND, TRUNC -> step(op, x, e);
            case EXP -> m.mul(r, m.unary(Unary.EXPM1, e));
            case EXPM1, SINH, COSH -> m.mul(m.add(m.magnitude(r), 1), m.unary(Unary.EXPM1, e));
            case LOG -> within(e, m.sub(x, e), e);
            case LOG1P -> within(e, m.add(m.sub(x, e), 1), e);
            case SQRT -> {
                GraphBuilder.Value low = m.sub(x, e);
                yield within(e, m.unary(Unary.SQRT, m.max(low, m.constant(0, low))), e);
            }
            case TAN -> {
                GraphBuilder.Value slope = m.add(m.mul(r, r), 1);
                GraphBuilder.Value change = m.mul(m.mul(e, slope), 4);
                yield m.elseInfinite(m.less(m.mul(change, m.add(m.magnitude(r), 1)), m.add(m.magnitude(r), 1)), change);
            }
            case ASIN, ACOS -> {
                GraphBuilder.Value room = room(x, e);
                yield within(e, m.unary(Unary.SQRT, m.max(room, m.constant(0, room))), e);
            }
            case ATANH -> within(e, room(x, e), e);
            case ISNAN, LOGICAL_NOT -> throw new IllegalStateException(op + " gives no float");
        };
    }

    /** 1 - (|x| + e)^2. */
    private GraphBuilder.Value room(GraphBuilder.Value x, GraphBuilder.Value e) {
        GraphBuilder.Value a = m.add(m.magnitude(x), e);
        return m.sub(m.constant(1, a), m.mul(a, a));
    }

    /** e / margin while the margin is positive. */
    private GraphBuilder.Value within(GraphBuilder.Value e, GraphBuilder.Value margin, GraphBuilder.Value error) {
        GraphBuilder.Value zero = m.constant(0, e);
        return m.where(m.positive(error), m.elseInfinite(m.positive(margin), m.div(e, margin)), zero);
    }

    private GraphBuilder.Value step(Unary op, GraphBuilder.Value x, GraphBuilder.Value e) {
        GraphBuilder.Value same = g.op(Binary.EQUAL, m.unary(op, m.add(x, e)), m.unary(op, m.sub(x, e)));
        return m.where(g.op(Binary.LOGICAL_AND, same, m.finite(e)), m.constant(0, e), m.where(m.positive(e),
                m.add(e, 1), m.constant(0, e)));
    }

    /** @param a operand, float64 @param b operand, float64 @param r result, float64; errors may be null, not both */
    GraphBuilder.Value binary(Binary op, GraphBuilder.Value a, GraphBuilder.Value b, GraphBuilder.Value r,
            GraphBuilder.Value ea, GraphBuilder.Value eb) {
        return switch (op) {
            case ADD, SUBTRACT -> m.add(ea, eb);
            case MULTIPLY -> m.add(m.add(m.mul(m.magnitude(a), eb), m.mul(m.magnitude(b), ea)), m.mul(ea, eb));
            case DIVIDE -> quotient(a, b, r, ea, eb);
            case FLOOR_DIVIDE -> floored(a, b, ea, eb);
            case REMAINDER -> {
                GraphBuilder.Value q = m.unary(Unary.FLOOR, m.div(a, b));
                GraphBuilder.Value jump = floored(a, b, ea, eb);
                GraphBuilder.Value smooth = m.add(m.dense(ea, a.shape()), m.mul(m.magnitude(q), eb));
                yield m.where(m.positive(jump), m.add(m.add(m.add(m.magnitude(b), jump), ea), eb), smooth);
            }
            case POW -> power(a, b, r, ea, eb);
            case ATAN2 -> angle(a, b, ea, eb);
            case MAXIMUM, MINIMUM -> m.max(ea, eb);
            default -> throw new IllegalStateException(op + " gives no float");
        };
    }

    private GraphBuilder.Value quotient(GraphBuilder.Value a, GraphBuilder.Value b, GraphBuilder.Value r,
            GraphBuilder.Value ea, GraphBuilder.Value eb) {
        GraphBuilder.Value margin = m.sub(m.magnitude(b), eb);
        GraphBuilder.Value top = m.add(m.dense(ea, a.shape()), m.mul(m.magnitude(r), eb));
        return m.elseInfinite(m.positive(margin), m.div(top, margin));
    }

    /** Error of floor(a / b): zero unless an integer lies within the error of the quotient. */
    private GraphBuilder.Value floored(GraphBuilder.Value a, GraphBuilder.Value b, GraphBuilder.Value ea,
            GraphBuilder.Value eb) {
        GraphBuilder.Value t = m.div(a, b);
        GraphBuilder.Value e = m.add(quotient(a, b, t, ea, eb), m.mul(m.magnitude(t), 0x1p-22));
        GraphBuilder.Value jump = step(Unary.FLOOR, t, e);
        GraphBuilder.Value some = m.positive(m.add(m.dense(ea, a.shape()), eb));
        return m.where(some, m.known(jump), m.constant(0, jump));
    }

    private GraphBuilder.Value power(GraphBuilder.Value a, GraphBuilder.Value b, GraphBuilder.Value r,
            GraphBuilder.Value ea, GraphBuilder.Value eb) {
        GraphBuilder.Value da = m.dense(ea, a.shape());
        GraphBuilder.Value db = m.dense(eb, a.shape());
        GraphBuilder.Value relative = m.div(da, m.sub(a, da));
        GraphBuilder.Value exponent = m.add(m.mul(m.magnitude(b), relative),
                m.mul(db, m.add(m.magnitude(m.unary(Unary.LOG, a)), relative)));
        GraphBuilder.Value smooth = m.mul(m.magnitude(r), m.unary(Unary.EXPM1, m.add(exponent, m.mul(da, db))));
        GraphBuilder.Value none = m.not(m.positive(m.add(da, db)));
        return m.where(none, m.constant(0, da), m.elseInfinite(m.less(da, a), smooth));
    }

    /** a is y, b is x. */
    private GraphBuilder.Value angle(GraphBuilder.Value a, GraphBuilder.Value b, GraphBuilder.Value ea,
            GraphBuilder.Value eb) {
        GraphBuilder.Value e = m.add(m.dense(ea, a.shape()), eb);
        GraphBuilder.Value margin = m.sub(m.max(m.magnitude(a), m.magnitude(b)), m.mul(e, 2));
        GraphBuilder.Value cut = m.and(m.less(m.sub(b, eb), m.constant(0, b)), m.not(m.less(e, m.magnitude(a))));
        GraphBuilder.Value smooth = m.elseInfinite(m.and(m.positive(margin), m.not(cut)), m.div(m.mul(e, 2), margin));
        return m.where(m.positive(e), smooth, m.constant(0, e));
    }
}
