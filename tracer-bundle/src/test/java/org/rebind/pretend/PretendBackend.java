package org.rebind.pretend;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.rebind.DType;
import org.rebind.KernelSource;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendException;
import org.rebind.backend.Device;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.DeviceKind;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.backend.Support;
import org.rebind.graph.Graph;
import org.rebind.tracer.internal.interpret.InterpreterBackend;

/**
 * A backend for a pretend device with memory of its own, which computes with the interpreter and can be told to fail. Its
 * ledger, a map of JDK classes so that it can be read across class loaders, counts what is alive and every breach of the
 * contract by the runtime: use after close, execute or close after departure, a second close of an executable.
 *
 * <p>Ledger keys it obeys: {@code fail.compile}, {@code fail.execute}, {@code fail.lost}, {@code fail.count},
 * {@code fail.dtype}, {@code fail.memory}, {@code fail.error}, {@code fail.close} (how many of the next operations fail so; -1 for all),
 * {@code slow.compile}, {@code slow.execute} (milliseconds), {@code memory} (bytes; 0 for no limit), {@code lost} (1:
 * the device is gone for good).
 */
public final class PretendBackend implements Backend, Device {
    private final String name;
    private final int ranking;
    private final Map<String, AtomicLong> ledger;
    private final Backend interpreter = new InterpreterBackend();
    private volatile boolean closed;
    /** Called at the start of each execute, for tests that need to stop there. */
    public volatile Runnable onExecute = () -> { };
    /** Called at the start of each compile. */
    public volatile Runnable onCompile = () -> { };
    /** Called at the start of the close of each executable. */
    public volatile Runnable onClose = () -> { };
    private final AtomicLong openBuffers = new AtomicLong(); // of this arrival; the ledger's are of all of that name
    private final AtomicLong openExecutables = new AtomicLong();

    public PretendBackend(String name, int ranking, Map<String, AtomicLong> ledger) {
        this.name = name;
        this.ranking = ranking;
        this.ledger = ledger;
    }

    private AtomicLong entry(String key) {
        return ledger.computeIfAbsent(key, k -> new AtomicLong());
    }

    private boolean due(String key) {
        AtomicLong left = entry(key);
        return left.get() < 0 || left.get() > 0 && left.getAndUpdate(n -> n > 0 ? n - 1 : n) > 0;
    }

    private void breach(String what) {
        entry("breaches").incrementAndGet();
        entry("breach: " + what).incrementAndGet();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public Device device() {
        return this;
    }

    @Override
    public int ranking() {
        return ranking;
    }

    @Override
    public DeviceKind kind() {
        return DeviceKind.ACCELERATOR;
    }

    @Override
    public long memoryBytes() {
        long limit = entry("memory").get();
        return limit == 0 ? Long.MAX_VALUE : limit;
    }

    @Override
    public Support supports(Graph graph) {
        boolean wide = graph.params().stream().anyMatch(p -> p.type().dtype() == DType.FLOAT64);
        return wide ? Support.no("float64 is not supported by this device") : Support.YES;
    }

    @Override
    public DeviceBuffer upload(HostBuffer host) {
        alive("upload");
        entry("uploads").incrementAndGet();
        return new Buffer(host);
    }

    private void alive(String what) {
        if (entry("lost").get() != 0) {
            throw new BackendException(BackendException.Kind.DEVICE_LOST, name + " was unplugged");
        }
        if (closed) {
            breach(what + " after departure");
            throw new BackendException(BackendException.Kind.DEVICE_LOST, name + " is closed");
        }
    }

    @Override
    public void prepare(List<Graph> graphs, ExecutableOptions options) {
        alive("prepare");
        entry(name + ".prepared").addAndGet(graphs.size());
    }

    @Override
    public Executable compile(Graph graph, ExecutableOptions options) {
        alive("compile");
        onCompile.run();
        pause("slow.compile");
        if (due("fail.compile")) {
            throw new BackendException(BackendException.Kind.COMPILE, "planned: cannot compile");
        }
        entry("compiles").incrementAndGet();
        entry(name + ".compiles").incrementAndGet();
        return new Program(interpreter.compile(graph, options), graph);
    }

    private void pause(String key) {
        long millis = entry(key).get();
        if (millis > 0) {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The device is gone; nothing may use it any more. Counts what the runtime has forgotten here. */
    @Override
    public void close() {
        closed = true;
        if (openBuffers.get() != 0 || openExecutables.get() != 0) {
            breach("departed with " + openBuffers + " buffers and " + openExecutables + " executables open");
        }
    }

    /** Elements in the device's memory: a copy, so that the host's array and the device's are two. */
    private final class Buffer implements DeviceBuffer {
        private final AtomicBoolean freed = new AtomicBoolean();
        private HostBuffer contents;
        private final DType dtype;
        private final int count;

        Buffer(HostBuffer source) {
            dtype = source.dtype();
            count = source.elementCount();
            long now = entry("bytes").addAndGet(byteSize());
            if (now > memoryBytes() || due("fail.memory")) {
                entry("bytes").addAndGet(-byteSize());
                throw new BackendException(BackendException.Kind.OUT_OF_MEMORY, name + ": " + byteSize()
                        + " bytes do not fit");
            }
            HostBuffer copy = HostBuffer.allocate(dtype, count);
            System.arraycopy(source.array(), 0, copy.array(), 0, count);
            contents = copy;
            openBuffers.incrementAndGet();
            entry(name + ".buffers").incrementAndGet();
        }

        HostBuffer contents() {
            HostBuffer c = contents;
            if (freed.get() || c == null) {
                breach("buffer used after close");
                throw new IllegalStateException("buffer used after close");
            }
            return c;
        }

        @Override
        public DType dtype() {
            return dtype;
        }

        @Override
        public int elementCount() {
            return count;
        }

        @Override
        public HostBuffer toHost() {
            alive("toHost");
            HostBuffer c = contents();
            HostBuffer copy = HostBuffer.allocate(dtype, count);
            System.arraycopy(c.array(), 0, copy.array(), 0, count);
            contents(); // still open after the copy
            return copy;
        }

        @Override
        public void close() {
            if (freed.compareAndSet(false, true)) {
                contents = null;
                entry("bytes").addAndGet(-byteSize());
                openBuffers.decrementAndGet();
                entry(name + ".buffers").decrementAndGet();
                if (closed) {
                    breach("buffer closed after departure");
                }
            }
        }
    }

    /** A graph on the pretend device. */
    private final class Program implements Executable {
        private final Executable interpreted;
        private final Graph graph;
        private final AtomicInteger running = new AtomicInteger();
        private final AtomicBoolean ended = new AtomicBoolean();

        Program(Executable interpreted, Graph graph) {
            this.interpreted = interpreted;
            this.graph = graph;
            openExecutables.incrementAndGet();
            entry(name + ".executables").incrementAndGet();
        }

        @Override
        public DeviceBuffer[] execute(DeviceBuffer[] inputs, long[] symbols) {
            running.incrementAndGet();
            try {
                if (ended.get()) {
                    breach("execute after close");
                }
                alive("execute");
                entry("executes").incrementAndGet();
                entry(name + ".executes").incrementAndGet();
                onExecute.run();
                pause("slow.execute");
                plannedFailures();
                return result(inputs, symbols);
            } finally {
                running.decrementAndGet();
            }
        }

        private void plannedFailures() {
            if (due("fail.execute")) {
                throw new BackendException(BackendException.Kind.EXECUTE, "planned: launch failed");
            }
            if (due("fail.lost")) {
                throw new BackendException(BackendException.Kind.DEVICE_LOST, "planned: device lost");
            }
            if (due("fail.error")) {
                throw new NoClassDefFoundError("planned/Missing");
            }
        }

        private DeviceBuffer[] result(DeviceBuffer[] inputs, long[] symbols) {
            DeviceBuffer[] host = new DeviceBuffer[inputs.length];
            for (int i = 0; i < host.length; i++) {
                host[i] = ((Buffer) inputs[i]).contents();
            }
            DeviceBuffer[] computed = interpreted.execute(host, symbols);
            List<DeviceBuffer> out = new ArrayList<>();
            try {
                for (int i = 0; i < computed.length; i++) {
                    int value = graph.results().get(i);
                    out.add(graph.isParam(value) ? inputs[value] : new Buffer(bent((HostBuffer) computed[i])));
                }
                if (due("fail.count")) {
                    out.add(new Buffer(HostBuffer.allocate(DType.INT32, 1)));
                }
            } catch (BackendException e) {
                out.stream().filter(b -> !List.of(inputs).contains(b)).forEach(DeviceBuffer::close);
                throw e;
            }
            for (DeviceBuffer in : inputs) {
                ((Buffer) in).contents(); // lent until here
            }
            return out.toArray(DeviceBuffer[]::new);
        }

        private HostBuffer bent(HostBuffer right) {
            return due("fail.dtype") ? HostBuffer.allocate(DType.BOOL, right.elementCount()) : right;
        }

        @Override
        public List<KernelSource> kernels() {
            return List.of(new KernelSource("pretend", "library", "the interpreter", ""));
        }

        @Override
        public void close() {
            if (!ended.compareAndSet(false, true)) {
                breach("executable closed twice");
                return;
            }
            if (running.get() != 0) {
                breach("executable closed while it runs");
            }
            onClose.run();
            openExecutables.decrementAndGet();
            entry(name + ".executables").decrementAndGet();
            if (closed) {
                breach("executable closed after departure");
            }
            if (due("fail.close")) {
                throw new IllegalStateException("planned: cannot close");
            }
        }
    }
}
