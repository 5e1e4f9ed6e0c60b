package org.rebind;

/** A tensor was used after {@link Tensor#release}: its values are gone. */
public class ReleasedException extends RebindException {
    private static final long serialVersionUID = 1L;

    public ReleasedException(String message) {
        super(message);
    }
}
