package org.rebind.tracer.internal.dispatch;

import java.util.List;
import org.rebind.ArgumentException;

/**
 * The function a user hands to the compiler, whatever its arity.
 *
 * @param function the object that was given; what is scanned
 * @param arity number of arguments, -1 if any
 * @param parameters names, as far as the class file tells them
 * @param place class and line, for instance {@code Model:12}
 */
record UserFunction(Object function, int arity, Body body, List<String> parameters, String place) {
    /** Runs the function on exactly these arguments. */
    @FunctionalInterface
    interface Body {
        Object call(Object[] args);
    }

    /** @throws ArgumentException if an argument is not of the class the function declares */
    Object call(Object[] args) {
        try {
            return body.call(args);
        } catch (ClassCastException e) {
            StackTraceElement[] trace = e.getStackTrace();
            if (trace.length > 0 && trace[0].getClassName().equals(Functions.class.getName())) { // not in the user's code
                throw new ArgumentException(place + ": an argument is not of the class that the function declares: "
                        + e.getMessage() + "; a compiled function gets lists as ArrayList and maps as LinkedHashMap, so"
                        + " declare List or Map", e);
            }
            throw e;
        }
    }
}
