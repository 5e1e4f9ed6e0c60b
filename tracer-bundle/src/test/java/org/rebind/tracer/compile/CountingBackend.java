package org.rebind.tracer.compile;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.rebind.KernelSource;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.graph.Graph;

/** The interpreter as a device that counts what is compiled, run and closed, and lets tests interfere. */
final class CountingBackend extends OnInterpreter {
    final AtomicInteger compiled = new AtomicInteger();
    final AtomicInteger open = new AtomicInteger();
    final AtomicInteger closedWhileRunning = new AtomicInteger();
    /** Run at the start of each compilation. */
    volatile Runnable onCompile = () -> { };

    CountingBackend() {
        super("counting");
    }

    @Override
    public Executable compile(Graph graph, ExecutableOptions options) {
        onCompile.run();
        Executable inner = interpreter.compile(graph, options);
        compiled.incrementAndGet();
        open.incrementAndGet();
        return new Counted(inner);
    }

    private final class Counted implements Executable {
        private final Executable inner;
        private final AtomicInteger running = new AtomicInteger();

        Counted(Executable inner) {
            this.inner = inner;
        }

        @Override
        public DeviceBuffer[] execute(DeviceBuffer[] inputs, long[] symbols) {
            running.incrementAndGet();
            try {
                onExecute.run();
                return inner.execute(inputs, symbols);
            } finally {
                running.decrementAndGet();
            }
        }

        @Override
        public List<KernelSource> kernels() {
            return inner.kernels();
        }

        @Override
        public void close() {
            closedWhileRunning.addAndGet(running.get());
            open.decrementAndGet();
            inner.close();
        }
    }
}
