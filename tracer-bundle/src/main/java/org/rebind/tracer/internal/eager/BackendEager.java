package org.rebind.tracer.internal.eager;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.rebind.TensorType;
import org.rebind.backend.ExecutableOptions;
import org.rebind.graph.Graph;
import org.rebind.graph.Op;
import org.rebind.graph.Reshape;
import org.rebind.tracer.internal.backends.Backends;
import org.rebind.tracer.internal.backends.BoundGraph;
import org.rebind.tracer.internal.tensor.ConcreteTensor;

/**
 * Eager mode on the best backend: each op is a small graph with symbolic sizes, bound once for all sizes and kept while it
 * is among the last used. Ops on few elements that lie on the host are run by the interpreter at once, since compiling
 * or even launching them would take longer. Thread-safe.
 */
public final class BackendEager implements Eager, AutoCloseable {
    private static final int MOST_GRAPHS = 512;
    private static final int FEW_ELEMENTS = 1024;
    private static final int MOST_AXES = 15; // more do not occur but in tests of limits

    private final Supplier<Backends> backends;
    private final int fewElements;
    private final InterpretedEager interpreted = new InterpretedEager();
    private final Map<EagerGraph.Key, BoundGraph> graphs; // guarded by itself

    /** @param backends asked at the first op that needs one, so that devices are not looked for before */
    public BackendEager(Supplier<Backends> backends) {
        this(backends, FEW_ELEMENTS);
    }

    /** @param fewElements up to how many elements the interpreter is quicker */
    public BackendEager(Supplier<Backends> backends, int fewElements) {
        this.backends = backends;
        this.fewElements = fewElements;
        this.graphs = new LinkedHashMap<>(64, 0.75f, true);
    }

    @Override
    public ConcreteTensor apply(Op op, ConcreteTensor[] inputs, TensorType type) {
        ConcreteTensor same = op instanceof Reshape ? inputs[0].sharing(type) : null;
        if (same != null) {
            return same; // the same elements, not a copy
        }
        if (small(inputs, type) || onHost(inputs) && EagerGraph.copies(op)) {
            return interpreted.apply(op, inputs, type);
        }
        List<TensorType> types = new ArrayList<>(inputs.length);
        for (ConcreteTensor x : inputs) {
            types.add(x.type());
        }
        return run(EagerGraph.Key.of(op, types), inputs);
    }

    @Override
    public ConcreteTensor elementwise(Op op, ConcreteTensor[] inputs, List<TensorType> operandTypes, TensorType type) {
        return small(inputs, type) ? interpreted.elementwise(op, inputs, operandTypes, type)
                : run(EagerGraph.Key.elementwise(op, inputs, operandTypes, type.shape()), inputs);
    }

    private boolean small(ConcreteTensor[] inputs, TensorType type) {
        if (type.shape().rank() > MOST_AXES) {
            return true;
        }
        if (type.shape().elementCount() > fewElements) {
            return false;
        }
        for (ConcreteTensor x : inputs) {
            if (!x.isOnHost() || x.type().shape().elementCount() > fewElements) {
                return false;
            }
        }
        return true;
    }

    private static boolean onHost(ConcreteTensor[] inputs) {
        return Arrays.stream(inputs).allMatch(ConcreteTensor::isOnHost);
    }

    private ConcreteTensor run(EagerGraph.Key key, ConcreteTensor[] inputs) {
        BoundGraph bound = find(key);
        if (bound == null) {
            bound = keep(key, EagerGraph.build(key));
        }
        ConcreteTensor[] values = Arrays.copyOf(inputs, inputs.length + 1);
        bound.run(values, numbers(bound.graph(), inputs));
        return values[inputs.length];
    }

    private static long[] numbers(Graph graph, ConcreteTensor[] inputs) {
        List<Graph.SymbolSource> symbols = graph.symbols();
        long[] numbers = new long[symbols.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = inputs[symbols.get(i).param()].shape().size(symbols.get(i).axis());
        }
        return numbers;
    }

    @Override
    public ConcreteTensor[] run(Graph graph, ConcreteTensor[] inputs, long[] symbols) {
        return OpByOp.run(this, graph, inputs, symbols);
    }

    private BoundGraph find(EagerGraph.Key key) {
        synchronized (graphs) {
            return graphs.get(key);
        }
    }

    /** Binds outside the lock; of two threads that bind the same graph, the first one's is kept. */
    private BoundGraph keep(EagerGraph.Key key, Graph graph) {
        BoundGraph made = backends.get().bind(graph, ExecutableOptions.DEFAULT, Optional.empty());
        List<BoundGraph> unused = new ArrayList<>();
        BoundGraph kept;
        synchronized (graphs) {
            BoundGraph first = graphs.putIfAbsent(key, made);
            kept = first != null ? first : made;
            if (first != null) {
                unused.add(made);
            }
            var oldest = graphs.values().iterator();
            while (graphs.size() > MOST_GRAPHS) {
                unused.add(oldest.next());
                oldest.remove();
            }
        }
        unused.forEach(BoundGraph::close); // calls that run on one go on
        return kept;
    }

    /** Gives back all executables; ops that come later bind again. */
    @Override
    public void close() {
        List<BoundGraph> all;
        synchronized (graphs) {
            all = List.copyOf(graphs.values());
            graphs.clear();
        }
        all.forEach(BoundGraph::close);
    }
}
