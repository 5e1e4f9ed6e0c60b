package org.rebind;

import java.io.Serializable;

/** A function of any number of arguments that can be compiled; see {@link Function1} on why it is Serializable. */
@FunctionalInterface
public interface FunctionN<R> extends Serializable {
    R apply(Object... args);
}
