package org.rebind.tracer.internal.trace;

import org.rebind.SideEffectException;

/**
 * The end of a trace that met something a graph cannot hold. An Error, so that user code is unlikely to swallow it (the
 * trace remembers it in any case); dispatch turns it into a {@link SideEffectException} or an eager call.
 */
public final class TraceAbort extends Error {
    private static final long serialVersionUID = 1L;

    private final SideEffectException.Kind kind;
    private final String what;
    private final String where;
    private final String fix;

    TraceAbort(SideEffectException.Kind kind, String what, String where, String fix) {
        super(what + " (" + where + "). " + fix, null, false, false);
        this.kind = kind;
        this.what = what;
        this.where = where;
        this.fix = fix;
    }

    public SideEffectException.Kind kind() {
        return kind;
    }

    public String what() {
        return what;
    }

    public String where() {
        return where;
    }

    public String fix() {
        return fix;
    }

    public SideEffectException asException() {
        return new SideEffectException(kind, what, where, fix);
    }
}
