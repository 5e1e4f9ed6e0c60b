package org.rebind.tracer.internal.tensor;

import org.rebind.ArgumentException;
import org.rebind.DTypeException;
import org.rebind.RebindException;
import org.rebind.ShapeException;
import org.rebind.Tensor;

/** Exceptions about what the user's function did, with the line of the user's code in their message. */
public final class Errors {
    private static final StackWalker WALKER = StackWalker.getInstance();

    private Errors() {
    }

    public static ShapeException shape(String message) {
        return new ShapeException(message + at());
    }

    public static DTypeException dtype(String message) {
        return new DTypeException(message + at());
    }

    public static ArgumentException argument(String message) {
        return new ArgumentException(message + at());
    }

    public static RebindException general(String message) {
        return new RebindException(message + at());
    }

    /** An exception of a type rule, told by the name the user called and with the user's line. */
    static RebindException located(String name, String opName, RebindException e) {
        String m = e.getMessage();
        String own = m.startsWith(opName + ":") ? name + m.substring(opName.length()) : name + ": " + m;
        if (e instanceof ShapeException) {
            return new ShapeException(own + at(), e);
        }
        return e instanceof DTypeException ? new DTypeException(own + at(), e) : new ArgumentException(own + at(), e);
    }

    /** What a tensor is whose class is none of ours; the end of a sentence. */
    public static String foreign(Tensor t) {
        String type = t.getClass().getName();
        return type.startsWith(Errors.class.getPackageName())
                ? "a tensor of another runtime, which was stopped or updated since or belongs to another container; make a new one"
                        + " of its values, for instance Tensor.of(old.toFloatArray(), ...)"
                : "a " + type + ", expected a tensor made by Rebind; Tensor is not to be implemented elsewhere";
    }

    private static String at() {
        return " (at " + userLine() + ")";
    }

    /** File and line of the innermost caller that is not ours, for instance {@code Model.java:12}. */
    public static String userLine() {
        return WALKER.walk(frames -> frames.filter(f -> !ours(f.getClassName())).findFirst())
                .map(f -> (f.getFileName() == null ? f.getClassName() : f.getFileName()) + ":" + f.getLineNumber())
                .orElse("unknown line");
    }

    private static boolean ours(String className) {
        String rest = className.startsWith("org.rebind.") ? className.substring("org.rebind.".length()) : null;
        return rest != null && (rest.indexOf('.') < 0 || rest.startsWith("tracer.internal.")
                || rest.startsWith("pytree.") || rest.startsWith("graph.") || rest.startsWith("internal."))
                || className.startsWith("java.") || className.startsWith("jdk.");
    }
}
