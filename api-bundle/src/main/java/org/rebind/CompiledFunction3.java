package org.rebind;

import org.osgi.annotation.versioning.ProviderType;

/** A compiled function of 3 arguments. */
@ProviderType
public interface CompiledFunction3<A, B, C, R> extends CompiledFunction<R> {
    /** Runs the function; see {@link CompiledFunction}. */
    R apply(A a, B b, C c);
}
