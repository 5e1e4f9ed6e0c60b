package org.rebind;

import java.io.Serializable;

/**
 * A function of 2 arguments that can be compiled. Serializable only so that Rebind can look into a lambda (which method it
 * runs, what it captures) before running it; it is never serialised.
 */
@FunctionalInterface
public interface Function2<A, B, R> extends Serializable {
    R apply(A a, B b);
}
