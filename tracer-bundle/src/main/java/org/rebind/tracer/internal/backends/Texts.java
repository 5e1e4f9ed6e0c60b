package org.rebind.tracer.internal.backends;

import java.io.PrintWriter;
import java.io.StringWriter;

/** Exceptions as text: a log that keeps a backend's exception object would keep its class loader. */
final class Texts {
    private static final int MOST = 4000;

    private Texts() {
    }

    /** In a line; of an exception that cannot even say what it is, the class. */
    static String brief(Throwable t) {
        try {
            return String.valueOf(t);
        } catch (RuntimeException | Error e) {
            return t.getClass().getName();
        }
    }

    /** With the stack, for the log. */
    static String of(Throwable t) {
        StringWriter w = new StringWriter();
        t.printStackTrace(new PrintWriter(w));
        String s = w.toString();
        return s.length() <= MOST ? s : s.substring(0, MOST) + "...";
    }
}
