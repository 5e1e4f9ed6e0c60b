package org.rebind.internal;

/** The line of user code that led here, for messages of exceptions. */
public final class UserLine {
    private static final StackWalker WALKER = StackWalker.getInstance();

    private UserLine() {
    }

    /** For instance {@code " (at Model.java:12)"}: the innermost caller that is neither the API nor the runtime. */
    public static String at() {
        return WALKER.walk(frames -> frames.filter(f -> !ours(f.getClassName())).findFirst())
                .map(f -> " (at " + (f.getFileName() == null ? f.getClassName() : f.getFileName()) + ":"
                        + f.getLineNumber() + ")").orElse("");
    }

    /** Whether user code has asked for the equality that is being tested, be it through collections or records of dims. */
    static boolean asks() {
        return WALKER.walk(frames -> frames.filter(f -> !passesOn(f.getClassName())).findFirst())
                .map(f -> !ours(f.getClassName())).orElse(false);
    }

    private static boolean passesOn(String name) {
        return name.equals("org.rebind.Dim") || name.equals("org.rebind.Shape") || name.equals("org.rebind.TensorType")
                || name.startsWith("org.rebind.internal.") || name.startsWith("java.") || name.startsWith("jdk.");
    }

    private static boolean ours(String name) {
        boolean root = name.startsWith("org.rebind.") && name.indexOf('.', "org.rebind.".length()) < 0;
        return root || name.startsWith("org.rebind.internal.") || name.startsWith("org.rebind.tracer.internal.")
                || name.startsWith("org.rebind.graph.") || name.startsWith("org.rebind.pytree.")
                || name.startsWith("java.") || name.startsWith("jdk.");
    }
}
