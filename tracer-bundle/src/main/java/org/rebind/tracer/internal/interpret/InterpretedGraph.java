package org.rebind.tracer.internal.interpret;

import java.util.List;
import org.rebind.KernelSource;
import org.rebind.backend.BackendException;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Graph;

/** A graph run by the interpreter. */
final class InterpretedGraph implements Executable {
    private final Graph graph;
    private volatile boolean closed;

    InterpretedGraph(Graph graph) {
        this.graph = graph;
    }

    @Override
    public DeviceBuffer[] execute(DeviceBuffer[] inputs, long[] symbols) {
        if (closed) {
            throw new BackendException(BackendException.Kind.EXECUTE, "interpreter: executed after close");
        }
        if (inputs.length != graph.params().size() || symbols.length != graph.symbols().size()) {
            throw new BackendException(BackendException.Kind.EXECUTE, "interpreter: expected "
                    + graph.params().size() + " inputs and " + graph.symbols().size() + " symbols, got "
                    + inputs.length + " and " + symbols.length);
        }
        HostBuffer[] host = new HostBuffer[inputs.length];
        for (int i = 0; i < host.length; i++) {
            host[i] = inputs[i].toHost();
        }
        HostBuffer[] computed = Interpreter.run(graph, host, symbols);
        DeviceBuffer[] results = new DeviceBuffer[computed.length];
        for (int i = 0; i < results.length; i++) {
            int value = graph.results().get(i);
            results[i] = graph.isParam(value) ? inputs[value] : computed[i];
        }
        return results;
    }

    @Override
    public List<KernelSource> kernels() {
        return List.of(new KernelSource(InterpreterBackend.NAME, "library", "the reference interpreter",
                graph.nodes().size() + " operations, one at a time"));
    }

    @Override
    public void close() {
        closed = true;
    }
}
