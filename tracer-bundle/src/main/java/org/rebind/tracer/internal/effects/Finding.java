package org.rebind.tracer.internal.effects;

import org.rebind.SideEffectException;

/**
 * One effect of a function.
 *
 * @param what what the function does, a sentence without full stop
 * @param where file and line of user code
 * @param fix how to make the function compile
 */
public record Finding(SideEffectException.Kind kind, String what, String where, String fix) {
    public SideEffectException exception() {
        return new SideEffectException(kind, what, where, fix);
    }

    @Override
    public String toString() {
        return what + " (" + where + ")";
    }
}
