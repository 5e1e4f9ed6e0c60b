package org.rebind.tracer.internal.dispatch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.rebind.EntryStats;
import org.rebind.Explanation;
import org.rebind.MissReason;
import org.rebind.Shape;
import org.rebind.Tensor;
import org.rebind.TensorType;
import org.rebind.graph.Graph;
import org.rebind.graph.Guard;
import org.rebind.pytree.Pytrees;
import org.rebind.pytree.TreeDef;
import org.rebind.tracer.internal.backends.BoundGraph;
import org.rebind.tracer.internal.effects.Finding;
import org.rebind.tracer.internal.tensor.ConcreteTensor;
import org.rebind.tracer.internal.trace.Effect;

/**
 * One compiled signature of a function, under its guards; or a signature known to run eagerly. Thread-safe. A call first
 * {@link #take}s the arguments apart, then {@link #sizes} tells whether this entry serves them.
 */
final class Entry {
    private static final long[] NO_SYMBOLS = {};

    final Signature signature;
    final int hash;
    final MissReason miss;
    /** Null if the signature runs eagerly. */
    final BoundGraph bound;
    /** Why it runs eagerly, else null. */
    final Finding eager;
    final Compilation compilation;
    final Uses uses = new Uses();
    final boolean hasEffects;
    /** Out of the table: must not be the last one used. */
    volatile boolean dead;

    /** Whether a second trace has still to be compared with the first. */
    private final AtomicBoolean unchecked;
    private final TreeDef[] arguments;
    private final int[] offsets; // first leaf of each argument
    private final TensorType[] types;
    private final int[][] symbolOf; // by leaf and axis: number of the symbol, -1 for a fixed size; null if all are fixed
    private final int symbolCount;
    private final GuardTest guards;
    private final int[] graphSymbols; // which of our symbols the compiled graph still has; null if all, in order
    private final ConcreteTensor[] template; // room for the leaves, the captured tensors, room for the results
    private final int inputs; // leaves and captured tensors
    private final boolean singleResult;
    private final int[] sameAs; // for each result the first that is the same value; null if all differ

    /** @param compilation null if the signature runs eagerly */
    Entry(Signature signature, int hash, MissReason miss, Compilation compilation, Finding eager,
            boolean check) {
        this.signature = signature;
        this.hash = hash;
        this.miss = miss;
        this.compilation = compilation;
        this.bound = compilation == null ? null : compilation.bound();
        this.eager = eager;
        this.unchecked = new AtomicBoolean(check);
        this.arguments = signature.arguments().toArray(TreeDef[]::new);
        this.offsets = offsets(arguments);
        this.types = signature.types().toArray(TensorType[]::new);
        List<String> symbols = new ArrayList<>();
        this.symbolOf = symbols(types, symbols);
        this.symbolCount = symbols.size();
        this.graphSymbols = compilation == null ? null : graphSymbols(symbols, compilation.bound().graph());
        this.guards = new GuardTest(compilation == null ? List.of() : compilation.trace().graph().guards(), symbols);
        this.inputs = types.length + (compilation == null ? 0 : compilation.captured().size());
        this.template = new ConcreteTensor[inputs + (compilation == null ? 0 : bound.graph().results().size())];
        this.hasEffects = compilation != null && !compilation.trace().effects().isEmpty();
        this.singleResult = compilation != null && compilation.results() instanceof TreeDef.Leaf && !hasEffects;
        this.sameAs = compilation == null ? null : duplicates(compilation.bound().graph().results());
        for (int i = types.length; i < inputs; i++) {
            template[i] = compilation.captured().get(i - types.length);
        }
    }

    private static int[] duplicates(List<Integer> results) {
        int[] first = results.stream().mapToInt(results::indexOf).toArray();
        return Arrays.stream(first).distinct().count() == first.length ? null : first;
    }

    private static int[] offsets(TreeDef[] arguments) {
        int[] offsets = new int[arguments.length + 1];
        for (int i = 0; i < arguments.length; i++) {
            offsets[i + 1] = offsets[i] + arguments[i].leafCount();
        }
        return offsets;
    }

    private static int[][] symbols(TensorType[] types, List<String> names) {
        int[][] all = new int[types.length][];
        for (int i = 0; i < types.length; i++) {
            Shape shape = types[i].shape();
            if (shape.isFixed()) {
                continue;
            }
            all[i] = new int[shape.rank()];
            for (int a = 0; a < all[i].length; a++) {
                Optional<String> name = shape.dim(a).symbolName();
                if (name.isPresent() && !names.contains(name.get())) {
                    names.add(name.get());
                }
                all[i][a] = name.map(names::indexOf).orElse(-1);
            }
        }
        return all;
    }

    boolean needsCheck() {
        return unchecked.getPlain();
    }

    /** Lets one caller compare. */
    boolean claimCheck() {
        return unchecked.get() && unchecked.compareAndSet(true, false);
    }

    /** Simplifying replaces symbols that guards fix. */
    private static int[] graphSymbols(List<String> symbols, Graph graph) {
        List<String> left = graph.symbols().stream().map(Graph.SymbolSource::symbol).toList();
        return left.equals(symbols) ? null : left.stream().mapToInt(symbols::indexOf).toArray();
    }

    /** A comparison that did not come to an end has to be made by another call. */
    void returnCheck() {
        unchecked.set(true);
    }

    int arity() {
        return arguments.length;
    }

    /** Room for the inputs and results of one call, captured tensors in place. */
    ConcreteTensor[] values() {
        return template.length == 0 ? template : template.clone();
    }

    /** Puts the tensors of an argument where they belong. @return false if it has another structure */
    boolean take(int index, Object argument, ConcreteTensor[] values) {
        try {
            return arguments[index] instanceof TreeDef.Leaf
                    ? argument instanceof ConcreteTensor t && put(values, offsets[index], t)
                    : Pytrees.match(arguments[index], argument, values, offsets[index]) >= 0;
        } catch (ArrayStoreException e) { // a traced tensor outside of its trace: the slow path says so
            return false;
        }
    }

    private static boolean put(ConcreteTensor[] values, int index, ConcreteTensor t) {
        values[index] = t;
        return true;
    }

    boolean takeAll(Object[] args, ConcreteTensor[] values) {
        if (args.length != arguments.length) {
            return false;
        }
        for (int i = 0; i < args.length; i++) {
            if (!take(i, args[i], values)) {
                return false;
            }
        }
        return true;
    }

    /** The numbers of the symbols if all types fit and all guards hold; null otherwise. */
    long[] sizes(ConcreteTensor[] values) {
        long[] numbers = symbolCount == 0 ? NO_SYMBOLS : new long[symbolCount];
        return fits(values, numbers) && guards.holds(numbers) ? numbers : null;
    }

    /** Whether the types fit; fills in the numbers of the symbols. */
    private boolean fits(ConcreteTensor[] values, long[] numbers) {
        int known = 0;
        for (int i = 0; i < types.length; i++) {
            TensorType type = values[i].type();
            if (type != types[i] && (type.dtype() != types[i].dtype() || (symbolOf[i] == null
                    ? !type.shape().equals(types[i].shape()) : (known = symbolic(i, type.shape(), numbers, known)) < 0))) {
                return false;
            }
        }
        return true;
    }

    /** @return how many symbols are known now, -1 if the shape does not fit */
    private int symbolic(int leaf, Shape shape, long[] numbers, int known) {
        int[] symbols = symbolOf[leaf];
        if (shape.rank() != symbols.length) {
            return -1;
        }
        int next = known;
        for (int a = 0; a < symbols.length; a++) {
            long size = shape.size(a);
            int s = symbols[a];
            if (s < 0 ? size != types[leaf].shape().size(a) : s < next && numbers[s] != size) {
                return -1;
            }
            if (s >= next) { // symbols are numbered in this very order
                numbers[s] = size;
                next = s + 1;
            }
        }
        return next;
    }

    /** The guard that keeps this entry from serving inputs whose types fit; null if that is not the reason. */
    Guard failingGuard(ConcreteTensor[] values) {
        long[] numbers = new long[symbolCount];
        return fits(values, numbers) ? guards.failing(numbers) : null;
    }

    /** Runs the compiled code and puts the result together. */
    Object execute(ConcreteTensor[] values, long[] numbers) {
        bound.run(values, graphSymbols == null ? numbers : select(numbers));
        if (singleResult) {
            return values[inputs];
        }
        ConcreteTensor[] results = Arrays.copyOfRange(values, inputs, values.length);
        for (int i = 0; sameAs != null && i < sameAs.length; i++) {
            results[i] = results[sameAs[i]];
        }
        if (hasEffects) {
            for (Effect e : compilation.trace().effects()) {
                e.callback().accept(e.results().stream().map(i -> (Tensor) results[i]).toList());
            }
        }
        int count = compilation.trace().resultCount();
        return Pytrees.unflatten(compilation.results(), count == results.length ? results
                : Arrays.copyOf(results, count));
    }

    private long[] select(long[] numbers) {
        long[] selected = new long[graphSymbols.length];
        for (int i = 0; i < selected.length; i++) {
            selected[i] = numbers[graphSymbols[i]];
        }
        return selected;
    }

    List<String> guardTexts() {
        return compilation == null ? List.of()
                : compilation.trace().graph().guards().stream().map(Guard::toString).toList();
    }

    EntryStats stats() {
        return new EntryStats(signature.toString(), guardTexts(), bound.backendName(), uses.hits(),
                compilation.totalNanos() / 1e6, uses.nanos() / 1e6);
    }

    Explanation explain(String function) {
        if (bound == null) {
            return new Explanation(function, signature.toString(), miss, "", List.of(), eager.toString(),
                    "", List.of(), List.of(), 0,
                    List.of());
        }
        return new Explanation(function, signature.toString(), miss, bound.graph().toString(), guardTexts(), "",
                bound.backendName(), bound.choice(), bound.kernels(), bound.scratchBytes(), compilation.times());
    }

}
