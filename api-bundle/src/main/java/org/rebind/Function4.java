package org.rebind;

import java.io.Serializable;

/**
 * A function of 4 arguments that can be compiled. Serializable only so that Rebind can look into a lambda (which method it
 * runs, what it captures) before running it; it is never serialised.
 */
@FunctionalInterface
public interface Function4<A, B, C, D, R> extends Serializable {
    R apply(A a, B b, C c, D d);
}
