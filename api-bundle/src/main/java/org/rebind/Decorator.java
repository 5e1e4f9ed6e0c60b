package org.rebind;

import java.util.Objects;

/** A compiler with its options chosen: {@code compile} without a function. Immutable. */
public final class Decorator {
    private final Compiler compiler;
    private final CompileOptions options;

    Decorator(Compiler compiler, CompileOptions options) {
        this.compiler = compiler;
        this.options = Objects.requireNonNull(options, "options");
    }

    public <A, R> CompiledFunction1<A, R> compile(Function1<A, R> fn) {
        return compiler.compile(fn, options);
    }

    public <A, B, R> CompiledFunction2<A, B, R> compile(Function2<A, B, R> fn) {
        return compiler.compile(fn, options);
    }

    public <A, B, C, R> CompiledFunction3<A, B, C, R> compile(Function3<A, B, C, R> fn) {
        return compiler.compile(fn, options);
    }

    public <A, B, C, D, R> CompiledFunction4<A, B, C, D, R> compile(Function4<A, B, C, D, R> fn) {
        return compiler.compile(fn, options);
    }

    public <R> CompiledFunction<R> compileVarargs(FunctionN<R> fn) {
        return compiler.compileVarargs(fn, options);
    }
}
