package org.rebind;

/** An argument of a compiled function or of Rebind's own methods is unusable; names its path. */
public class ArgumentException extends RebindException {
    private static final long serialVersionUID = 1L;

    public ArgumentException(String message) {
        super(message);
    }

    public ArgumentException(String message, Throwable cause) {
        super(message, cause);
    }
}
