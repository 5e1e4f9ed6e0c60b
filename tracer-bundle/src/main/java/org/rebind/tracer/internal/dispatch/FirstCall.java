package org.rebind.tracer.internal.dispatch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.rebind.CompileOptions;
import org.rebind.Explanation;
import org.rebind.MissReason;
import org.rebind.SideEffectException;
import org.rebind.Tensor;
import org.rebind.backend.ExecutableOptions;
import org.rebind.graph.Graph;
import org.rebind.pytree.Pytrees;
import org.rebind.pytree.TreeDef;
import org.rebind.tracer.internal.backends.Backends;
import org.rebind.tracer.internal.backends.BoundGraph;
import org.rebind.tracer.internal.eager.Eager;
import org.rebind.tracer.internal.effects.Finding;
import org.rebind.tracer.internal.simplify.Simplify;
import org.rebind.tracer.internal.tensor.ConcreteTensor;
import org.rebind.tracer.internal.trace.Effect;
import org.rebind.tracer.internal.trace.TraceAbort;
import org.rebind.tracer.internal.trace.TraceResult;
import org.rebind.tracer.internal.trace.Tracing;

/** Traces and compiles signatures of one function, and compares later traces with the first. Thread-safe. */
final class FirstCall {
    private final UserFunction function;
    private final CompileOptions options;
    private final Supplier<Backends> backends;

    FirstCall(UserFunction function, CompileOptions options, Supplier<Backends> backends) {
        this.function = function;
        this.options = options;
        this.backends = backends;
    }

    /** What became of a call: a new entry to execute, or a signature that runs eagerly, with this call's result or without. */
    static final class Outcome {
        private final Entry entry;
        private final Entry eager;
        private final Arguments arguments;
        private final ResultSource result;
        private boolean kept = true;

        /** Gives a call's result, once. */
        private interface ResultSource {
            Object get();
        }

        private Outcome(Entry entry, Entry eager, Arguments arguments, ResultSource result) {
            this.entry = entry;
            this.eager = eager;
            this.arguments = arguments;
            this.result = result;
        }

        /** Null if the signature runs eagerly. */
        Entry entry() {
            return entry;
        }

        /** The mark of a signature that runs eagerly; null if it was compiled. */
        Entry eager() {
            return eager;
        }

        /** Says whether the entry is in the table. */
        void kept(boolean isKept) {
            kept = isKept;
        }

        /** Whether the user's function has run for this call, and must not again. */
        boolean isDone() {
            return result != null;
        }

        Object result() {
            return result.get();
        }

        /** What the signature runs; instead of executing it. */
        Explanation explain(String name) {
            Explanation explanation = (entry != null ? entry : eager).explain(name);
            if (entry != null && !kept) {
                entry.bound.close();
            }
            return explanation;
        }

        Object execute() {
            ConcreteTensor[] values = entry.values();
            System.arraycopy(arguments.leaves(), 0, values, 0, arguments.leaves().length);
            try {
                return entry.execute(values, entry.sizes(values));
            } finally {
                if (!kept) {
                    entry.bound.close();
                }
            }
        }
    }

    /**
     * Traces, simplifies and compiles.
     *
     * @param doubt whether the next call has to be compared
     * @param values whether reading values is answered (and the call ends eagerly); otherwise it ends the trace
     * @throws SideEffectException with fullgraph, if the function has an effect
     */
    Outcome compile(Arguments args, MissReason reason, boolean doubt, boolean values) {
        long start = System.nanoTime();
        TracedBody body = new TracedBody(function, args.signature().arguments());
        TraceResult trace;
        try {
            trace = trace(body, args, values);
        } catch (TraceAbort abort) {
            if (options.fullgraph()) {
                throw abort.asException();
            }
            return new Outcome(null, eagerMark(args, reason, finding(abort)), args, null);
        }
        Outcome ended = eagerEnd(body, trace, args, reason);
        if (ended != null) {
            return ended;
        }
        long traced = System.nanoTime();
        Graph graph = options.simplify() ? Simplify.simplify(trace.graph()) : trace.graph();
        long simplified = System.nanoTime();
        BoundGraph bound = backends.get().bind(graph, new ExecutableOptions(options.exact(), options.fuse()), options.backend());
        Compilation made = new Compilation(trace, body.results(), trace.captured(), bound, traced - start,
                simplified - traced, System.nanoTime() - simplified);
        return new Outcome(new Entry(args.signature(), args.hash(), reason, made, null, doubt), null, args, null);
    }

    private TraceResult trace(TracedBody body, Arguments args, boolean values) {
        return options.fullgraph() || !values ? Tracing.trace(body, args.params(), args.sizes())
                : Tracing.trace(body, args.params(), args.sizes(), args.leaves());
    }

    private static Finding finding(TraceAbort abort) {
        return new Finding(abort.kind(), abort.what(), abort.where(), abort.fix());
    }

    private static Entry eagerMark(Arguments args, MissReason reason, Finding why) {
        return new Entry(args.signature(), args.hash(), reason, null, why, false);
    }

    /** The outcome if the trace showed an effect; null if its graph may serve other calls. */
    private Outcome eagerEnd(TracedBody body, TraceResult trace, Arguments args, MissReason reason) {
        Finding change = body.argumentChange(args.signature().names());
        if (change != null) {
            if (options.fullgraph()) {
                throw change.exception();
            }
            return new Outcome(null, eagerMark(args, reason, change), args, null);
        }
        if (trace.firstRead() != null) {
            return new Outcome(null, eagerMark(args, reason, finding(trace.firstRead())), args,
                    () -> evaluate(trace, body.results(), args));
        }
        return null;
    }

    /** The result of the very call that was traced. */
    private static Object evaluate(TraceResult trace, TreeDef results, Arguments args) {
        List<ConcreteTensor> inputs = new ArrayList<>(List.of(args.leaves()));
        inputs.addAll(trace.captured());
        ConcreteTensor[] values = Eager.current().run(trace.graph(), inputs.toArray(ConcreteTensor[]::new),
                numbers(trace, args));
        for (Effect e : trace.effects()) {
            e.callback().accept(e.results().stream().map(i -> (Tensor) values[i]).toList());
        }
        return Pytrees.unflatten(results, List.of(values).subList(0, trace.resultCount()));
    }

    /** What the symbols of a trace's graph are for these arguments. */
    private static long[] numbers(TraceResult trace, Arguments args) {
        List<long[]> sizes = args.sizes();
        trace.captured().forEach(t -> sizes.add(t.type().shape().sizes()));
        return trace.graph().symbolValues(sizes);
    }

    /**
     * Traces a later call and compares with the entry that would serve it.
     *
     * @return null if both traces are equal; otherwise why the signature must run eagerly from now on, and what became
     *     of the call
     * @throws SideEffectException with fullgraph, if this one shows an effect
     */
    Outcome check(Entry entry, Arguments args) {
        TracedBody body = new TracedBody(function, args.signature().arguments());
        TraceResult trace;
        try {
            trace = trace(body, args, true);
        } catch (TraceAbort abort) {
            throw abort.asException(); // fullgraph: others answer reads
        }
        Outcome ended = eagerEnd(body, trace, args, entry.miss);
        if (ended != null) {
            return ended;
        }
        Graph graph = trace.graph();
        String difference = TraceComparison.difference(entry.compilation, trace, body.results(),
                graph.symbolMap(numbers(trace, args)));
        if (difference == null) {
            return null;
        }
        Finding why = new Finding(SideEffectException.Kind.HIDDEN_STATE,
                "it does not do the same in two calls of one signature: " + difference, function.place(),
                "Pass the state that changes as an argument and return its new value");
        return new Outcome(null, eagerMark(args, entry.miss, why), args, () -> evaluate(trace, body.results(), args));
    }
}
