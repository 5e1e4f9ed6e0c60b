package org.rebind.tracer.internal.interpret;

import org.rebind.backend.Backend;
import org.rebind.backend.Device;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.DeviceKind;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.backend.Support;
import org.rebind.graph.Graph;
import org.rebind.graph.GraphChecker;

/** The interpreter as a backend: takes every graph, and is the last resort. */
public final class InterpreterBackend implements Backend {
    public static final String NAME = "interpreter";

    private static final Device DEVICE = new HostDevice();

    private record HostDevice() implements Device {
        @Override
        public String name() {
            return "Java virtual machine";
        }

        @Override
        public DeviceKind kind() {
            return DeviceKind.INTERPRETER;
        }

        @Override
        public long memoryBytes() {
            return Runtime.getRuntime().maxMemory();
        }

        @Override
        public DeviceBuffer upload(HostBuffer host) {
            return host;
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public Device device() {
        return DEVICE;
    }

    @Override
    public int ranking() {
        return Integer.MIN_VALUE;
    }

    @Override
    public Support supports(Graph graph) {
        return Support.YES;
    }

    @Override
    public Executable compile(Graph graph, ExecutableOptions options) {
        return new InterpretedGraph(GraphChecker.check(graph));
    }
}
