package org.rebind;

import org.osgi.annotation.versioning.ProviderType;

/** A compiled function of 4 arguments. */
@ProviderType
public interface CompiledFunction4<A, B, C, D, R> extends CompiledFunction<R> {
    /** Runs the function; see {@link CompiledFunction}. */
    R apply(A a, B b, C c, D d);
}
