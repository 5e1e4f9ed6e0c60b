package org.rebind.tracer.internal.dispatch;

import java.util.function.Supplier;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction4;
import org.rebind.tracer.internal.backends.Backends;
import org.rebind.tracer.internal.tensor.ConcreteTensor;
import org.rebind.tracer.internal.trace.Trace;

/** A compiled function of 4 arguments. */
final class Dispatcher4<A, B, C, D, R> extends Dispatcher<R> implements CompiledFunction4<A, B, C, D, R> {
    Dispatcher4(UserFunction function, CompileOptions options, Supplier<Backends> backends) {
        super(function, options, backends);
    }

    @Override
    @SuppressWarnings("unchecked")
    public R apply(A a, B b, C c, D d) {
        Entry e = entries.last();
        if (e != null && !e.needsCheck() && Trace.current() == null) {
            ConcreteTensor[] inputs = e.inputs();
            long[] numbers = e.take(0, a, inputs) && e.take(1, b, inputs)
                    && e.take(2, c, inputs) && e.take(3, d, inputs) ? e.sizes(inputs) : null;
            if (numbers != null) {
                return (R) hit(e, inputs, numbers);
            }
        }
        return (R) slow(a, b, c, d);
    }
}
