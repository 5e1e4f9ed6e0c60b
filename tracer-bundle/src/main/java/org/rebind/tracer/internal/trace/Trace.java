package org.rebind.tracer.internal.trace;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.rebind.Dim;
import org.rebind.SideEffectException;
import org.rebind.Tensor;
import org.rebind.TensorType;
import org.rebind.graph.DimFacts;
import org.rebind.graph.Graph;
import org.rebind.graph.GraphChecker;
import org.rebind.graph.Node;
import org.rebind.graph.Op;
import org.rebind.graph.Relation;
import org.rebind.tracer.internal.eager.Eager;
import org.rebind.tracer.internal.simplify.DeadCode;
import org.rebind.tracer.internal.tensor.AbstractTensor;
import org.rebind.tracer.internal.tensor.ConcreteTensor;
import org.rebind.tracer.internal.tensor.Errors;
import org.rebind.tracer.internal.tensor.Operations;
import org.rebind.tracer.internal.tensor.TracedTensor;

/**
 * A graph in the making: the current trace of its thread collects every op that is applied. Used by one thread.
 *
 * <p>Values are numbered in order of appearance (parameters, captured tensors and nodes alike) and renumbered at the end.
 */
public final class Trace {
    private static final ThreadLocal<Trace> CURRENT = new ThreadLocal<>();

    /** A value so far; exactly one of param, captured and op is set. */
    private record Value(Graph.Param param, ConcreteTensor captured, Op op, List<Integer> inputs, TensorType type) {
    }

    /** A declared effect and the values it wants. */
    private record PendingEffect(Consumer<List<Tensor>> callback, List<Integer> values) {
    }

    private final List<Value> values = new ArrayList<>();
    private final Map<ConcreteTensor, Integer> captured = new IdentityHashMap<>();
    private final List<PendingEffect> effects = new ArrayList<>();
    private final TraceFacts facts;
    private final boolean replay;
    private final ConcreteTensor[] arguments; // of this call, to answer value reads with; null where reads end the trace
    private final Map<Integer, ConcreteTensor> read = new HashMap<>();
    private final BiPredicate<Dim, Dim> sizes = this::sameSize;
    private boolean evaluating;
    private TraceAbort firstRead;

    Trace(List<Graph.Param> params, List<long[]> hintSizes, ConcreteTensor[] arguments, boolean replay) {
        this.facts = new TraceFacts(params, hintSizes);
        this.arguments = arguments;
        this.replay = replay;
        params.forEach(p -> values.add(new Value(p, null, null, null, p.type())));
    }

    /** The trace this thread is in; null outside of any. */
    public static Trace current() {
        return CURRENT.get();
    }

    /** Makes this the thread's trace. @return the one before, to be given to {@link #leave} */
    Trace enter() {
        Trace outer = CURRENT.get();
        CURRENT.set(this);
        return outer;
    }

    static void leave(Trace outer) {
        if (outer == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(outer);
        }
    }

    TracedTensor tensor(int value) {
        return new TracedTensor(this, value, values.get(value).type);
    }

    /** Adds an op. @param name what the user called */
    public AbstractTensor add(String name, Op op, List<AbstractTensor> inputs) {
        List<Integer> numbers = new ArrayList<>(inputs.size());
        List<TensorType> types = new ArrayList<>(inputs.size());
        for (AbstractTensor t : inputs) {
            numbers.add(valueOf(name, t));
            types.add(t.type());
        }
        TensorType type = Operations.type(name, op, types, facts(name));
        type.shape().dims().forEach(d -> checkSize(name, d, type));
        values.add(new Value(null, null, op, numbers, type));
        return tensor(values.size() - 1);
    }

    /** Every size is at least 0, in other calls too; a symbol that no parameter has is an error. */
    private void checkSize(String name, Dim d, TensorType type) {
        if (d.isFixed()) {
            return;
        }
        long now = facts.number(name, d);
        if (!facts.holds(name, Dim.of(0), Relation.LE, d)) {
            throw Errors.shape(name + ": the result has shape " + type.shape() + ", whose size " + d + " is "
                    + now + " here, expected >= 0");
        }
    }

    /** Forgets everything, since tensors that leak keep their trace alive. */
    void end() {
        values.clear();
        captured.clear();
        effects.clear();
        read.clear();
    }

    /** The number of a tensor of this trace, or of a tensor from outside, which is captured. */
    private int valueOf(String name, AbstractTensor tensor) {
        if (tensor instanceof TracedTensor t) {
            if (t.trace() != this) {
                throw Errors.general(TracedTensor.leaked(name));
            }
            return t.value();
        }
        ConcreteTensor c = (ConcreteTensor) tensor;
        return captured.computeIfAbsent(c, k -> {
            values.add(new Value(null, c, null, null, c.type()));
            return values.size() - 1;
        });
    }

    /** Facts whose undecided questions are answered by this call's sizes and become guards. */
    public DimFacts facts(String what) {
        return (left, relation, right) -> facts.holds(what, left, relation, right);
    }

    /** The number of a dim in this call, without a guard. */
    public long numberNow(String what, Dim d) {
        return facts.number(what, d);
    }

    /** The number of a dim in this call; the graph is valid for that number alone. */
    public long specialise(Dim d, String what) {
        return facts.specialise(d, what);
    }

    /** Answers whether two dims are the same size in this call, with a guard; null while a backend runs, which compares forms. */
    public BiPredicate<Dim, Dim> sizes() {
        return evaluating ? null : sizes;
    }

    private boolean sameSize(Dim a, Dim b) {
        return facts.knows(a) && facts.knows(b) && facts.holds("equals", a, Relation.EQ, b);
    }

    /** A dim with numbers in place of this trace's symbols; the graph is valid for these alone. */
    public Dim numbered(Dim dim) {
        Map<String, Dim> numbers = new HashMap<>();
        dim.symbols().stream().map(Dim::symbol).filter(facts::knows)
                .forEach(s -> numbers.put(s.toString(), Dim.of(facts.specialise(s, "a size in the result"))));
        return dim.substitute(numbers);
    }

    /**
     * The values of a traced tensor. Remembered in any case, so that swallowing the abort does not go unnoticed.
     *
     * @param operation what reads, for instance {@code item}
     * @throws TraceAbort if this trace has not been given the arguments' values
     */
    public ConcreteTensor read(TracedTensor tensor, String operation) {
        TraceAbort abort = new TraceAbort(SideEffectException.Kind.VALUE_READ, operation
                + "() reads the values of a tensor that is being traced and has none yet", Errors.userLine(),
                "Compute with tensor operations instead (Tensor.where for a branch), return the tensor and read it"
                        + " outside, or use Rebind.onExecute");
        firstRead = firstRead == null ? abort : firstRead;
        if (arguments == null) {
            throw abort;
        }
        return read.computeIfAbsent(tensor.value(), this::evaluate);
    }

    /**
     * Something the function is about to do that a graph cannot hold; noticed like the reading of a value.
     *
     * @throws TraceAbort if this trace has not been given the arguments' values; it has not happened then
     */
    public void effect(SideEffectException.Kind kind, String what, String where, String fix) {
        TraceAbort abort = new TraceAbort(kind, what, where, fix);
        firstRead = firstRead == null ? abort : firstRead;
        if (arguments == null) {
            throw abort;
        }
    }

    /** Runs the part of the graph there is so far that this value needs. */
    private ConcreteTensor evaluate(int value) {
        List<ConcreteTensor> constants = new ArrayList<>();
        Graph graph = DeadCode.remove(graph(List.of(value), constants));
        List<ConcreteTensor> inputs = new ArrayList<>(List.of(arguments));
        inputs.addAll(constants);
        List<long[]> sizes = inputs.stream().map(t -> t.shape().sizes()).toList();
        evaluating = true;
        try {
            return Eager.current().run(graph, inputs.toArray(ConcreteTensor[]::new), graph.symbolValues(sizes))[0];
        } finally {
            evaluating = false;
        }
    }

    /** The first read of a traced tensor's values; null if there was none. */
    TraceAbort firstRead() {
        return firstRead;
    }

    /** Whether a read ends this trace. */
    boolean readsAbort() {
        return arguments == null;
    }

    /** Runs an effect of tracing itself, once however often the function is traced to compare. */
    public void onTrace(Runnable effect) {
        if (!replay) {
            effect.run();
        }
    }

    public void onExecute(List<Tensor> tensors, Consumer<List<Tensor>> effect) {
        effects.add(new PendingEffect(effect, tensors.stream().map(t -> valueOf("onExecute", Operations.own("onExecute", t)))
                .toList()));
    }

    /** The finished graph. @param results tensors of this trace, or concrete ones */
    TraceResult finish(List<Tensor> results) {
        List<Integer> chosen = new ArrayList<>();
        results.forEach(r -> chosen.add(valueOf("compiled function", Operations.own("compiled function", r))));
        List<Effect> finished = new ArrayList<>();
        for (PendingEffect e : effects) {
            List<Integer> positions = new ArrayList<>();
            for (int v : e.values) {
                positions.add(chosen.size());
                chosen.add(v);
            }
            finished.add(new Effect(e.callback, positions));
        }
        List<ConcreteTensor> constants = new ArrayList<>();
        Graph graph = graph(chosen, constants);
        return new TraceResult(GraphChecker.check(graph), constants, finished, results.size(), firstRead);
    }

    private Graph graph(List<Integer> chosen, List<ConcreteTensor> constants) {
        List<Graph.Param> params = new ArrayList<>();
        int[] number = new int[values.size()];
        for (int i = 0; i < number.length; i++) {
            Value v = values.get(i);
            if (v.op == null) {
                number[i] = params.size();
                params.add(v.param != null ? v.param : new Graph.Param("captured" + constants.size(), v.type));
                if (v.captured != null) {
                    constants.add(v.captured);
                }
            }
        }
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < number.length; i++) {
            Value v = values.get(i);
            if (v.op != null) {
                number[i] = params.size() + nodes.size();
                nodes.add(new Node(v.op, v.inputs.stream().map(n -> number[n]).toList(), v.type));
            }
        }
        return new Graph(params, nodes, chosen.stream().map(n -> number[n]).toList(), facts.guards());
    }
}
