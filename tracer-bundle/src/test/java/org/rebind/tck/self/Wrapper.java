package org.rebind.tck.self;

import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.rebind.DType;
import org.rebind.KernelSource;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendException;
import org.rebind.backend.BackendProvider;
import org.rebind.backend.Device;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.DeviceKind;
import org.rebind.backend.Discovery;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.backend.Support;
import org.rebind.graph.Graph;
import org.rebind.tck.Execution;
import org.rebind.tracer.internal.interpret.InterpreterBackend;

/**
 * A correct backend around the interpreter, with device memory of its own that it counts. The mutants each override one
 * thing. Reading a closed buffer is an exception, as on a real device it would be anything at all.
 */
class Wrapper implements Backend {
    final Backend interpreter = new InterpreterBackend();
    final AtomicLong live = new AtomicLong();
    final AtomicLong used = new AtomicLong();
    long capacity = Long.MAX_VALUE;
    volatile boolean lost;

    /** A copy of host data, in memory that closes. */
    final class Memory implements DeviceBuffer {
        private HostBuffer contents; // null once closed
        private final DType dtype;
        private final int count;

        Memory(HostBuffer host) {
            present();
            dtype = host.dtype();
            count = host.elementCount();
            take(byteSize());
            contents = Execution.copy(host);
            live.incrementAndGet();
        }

        @Override
        public DType dtype() {
            return dtype;
        }

        @Override
        public int elementCount() {
            return count;
        }

        /** The memory itself. */
        synchronized HostBuffer contents() {
            present();
            if (contents == null) {
                throw new BackendException(BackendException.Kind.EXECUTE, "the buffer is closed");
            }
            return contents;
        }

        @Override
        public HostBuffer toHost() {
            return Execution.copy(contents());
        }

        @Override
        public synchronized void close() {
            if (contents != null) {
                contents = null;
                live.decrementAndGet();
                used.addAndGet(-byteSize());
            }
        }
    }

    /** The interpreter's executable between our memory and host buffers. */
    class Wrapped implements Executable {
        final Graph graph;
        private final Executable inner;

        Wrapped(Graph graph, Executable inner) {
            this.graph = graph;
            this.inner = inner;
        }

        @Override
        public DeviceBuffer[] execute(DeviceBuffer[] inputs, long[] symbols) {
            HostBuffer[] host = new HostBuffer[inputs.length];
            for (int i = 0; i < inputs.length; i++) {
                host[i] = ((Memory) inputs[i]).contents();
            }
            present();
            DeviceBuffer[] results = inner.execute(host, symbols);
            DeviceBuffer[] mine = new DeviceBuffer[results.length];
            for (int i = 0; i < results.length; i++) {
                int value = graph.results().get(i);
                try {
                    mine[i] = graph.isParam(value) ? inputs[value] : new Memory(results[i].toHost());
                } catch (BackendException e) {
                    giveBack(mine, inputs);
                    throw e;
                }
            }
            return mine;
        }

        /** A call failed half way: closes the results there are. */
        void giveBack(DeviceBuffer[] results, DeviceBuffer[] inputs) {
            for (DeviceBuffer r : results) {
                if (r != null && !List.of(inputs).contains(r)) {
                    r.close();
                }
            }
        }

        @Override
        public List<KernelSource> kernels() {
            return List.of();
        }

        @Override
        public void close() {
            inner.close();
        }
    }

    private final Device device = new Device() {
        @Override
        public String name() {
            return "pretend device";
        }

        @Override
        public DeviceKind kind() {
            return DeviceKind.ACCELERATOR;
        }

        @Override
        public long memoryBytes() {
            return capacity;
        }

        @Override
        public DeviceBuffer upload(HostBuffer host) {
            return new Memory(host);
        }
    };

    /** Before each use of the device. */
    void present() {
        if (lost) {
            throw new BackendException(BackendException.Kind.DEVICE_LOST, "the device was unplugged");
        }
    }

    void take(long bytes) {
        if (used.addAndGet(bytes) > capacity) {
            used.addAndGet(-bytes);
            throw new BackendException(BackendException.Kind.OUT_OF_MEMORY, bytes + " bytes do not fit");
        }
    }

    /** Finds it; by name, so that it can be loaded anew. */
    public static final class Provider implements BackendProvider {
        @Override
        public String name() {
            return "wrapper";
        }

        @Override
        public Discovery discover() {
            return new Discovery(List.of(new Wrapper()), List.of());
        }
    }

    OptionalLong liveBuffers() {
        return OptionalLong.of(live.get());
    }

    @Override
    public String name() {
        return "wrapper";
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public Device device() {
        return device;
    }

    @Override
    public Support supports(Graph graph) {
        return Support.YES;
    }

    @Override
    public Executable compile(Graph graph, ExecutableOptions options) {
        return new Wrapped(graph, interpreter.compile(graph, options));
    }
}
