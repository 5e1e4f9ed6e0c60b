package org.rebind;

/**
 * A function given to {@code compile(fullgraph = true)} does something a graph cannot hold. Thrown before the effect
 * happens wherever the byte code shows it; the message says what, where and how to fix it.
 */
public class SideEffectException extends RebindException {
    private static final long serialVersionUID = 1L;

    /** What kind of effect was found. */
    public enum Kind {
        VALUE_READ, FIELD_WRITE, STATIC_WRITE, ARRAY_WRITE, MUTATION, ARGUMENT_MUTATION, IO, CLOCK, RANDOM, ENVIRONMENT,
        THREAD, LOCK, REFLECTION, HIDDEN_STATE, OTHER
    }

    private final Kind kind;
    private final String where;
    private final String fix;

    /**
     * @param what what the function does, as a sentence without full stop
     * @param where file and line of user code, or the best that is known of it
     * @param fix how to make the function compile
     */
    public SideEffectException(Kind kind, String what, String where, String fix) {
        super(what + " (" + where + "). " + fix);
        this.kind = kind;
        this.where = where;
        this.fix = fix;
    }

    public Kind kind() {
        return kind;
    }

    public String where() {
        return where;
    }

    public String fix() {
        return fix;
    }
}
