package org.rebind.tracer.internal.dispatch;

import java.util.function.Supplier;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction1;
import org.rebind.tracer.internal.backends.Backends;
import org.rebind.tracer.internal.tensor.ConcreteTensor;
import org.rebind.tracer.internal.trace.Trace;

/** A compiled function of 1 argument. */
final class Dispatcher1<A, R> extends Dispatcher<R> implements CompiledFunction1<A, R> {
    Dispatcher1(UserFunction function, CompileOptions options, Supplier<Backends> backends) {
        super(function, options, backends);
    }

    @Override
    @SuppressWarnings("unchecked")
    public R apply(A a) {
        Entry e = entries.last();
        if (e != null && !e.needsCheck() && Trace.current() == null) {
            ConcreteTensor[] values = e.values();
            long[] numbers = e.take(0, a, values) ? e.sizes(values) : null;
            if (numbers != null) {
                return (R) hit(e, values, numbers);
            }
        }
        return (R) slow(new Object[] {a});
    }
}
