package org.rebind.tracer.internal.dispatch;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction;
import org.rebind.CompiledFunction1;
import org.rebind.CompiledFunction2;
import org.rebind.CompiledFunction3;
import org.rebind.CompiledFunction4;
import org.rebind.Function1;
import org.rebind.Function2;
import org.rebind.Function3;
import org.rebind.Function4;
import org.rebind.FunctionN;
import org.rebind.tracer.internal.backends.Backends;
import org.rebind.tracer.internal.effects.FunctionSource;

/** Makes compiled functions and lists them weakly: a function nobody else holds is collected with its entries. */
@SuppressWarnings("unchecked")
public final class Functions {
    private final Supplier<Backends> backends;
    private final List<WeakReference<Dispatcher<?>>> made = new ArrayList<>();
    private int sweepAt = 64;

    public Functions(Supplier<Backends> backends) {
        this.backends = backends;
    }

    public <A, R> CompiledFunction1<A, R> compile(Function1<A, R> fn, CompileOptions options) {
        return list(new Dispatcher1<A, R>(user(fn, options, 1, args -> fn.apply((A) args[0])), options, backends));
    }

    public <A, B, R> CompiledFunction2<A, B, R> compile(Function2<A, B, R> fn, CompileOptions options) {
        return list(new Dispatcher2<A, B, R>(user(fn, options, 2, args -> fn.apply((A) args[0], (B) args[1])), options,
                backends));
    }

    public <A, B, C, R> CompiledFunction3<A, B, C, R> compile(Function3<A, B, C, R> fn, CompileOptions options) {
        return list(new Dispatcher3<A, B, C, R>(user(fn, options, 3,
                args -> fn.apply((A) args[0], (B) args[1], (C) args[2])), options, backends));
    }

    public <A, B, C, D, R> CompiledFunction4<A, B, C, D, R> compile(Function4<A, B, C, D, R> fn,
            CompileOptions options) {
        return list(new Dispatcher4<A, B, C, D, R>(user(fn, options, 4,
                args -> fn.apply((A) args[0], (B) args[1], (C) args[2], (D) args[3])), options, backends));
    }

    public <R> CompiledFunction<R> compileVarargs(FunctionN<R> fn, CompileOptions options) {
        return list(new DispatcherN<R>(user(fn, options, -1, fn::apply), options, backends));
    }

    private static UserFunction user(Object fn, CompileOptions options, int arity, UserFunction.Body body) {
        Objects.requireNonNull(fn, "compile: fn");
        Objects.requireNonNull(options, "compile: options");
        FunctionSource source = FunctionSource.of(fn, arity);
        return new UserFunction(fn, arity, body, source.parameters(), source.place());
    }

    private <F extends Dispatcher<?>> F list(F function) {
        synchronized (made) {
            if (made.size() >= sweepAt) {
                made.removeIf(r -> r.get() == null);
                sweepAt = Math.max(64, 2 * made.size());
            }
            made.add(new WeakReference<>(function));
        }
        return function;
    }

    public List<CompiledFunction<?>> functions() {
        List<CompiledFunction<?>> live = new ArrayList<>();
        synchronized (made) {
            for (WeakReference<Dispatcher<?>> r : made) {
                Dispatcher<?> f = r.get();
                if (f != null) {
                    live.add(f);
                }
            }
        }
        return List.copyOf(live);
    }
}
