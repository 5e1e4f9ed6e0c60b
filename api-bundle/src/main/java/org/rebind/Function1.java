package org.rebind;

import java.io.Serializable;

/**
 * A function of 1 argument that can be compiled. Serializable only so that Rebind can look into a lambda (which method it
 * runs, what it captures) before running it; it is never serialised.
 */
@FunctionalInterface
public interface Function1<A, R> extends Serializable {
    R apply(A a);
}
