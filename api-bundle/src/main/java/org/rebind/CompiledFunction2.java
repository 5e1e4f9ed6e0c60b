package org.rebind;

import org.osgi.annotation.versioning.ProviderType;

/** A compiled function of 2 arguments. */
@ProviderType
public interface CompiledFunction2<A, B, R> extends CompiledFunction<R>, java.util.function.BiFunction<A, B, R> {
    /** Runs the function; see {@link CompiledFunction}. */
    @Override
    R apply(A a, B b);
}
