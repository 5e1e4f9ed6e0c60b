package org.rebind.tracer.internal;

import java.util.List;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.rebind.BackendStatus;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction;
import org.rebind.CompiledFunction1;
import org.rebind.CompiledFunction2;
import org.rebind.CompiledFunction3;
import org.rebind.CompiledFunction4;
import org.rebind.Compiler;
import org.rebind.DeclinedBackend;
import org.rebind.Engine;
import org.rebind.Function1;
import org.rebind.Function2;
import org.rebind.Function3;
import org.rebind.Function4;
import org.rebind.FunctionN;
import org.rebind.tracer.internal.backends.Backends;
import org.rebind.tracer.internal.dispatch.Functions;
import org.rebind.tracer.internal.eager.BackendEager;
import org.rebind.tracer.internal.eager.Eager;

/** The runtime behind the static methods of the API, and the compiler. One a process, or a container. Thread-safe. */
@Component(service = {Engine.class, Compiler.class})
public final class RebindEngine extends TensorEngine implements Compiler {
    private final Functions functions;
    private final Supplier<Backends> backends;
    private final BackendEager eager;

    /** For the service loader: with the backends of the class path, which are looked for when one is needed. */
    public RebindEngine() {
        this(Backends::onClassPath);
    }

    @Activate
    public RebindEngine(@Reference Backends backends) {
        this(() -> backends);
    }

    private RebindEngine(Supplier<Backends> backends) {
        this.backends = backends;
        this.functions = new Functions(backends);
        this.eager = new BackendEager(backends);
        Eager.use(eager);
    }

    /** Tensors outlive the runtime; from now on the interpreter runs their operations, until another runtime starts. */
    @Deactivate
    void stop() {
        Eager.withdraw(eager);
        eager.close();
    }

    @Override
    public Compiler compiler() {
        return this;
    }

    @Override
    public <A, R> CompiledFunction1<A, R> compile(Function1<A, R> fn, CompileOptions options) {
        return functions.compile(fn, options);
    }

    @Override
    public <A, B, R> CompiledFunction2<A, B, R> compile(Function2<A, B, R> fn, CompileOptions options) {
        return functions.compile(fn, options);
    }

    @Override
    public <A, B, C, R> CompiledFunction3<A, B, C, R> compile(Function3<A, B, C, R> fn, CompileOptions options) {
        return functions.compile(fn, options);
    }

    @Override
    public <A, B, C, D, R> CompiledFunction4<A, B, C, D, R> compile(Function4<A, B, C, D, R> fn,
            CompileOptions options) {
        return functions.compile(fn, options);
    }

    @Override
    public <R> CompiledFunction<R> compileVarargs(FunctionN<R> fn, CompileOptions options) {
        return functions.compileVarargs(fn, options);
    }

    @Override
    public List<CompiledFunction<?>> functions() {
        return functions.functions();
    }

    @Override
    public List<BackendStatus> backends() {
        return backends.get().status();
    }

    @Override
    public List<DeclinedBackend> declinedBackends() {
        return backends.get().declined();
    }
}
