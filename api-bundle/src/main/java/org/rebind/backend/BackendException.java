package org.rebind.backend;

import org.rebind.RebindException;

/** A backend failed; the runtime decides by {@link #kind} whether to retry, free memory or go elsewhere. */
public class BackendException extends RebindException {
    private static final long serialVersionUID = 1L;

    /** What failed. */
    public enum Kind {
        /** The graph could not be compiled, or not for the sizes of a call; another backend may. */
        COMPILE,
        /** A launch failed; the device may still work. */
        EXECUTE,
        /** Device memory is exhausted; freeing caches and trying again may help. */
        OUT_OF_MEMORY,
        /** The device or its context is gone; all its buffers are. */
        DEVICE_LOST
    }

    private final Kind kind;

    public BackendException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public BackendException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
