package org.rebind.tracer.compile;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.rebind.KernelSource;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Graph;

/**
 * The interpreter, with float results in arrays that are recycled whatever their size. An array that has come back is full of
 * NaN at once, so that whoever still reads it is found out.
 */
final class RecyclingBackend extends OnInterpreter implements HostBuffer.Pool {
    final AtomicInteger made = new AtomicInteger();
    final AtomicInteger back = new AtomicInteger();
    private final ConcurrentLinkedDeque<float[]> waiting = new ConcurrentLinkedDeque<>();

    RecyclingBackend() {
        super("recycling");
    }

    @Override
    public void takeBack(Object array) {
        Arrays.fill((float[]) array, Float.NaN);
        back.incrementAndGet();
        waiting.push((float[]) array);
    }

    private DeviceBuffer recycled(HostBuffer b) {
        if (!(b.array() instanceof float[] values)) {
            return b;
        }
        float[] array = waiting.poll();
        if (array == null || array.length < b.elementCount()) {
            made.incrementAndGet();
            array = new float[b.elementCount()];
        }
        System.arraycopy(values, 0, array, 0, b.elementCount());
        return HostBuffer.pooled(b.dtype(), array, b.elementCount(), this);
    }

    @Override
    public Executable compile(Graph graph, ExecutableOptions options) {
        return new Recycled(graph, interpreter.compile(graph, options));
    }

    private final class Recycled implements Executable {
        private final Graph graph;
        private final Executable inner;

        Recycled(Graph graph, Executable inner) {
            this.graph = graph;
            this.inner = inner;
        }

        @Override
        public DeviceBuffer[] execute(DeviceBuffer[] inputs, long[] symbols) {
            onExecute.run();
            DeviceBuffer[] results = inner.execute(inputs, symbols);
            for (int i = 0; i < results.length; i++) {
                int value = graph.results().get(i);
                int first = graph.results().indexOf(value);
                if (!graph.isParam(value)) {
                    results[i] = first < i ? results[first] : recycled(results[i].toHost());
                }
            }
            return results;
        }

        @Override
        public List<KernelSource> kernels() {
            return inner.kernels();
        }

        @Override
        public void close() {
            inner.close();
        }
    }
}
