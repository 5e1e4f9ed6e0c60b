package org.rebind.tracer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.Tensor;
import org.rebind.TensorType;
import org.rebind.graph.Graph;
import org.rebind.graph.Guard;
import org.rebind.tracer.internal.eager.Eager;
import org.rebind.tracer.internal.tensor.ConcreteTensor;
import org.rebind.tracer.internal.trace.TraceResult;
import org.rebind.tracer.internal.trace.Tracing;

/** Tracing for tests: a function's trace for some arguments, and its graph run by the interpreter. */
final class Traced {
    final TraceResult result;

    private Traced(TraceResult result) {
        this.result = result;
    }

    /** @param symbols names of dynamic dims, one list an argument, null where a dim is fixed */
    static Traced of(Function<List<Tensor>, List<Tensor>> fn, List<List<String>> symbols, Tensor... arguments) {
        List<Graph.Param> params = new ArrayList<>();
        List<long[]> sizes = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            Tensor t = arguments[i];
            List<String> names = i < symbols.size() ? symbols.get(i) : List.of();
            List<Dim> dims = new ArrayList<>();
            for (int a = 0; a < t.rank(); a++) {
                String name = a < names.size() ? names.get(a) : null;
                dims.add(name == null || name.isEmpty() ? t.dim(a) : Dim.symbol(name));
            }
            params.add(new Graph.Param("x" + i, new TensorType(t.dtype(), Shape.of(dims))));
            sizes.add(t.shape().sizes());
        }
        return new Traced(Tracing.trace(fn, params, sizes));
    }

    static Traced of(Function<List<Tensor>, List<Tensor>> fn, Tensor... arguments) {
        return of(fn, List.of(), arguments);
    }

    Graph graph() {
        return result.graph();
    }

    /** Whether the graph may serve these arguments: types fit and guards hold. */
    boolean serves(Tensor... arguments) {
        long[] numbers = numbers(graph(), arguments);
        var map = graph().symbolMap(numbers);
        for (int i = 0; i < arguments.length; i++) {
            TensorType declared = graph().params().get(i).type();
            if (declared.dtype() != arguments[i].dtype()
                    || !declared.shape().evaluate(map::get).equals(arguments[i].shape())) {
                return false;
            }
        }
        for (Guard g : graph().guards()) {
            if (!g.test(map::get)) {
                return false;
            }
        }
        return true;
    }

    private static long[] numbers(Graph graph, Tensor[] arguments) {
        return graph.symbolValues(Arrays.stream(arguments).map(t -> t.shape().sizes()).toList());
    }

    List<Tensor> run(Tensor... arguments) {
        return run(graph(), arguments);
    }

    /** Runs another graph of the same parameters, for instance this one simplified. */
    List<Tensor> run(Graph graph, Tensor... arguments) {
        List<ConcreteTensor> inputs = new ArrayList<>();
        for (Tensor t : arguments) {
            inputs.add((ConcreteTensor) t);
        }
        inputs.addAll(result.captured());
        return List.of(Eager.current().run(graph, inputs.toArray(ConcreteTensor[]::new),
                numbers(graph, arguments)));
    }
}
