package org.rebind;

/** Root of every exception Rebind itself throws; the message names the operation or argument, what was expected, what came, and the way out. */
public class RebindException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RebindException(String message) {
        super(message);
    }

    public RebindException(String message, Throwable cause) {
        super(message, cause);
    }
}
