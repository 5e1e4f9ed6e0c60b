package org.rebind.codegen;

import org.rebind.RebindException;

/** A graph or kernel cannot be turned into code; the message says which and why. */
public class CodegenException extends RebindException {
    private static final long serialVersionUID = 1L;

    public CodegenException(String message) {
        super(message);
    }
}
