package org.rebind;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Makes compiled functions. An OSGi service, and {@link Rebind#compiler()} elsewhere. Thread-safe.
 *
 * <pre>{@code
 * var step = compiler.compile((Params p, Tensor x) -> ..., CompileOptions.builder().fullgraph(true).build());
 * }</pre>
 */
@ProviderType
public interface Compiler {
    <A, R> CompiledFunction1<A, R> compile(Function1<A, R> fn, CompileOptions options);

    <A, B, R> CompiledFunction2<A, B, R> compile(Function2<A, B, R> fn, CompileOptions options);

    <A, B, C, R> CompiledFunction3<A, B, C, R> compile(Function3<A, B, C, R> fn, CompileOptions options);

    <A, B, C, D, R> CompiledFunction4<A, B, C, D, R> compile(Function4<A, B, C, D, R> fn, CompileOptions options);

    /** For other numbers of arguments, none included. */
    <R> CompiledFunction<R> compileVarargs(FunctionN<R> fn, CompileOptions options);

    default <A, R> CompiledFunction1<A, R> compile(Function1<A, R> fn) {
        return compile(fn, CompileOptions.DEFAULT);
    }

    default <A, B, R> CompiledFunction2<A, B, R> compile(Function2<A, B, R> fn) {
        return compile(fn, CompileOptions.DEFAULT);
    }

    default <A, B, C, R> CompiledFunction3<A, B, C, R> compile(Function3<A, B, C, R> fn) {
        return compile(fn, CompileOptions.DEFAULT);
    }

    default <A, B, C, D, R> CompiledFunction4<A, B, C, D, R> compile(Function4<A, B, C, D, R> fn) {
        return compile(fn, CompileOptions.DEFAULT);
    }

    default <R> CompiledFunction<R> compileVarargs(FunctionN<R> fn) {
        return compileVarargs(fn, CompileOptions.DEFAULT);
    }

    /** An object that compiles each function handed to it with these options. */
    default Decorator decorate(CompileOptions options) {
        return new Decorator(this, options);
    }

    /** The functions compiled by this runtime that are still reachable, in order of compilation. */
    List<CompiledFunction<?>> functions();

    /** The backends there are now, best first, the interpreter last. */
    List<BackendStatus> backends();

    /** The backends that are installed and cannot be used here, with the reason. */
    List<DeclinedBackend> declinedBackends();
}
