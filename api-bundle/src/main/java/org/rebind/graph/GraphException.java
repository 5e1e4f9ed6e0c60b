package org.rebind.graph;

import org.rebind.RebindException;

/** A graph breaks a rule of its form; always a defect of whoever built it, never of the user's function. */
public class GraphException extends RebindException {
    private static final long serialVersionUID = 1L;

    public GraphException(String message) {
        super(message);
    }

    public GraphException(String message, Throwable cause) {
        super(message, cause);
    }
}
