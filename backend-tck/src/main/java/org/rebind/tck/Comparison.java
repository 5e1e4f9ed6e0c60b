package org.rebind.tck;

import java.lang.reflect.Array;
import java.util.List;
import org.rebind.backend.HostBuffer;

/** Compares results with what was expected, and counts how much of it could be compared. Not thread-safe. */
public final class Comparison {
    private long compared;
    private long undecided;

    /** Elements that were compared. */
    public long compared() {
        return compared;
    }

    /** Elements of which nothing can be said, because an operand sits on a discontinuity or a pole. */
    public long undecided() {
        return undecided;
    }

    /** The first element that is off, as text, or null. */
    public String firstMismatch(List<ErrorBounds.Expected> expected, List<HostBuffer> got) {
        for (int r = 0; r < expected.size(); r++) {
            String wrong = firstMismatch(expected.get(r), got.get(r));
            if (wrong != null) {
                return "result " + r + ", " + wrong;
            }
        }
        return null;
    }

    private String firstMismatch(ErrorBounds.Expected expected, HostBuffer got) {
        HostBuffer value = expected.value();
        if (got.elementCount() != value.elementCount() || got.dtype() != value.dtype()) {
            return "expected " + value + ", got " + got;
        }
        for (int i = 0; i < value.elementCount(); i++) {
            if (!fits(expected, got, i)) {
                String bound = expected.bound() == null ? "equal" : "within " + Array.get(expected.bound().array(), i);
                return "element " + i + " of " + value.elementCount() + ": expected " + Array.get(value.array(), i)
                        + " (" + bound + "), got " + Array.get(got.array(), i);
            }
        }
        return null;
    }

    private boolean fits(ErrorBounds.Expected expected, HostBuffer got, int i) {
        Object e = Array.get(expected.value().array(), i);
        Object g = Array.get(got.array(), i);
        HostBuffer bound = expected.bound();
        boolean floats = expected.value().dtype().isFloating();
        if (bound != null && (floats ? bound.doubles()[i] == Double.POSITIVE_INFINITY : bound.bytes()[i] != 0)) {
            undecided++;
            return true;
        }
        compared++;
        if (e.equals(g)) {
            return true;
        }
        if (!floats) {
            return false;
        }
        double a = ((Number) e).doubleValue();
        double b = ((Number) g).doubleValue();
        if (a == b) { // zeros of different sign
            return !expected.signedZero() || bound != null;
        }
        return bound != null && Math.abs(a - b) <= bound.doubles()[i];
    }
}
