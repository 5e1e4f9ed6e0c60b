package org.rebind;

/** Shapes do not fit an operation: rank, size, axis or element count. */
public class ShapeException extends RebindException {
    private static final long serialVersionUID = 1L;

    public ShapeException(String message) {
        super(message);
    }

    public ShapeException(String message, Throwable cause) {
        super(message, cause);
    }
}
