package org.rebind.graph;

import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import org.rebind.Dim;

/**
 * A condition on a call's sizes under which a graph is valid.
 *
 * @param why what in the traced function asked for it, for instance {@code "x.size(0) at Model.java:12"}
 */
public record Guard(Dim left, Relation relation, Dim right, String why) {
    /** Whether it holds for these sizes. */
    public boolean test(ToLongFunction<String> symbols) {
        return relation.test(left.evaluate(symbols), right.evaluate(symbols));
    }

    /** Whether {@code left relation right} holds for all sizes (TRUE), for none (FALSE), or depends on them (null). */
    @SuppressWarnings("java:S2447") // three-valued on purpose
    public static Boolean decide(Dim left, Relation relation, Dim right) {
        Dim difference = left.minus(right);
        if (difference.isFixed()) {
            return relation.test(difference.value(), 0);
        }
        OptionalLong low = difference.lowerBound();
        OptionalLong high = difference.times(-1).lowerBound(); // -high is the upper bound
        boolean positive = low.isPresent() && low.getAsLong() > 0;
        boolean negative = high.isPresent() && high.getAsLong() > 0;
        boolean nonPositive = high.isPresent() && high.getAsLong() >= 0;
        boolean nonNegative = low.isPresent() && low.getAsLong() >= 0;
        return switch (relation) {
            case EQ -> positive || negative ? Boolean.FALSE : null;
            case NE -> positive || negative ? Boolean.TRUE : null;
            case LE -> nonPositive ? Boolean.TRUE : positive ? Boolean.FALSE : null;
            case LT -> negative ? Boolean.TRUE : nonNegative ? Boolean.FALSE : null;
        };
    }

    /** For instance {@code batch == 32 (x.size(0) at Model.java:12)}. */
    @Override
    public String toString() {
        return left + " " + relation + " " + right + (why.isEmpty() ? "" : " (" + why + ")");
    }
}
