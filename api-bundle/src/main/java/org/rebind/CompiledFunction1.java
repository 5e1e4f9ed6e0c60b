package org.rebind;

import org.osgi.annotation.versioning.ProviderType;

/** A compiled function of 1 argument. */
@ProviderType
public interface CompiledFunction1<A, R> extends CompiledFunction<R>, java.util.function.Function<A, R> {
    /** Runs the function; see {@link CompiledFunction}. */
    @Override
    R apply(A a);
}
