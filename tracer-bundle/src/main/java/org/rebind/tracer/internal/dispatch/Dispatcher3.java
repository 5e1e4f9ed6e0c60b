package org.rebind.tracer.internal.dispatch;

import java.util.function.Supplier;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction3;
import org.rebind.tracer.internal.backends.Backends;
import org.rebind.tracer.internal.tensor.ConcreteTensor;
import org.rebind.tracer.internal.trace.Trace;

/** A compiled function of 3 arguments. */
final class Dispatcher3<A, B, C, R> extends Dispatcher<R> implements CompiledFunction3<A, B, C, R> {
    Dispatcher3(UserFunction function, CompileOptions options, Supplier<Backends> backends) {
        super(function, options, backends);
    }

    @Override
    @SuppressWarnings("unchecked")
    public R apply(A a, B b, C c) {
        Entry e = entries.last();
        if (e != null && !e.needsCheck() && Trace.current() == null) {
            ConcreteTensor[] values = e.values();
            long[] numbers = e.take(0, a, values) && e.take(1, b, values)
                    && e.take(2, c, values) ? e.sizes(values) : null;
            if (numbers != null) {
                return (R) hit(e, values, numbers);
            }
        }
        return (R) slow(a, b, c);
    }
}
