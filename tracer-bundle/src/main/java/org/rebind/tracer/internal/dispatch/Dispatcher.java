package org.rebind.tracer.internal.dispatch;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.rebind.ArgumentException;
import org.rebind.CompilationStats;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction;
import org.rebind.EntryStats;
import org.rebind.Explanation;
import org.rebind.MissReason;
import org.rebind.graph.DimFacts;
import org.rebind.tracer.internal.backends.Backends;
import org.rebind.tracer.internal.effects.EffectScanner;
import org.rebind.tracer.internal.effects.Finding;
import org.rebind.tracer.internal.effects.ScanResult;
import org.rebind.tracer.internal.tensor.ConcreteTensor;
import org.rebind.tracer.internal.trace.Trace;

/**
 * A compiled function: finds the entry that serves a call, or makes it. A call that hits takes one snapshot of the table,
 * and no lock; nothing is locked while user code is traced, compiled or executed. Subclasses add the typed arities.
 */
abstract class Dispatcher<R> implements CompiledFunction<R> {
    private static final System.Logger LOG = System.getLogger("org.rebind.compile");

    final Entries entries;
    private final Entries eagerSignatures;
    private final UserFunction function;
    private final CompileOptions options;
    private final DynamicDims dynamic;
    private final FirstCall first;
    private final Counters counters = new Counters();
    private final MissLog misses = new MissLog();
    private final SingleFlight compiling = new SingleFlight();
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private volatile ScanResult scan;

    Dispatcher(UserFunction function, CompileOptions options, Supplier<Backends> backends) {
        this.function = function;
        this.options = options;
        this.dynamic = new DynamicDims(options.dynamicDims(), function.arity());
        this.entries = new Entries(options.maxCacheSize());
        this.eagerSignatures = new Entries(options.maxCacheSize());
        this.first = new FirstCall(function, options, backends);
    }

    /** The user's function, for scans of functions that call this one. */
    Object userFunction() {
        return function.function();
    }

    // ---- calls

    @Override
    @SuppressWarnings("unchecked")
    public R call(Object... args) {
        Object[] all = checkArity(args);
        Entry e = entries.last();
        if (e != null && !e.needsCheck() && Trace.current() == null) {
            ConcreteTensor[] values = e.values();
            long[] numbers = e.takeAll(all, values) ? e.sizes(values) : null;
            if (numbers != null) {
                return (R) hit(e, values, numbers);
            }
        }
        return (R) slow(all);
    }

    private Object[] checkArity(Object[] args) {
        Object[] all = args == null ? new Object[] {null} : args; // what call(null) means
        if (function.arity() >= 0 && all.length != function.arity()) {
            throw new ArgumentException(name() + ": expected " + function.arity() + " arguments, got " + all.length);
        }
        return all;
    }

    final Object hit(Entry e, ConcreteTensor[] values, long[] numbers) {
        long start = System.nanoTime();
        int stripe = Uses.stripe();
        entries.used(e, stripe, Uses.time(start));
        try {
            return e.execute(values, numbers);
        } finally {
            long nanos = System.nanoTime() - start;
            counters.hit(stripe, nanos);
            e.uses.hit(stripe, nanos);
        }
    }

    /** Every call that the last used entry does not serve. */
    final Object slow(Object... args) {
        if (Trace.current() != null) {
            return inline(args);
        }
        int hash = hash(args);
        Entries.Found found = entries.find(hash, args);
        if (found != null) {
            return use(found, args, hash);
        }
        Finding finding = scan().finding().orElse(null);
        if (finding != null) {
            if (options.fullgraph()) {
                throw finding.exception();
            }
            Arguments.checkDims(args, dynamic, function.parameters(), DimFacts.of(List.of()));
            return eager(args, finding);
        }
        Entries.Found known = eagerSignatures.find(hash, args);
        if (known != null) {
            return eagerAgain(known.entry(), args);
        }
        return make(args, Arguments.of(args, dynamic, function.parameters(), hash));
    }

    private int hash(Object[] args) {
        int h = args.length;
        for (int i = 0; i < args.length; i++) {
            h = 31 * h + ArgumentHash.of(args[i], dynamic.touches(i));
        }
        return h;
    }

    private Object use(Entries.Found found, Object[] args, int hash) {
        Entry e = found.entry();
        int generation = eagerSignatures.generation();
        if (e.claimCheck()) {
            FirstCall.Outcome outcome = check(e, args, hash);
            if (outcome != null) { // eager from now on
                entries.remove(e);
                eagerSignatures.add(outcome.eager(), generation);
                if (options.fullgraph()) {
                    throw outcome.eager().eager.exception();
                }
                return afterwards(outcome, args);
            }
        }
        return hit(e, found.values(), found.numbers());
    }

    private FirstCall.Outcome check(Entry e, Object[] args, int hash) {
        try {
            return first.check(e, Arguments.of(args, dynamic, function.parameters(), hash));
        } catch (Throwable t) {
            e.returnCheck();
            throw t;
        }
    }

    /** Nested in the trace of another function: part of that graph. */
    private Object inline(Object[] args) {
        Finding finding = scan().finding().orElse(null);
        if (finding != null) {
            if (options.fullgraph()) {
                throw finding.exception();
            }
            Trace.current().effect(finding.kind(), finding.what() + ", in nested " + name(), finding.where(),
                    finding.fix());
        }
        Arguments.checkDims(args, dynamic, function.parameters(), Trace.current().facts(name()));
        return function.call(args);
    }

    /** A signature that is known to have an effect. */
    private Object eagerAgain(Entry mark, Object[] args) {
        eagerSignatures.used(mark, Uses.stripe(), Uses.time(System.nanoTime()));
        if (options.fullgraph()) {
            throw mark.eager.exception();
        }
        return eager(args, mark.eager);
    }

    private Object eager(Object[] args, Finding why) {
        tell(why);
        try {
            return function.call(args);
        } finally {
            counters.fallback();
        }
    }

    private void tell(Finding why) {
        String reason = why.toString();
        if (told.size() < 1000 && told.add(reason)) {
            LOG.log(Level.WARNING, "{0} runs eagerly: {1}", name(), reason);
        }
    }

    private ScanResult scan() {
        ScanResult s = scan;
        if (s == null) {
            s = EffectScanner.scan(function.function(), "apply", o -> o instanceof Dispatcher<?> d ? d.userFunction() : null);
            scan = s; // a race scans twice, which is harmless
        }
        return s;
    }

    // ---- misses

    /** Compiles or waits, and then runs. */
    private Object make(Object[] args, Arguments taken) {
        while (true) {
            FirstCall.Outcome outcome = lead(args, taken, true);
            if (outcome != null) {
                return afterwards(outcome, args);
            }
            Entries.Found found = entries.find(taken.hash(), args);
            if (found != null) {
                return use(found, args, taken.hash());
            }
            Entries.Found known = eagerSignatures.find(taken.hash(), args);
            if (known != null) {
                return eagerAgain(known.entry(), args);
            }
        }
    }

    /** Compiles, or waits for the thread that does; null if another thread or an earlier call has done it. */
    private FirstCall.Outcome lead(Object[] args, Arguments taken, boolean values) {
        return compiling.lead(taken.signature(), name(),
                () -> entries.find(taken.hash(), args) == null ? compile(taken, values) : null);
    }

    /** Compiles and counts. @param values whether the function may read values, as eager code does */
    private FirstCall.Outcome compile(Arguments taken, boolean values) {
        int generation = entries.generation();
        int eagerGeneration = eagerSignatures.generation();
        MissReason reason = misses.explain(taken, entries.list());
        FirstCall.Outcome outcome = first.compile(taken, reason, !scan().doubt().isEmpty(), values);
        if (outcome.entry() != null) {
            counters.miss(outcome.entry().compilation.totalNanos());
            misses.add(name(), reason);
            outcome.kept(entries.add(outcome.entry(), generation));
        } else {
            eagerSignatures.add(outcome.eager(), eagerGeneration);
        }
        return outcome;
    }

    /** What a call does once it has been compiled, or found to need eager execution; no other thread waits for it. */
    private Object afterwards(FirstCall.Outcome outcome, Object[] args) {
        if (outcome.entry() != null) {
            return outcome.execute();
        }
        if (!outcome.isDone()) {
            return eager(args, outcome.eager().eager);
        }
        tell(outcome.eager().eager);
        try {
            return outcome.result();
        } finally {
            counters.fallback();
        }
    }

    // ---- what is known

    @Override
    public String name() {
        return options.name().isEmpty() ? function.place() : options.name();
    }

    @Override
    public CompileOptions options() {
        return options;
    }

    @Override
    public CompilationStats stats() {
        CompilationStats s;
        int tries = 16; // entries that go on coming and going make any size true
        do {
            s = counters.snapshot(entries.size());
        } while (s.cacheSize() != entries.size() && --tries > 0);
        return s;
    }

    @Override
    public List<EntryStats> entries() {
        return entries.list().stream().map(Entry::stats).toList();
    }

    @Override
    public List<MissReason> misses() {
        return misses.newest();
    }

    @Override
    public Explanation explain(Object... args) {
        Object[] all = checkArity(args);
        int hash = hash(all);
        Entries.Found live = entries.find(hash, all);
        if (live != null) {
            return live.entry().explain(name());
        }
        Arguments taken = Arguments.of(all, dynamic, function.parameters(), hash);
        Finding finding = scan().finding().orElse(null);
        if (finding != null) {
            MissReason none = new MissReason(taken.signature().toString(), Optional.empty(), "", "");
            return explainEager(new Entry(taken.signature(), hash, none, null, finding, false));
        }
        while (true) {
            Entries.Found known = eagerSignatures.find(hash, all);
            if (known != null) {
                return explainEager(known.entry());
            }
            FirstCall.Outcome outcome = lead(all, taken, false);
            if (outcome != null) {
                return outcome.explain(name());
            }
            Entries.Found found = entries.find(hash, all);
            if (found != null) {
                return found.entry().explain(name());
            }
        }
    }

    /** With fullgraph no call runs eagerly: explaining ends as the call does. */
    private Explanation explainEager(Entry mark) {
        if (options.fullgraph()) {
            throw mark.eager.exception();
        }
        return mark.explain(name());
    }

    @Override
    public List<Explanation> explanations() {
        return entries.list().stream().map(e -> e.explain(name())).toList();
    }

    @Override
    public void clearCache() {
        entries.clear();
        eagerSignatures.clear();
    }

    @Override
    public String toString() {
        return "compiled function " + name();
    }
}
