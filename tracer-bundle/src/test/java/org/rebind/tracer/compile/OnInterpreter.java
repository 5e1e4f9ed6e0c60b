package org.rebind.tracer.compile;

import org.rebind.backend.Backend;
import org.rebind.backend.Device;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.DeviceKind;
import org.rebind.backend.HostBuffer;
import org.rebind.backend.Support;
import org.rebind.graph.Graph;
import org.rebind.tracer.internal.backends.Backends;
import org.rebind.tracer.internal.dispatch.Functions;
import org.rebind.tracer.internal.interpret.InterpreterBackend;

/** A backend for tests, and its device on host memory; subclasses put the interpreter's executables in something of their own. */
abstract class OnInterpreter implements Backend, Device {
    /** Run at the start of each execution. */
    volatile Runnable onExecute = () -> { };
    final InterpreterBackend interpreter = new InterpreterBackend();
    private final String name;

    OnInterpreter(String name) {
        this.name = name;
    }

    /** This backend alone, and the interpreter if it fails. */
    Backends backends() {
        Backends backends = new Backends(new InterpreterBackend());
        backends.add(this, 1);
        return backends;
    }

    /** Compiled functions on {@link #backends}. */
    Functions functions() {
        Backends backends = backends();
        return new Functions(() -> backends);
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
    public DeviceKind kind() {
        return DeviceKind.CPU;
    }

    @Override
    public long memoryBytes() {
        return Long.MAX_VALUE;
    }

    @Override
    public DeviceBuffer upload(HostBuffer host) {
        return host;
    }

    @Override
    public Support supports(Graph graph) {
        return Support.YES;
    }

    @Override
    public void close() {
        // nothing is held
    }
}
