package org.rebind.backend.opencl.internal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rebind.RebindException;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendException;
import org.rebind.backend.Device;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.Support;
import org.rebind.codegen.BinaryCache;
import org.rebind.codegen.CodegenException;
import org.rebind.codegen.Dialect;
import org.rebind.codegen.Plan;
import org.rebind.codegen.Scheduler;
import org.rebind.codegen.Target;
import org.rebind.graph.Graph;
import org.rebind.graph.GraphChecker;

/** Compiles graphs to OpenCL C for one device. Owns the device. Thread-safe. */
final class OpenClBackend implements Backend {
    private static final System.Logger LOG = System.getLogger(OpenClBackend.class.getName());
    private static final String VERSION = "0.1.0";

    private final String name;
    private final OpenClDevice device;
    private final MatmulSource matmul;
    private final Dialect dialect;
    private final Programs programs;

    OpenClBackend(String name, OpenClDevice device, BinaryCache cache) {
        this.name = name;
        this.device = device;
        this.matmul = MatmulSource.of(device.facts());
        this.dialect = OpenClDialect.of(device.facts());
        this.programs = new Programs(device, cache);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String version() {
        return VERSION + " (" + device.facts().platformName() + ", driver " + device.facts().driver()
                + (device.furtherOptions().isEmpty() ? ")" : ", " + device.furtherOptions() + ")");
    }

    @Override
    public Device device() {
        return device;
    }

    /** Above the CPU backend on a GPU or accelerator, below it where the device is the CPU itself. */
    @Override
    public int ranking() {
        return switch (device.kind()) {
            case GPU -> 200;
            case ACCELERATOR -> 150;
            case CPU, INTERPRETER -> 50;
        };
    }

    @Override
    public Support supports(Graph graph) {
        return Scheduler.supports(graph, target(ExecutableOptions.DEFAULT));
    }

    private Target target(ExecutableOptions options) {
        DeviceFacts facts = device.facts();
        Target base = facts.isCpu() ? Target.cpuInC(facts.vectorBits())
                : Target.gpu().withLocalMemory((int) Math.min(facts.localMemory(), 1 << 20));
        return base.withTypes(facts.fp64(), facts.fp16()).withLibraryMatmul(!options.exact()).with(options);
    }

    @Override
    public Executable compile(Graph graph, ExecutableOptions options) {
        Plan plan = schedule(GraphChecker.check(graph), options);
        Unit unit = Unit.of(plan, matmul, dialect);
        device.gate().enter();
        try {
            Program program = unit.isEmpty() ? null : programs.get(unit);
            return new OpenClExecutable(device, plan, matmul, program, unit.sources(), unit.names());
        } finally {
            device.gate().exit();
        }
    }

    /** Compiles the kernels of many graphs as a few programs: most of a small program's time is its fixed part. */
    @Override
    public void prepare(List<Graph> graphs, ExecutableOptions options) {
        Map<String, Unit> units = new LinkedHashMap<>();
        for (Graph graph : graphs) {
            try {
                Unit unit = Unit.of(schedule(GraphChecker.check(graph), options), matmul, dialect);
                if (!unit.isEmpty()) {
                    units.putIfAbsent(unit.source(), unit);
                }
            } catch (RebindException e) {
                LOG.log(System.Logger.Level.DEBUG, "a graph is not prepared", e);
            }
        }
        if (device.gate().tryEnter()) {
            try {
                programs.prepare(List.copyOf(units.values()));
            } finally {
                device.gate().exit();
            }
        }
    }

    private Plan schedule(Graph graph, ExecutableOptions options) {
        try {
            return Scheduler.schedule(graph, target(options));
        } catch (CodegenException e) {
            throw new BackendException(BackendException.Kind.COMPILE, name + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        device.close();
        programs.close();
    }

    @Override
    public String toString() {
        return name + " on " + device.name();
    }
}
