package org.rebind.tracer.internal.dispatch;

import java.util.function.Supplier;
import org.rebind.CompileOptions;
import org.rebind.tracer.internal.backends.Backends;

/** A compiled function of any number of arguments. */
final class DispatcherN<R> extends Dispatcher<R> {
    DispatcherN(UserFunction function, CompileOptions options, Supplier<Backends> backends) {
        super(function, options, backends);
    }
}
