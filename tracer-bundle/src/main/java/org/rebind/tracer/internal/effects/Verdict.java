package org.rebind.tracer.internal.effects;

import org.rebind.SideEffectException.Kind;

/**
 * What a platform method does, by the table of {@link PlatformMethods}.
 *
 * @param effect kind of an effect that every call has; null if none
 * @param mutates index of the operand (0 is the receiver of an instance method) that the call changes, -1 for none
 * @param mutation kind of effect if that operand is not fresh
 * @param trusted whether the table knows the method; calls of others leave a doubt
 */
record Verdict(Kind effect, int mutates, Kind mutation, boolean trusted) {
    static final Verdict PURE = new Verdict(null, -1, null, true);
    static final Verdict UNKNOWN = new Verdict(null, -1, null, false);
    /** Changes its receiver and nothing else. */
    static final Verdict MUTATES_RECEIVER = new Verdict(null, 0, Kind.MUTATION, true);

    static Verdict effect(Kind kind) {
        return new Verdict(kind, -1, null, true);
    }

    static Verdict mutates(int operand, Kind kind) {
        return new Verdict(null, operand, kind, true);
    }
}
