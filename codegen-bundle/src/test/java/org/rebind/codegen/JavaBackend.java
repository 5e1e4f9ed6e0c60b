package org.rebind.codegen;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.codehaus.janino.SimpleCompiler;
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

/** The smallest backend over the code generator: plans, compiles by Janino, runs steps one by one in ragged chunks. */
final class JavaBackend implements Backend {
    private final Dialect dialect;
    private final Target target;

    JavaBackend(Dialect dialect, Target target) {
        this.dialect = dialect;
        this.target = target;
    }

    /** Bits of this JVM's vectors, 0 if it has none. What a program of 256 or more reads by bytes, smaller ones cannot run. */
    static int vectorBits() {
        try {
            Object species = Class.forName("jdk.incubator.vector.FloatVector").getField("SPECIES_PREFERRED").get(null);
            return (Integer) Class.forName("jdk.incubator.vector.VectorSpecies").getMethod("vectorBitSize").invoke(species);
        } catch (ClassNotFoundException e) {
            return 0;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private record HostDevice() implements Device {
        @Override
        public String name() {
            return "test host";
        }

        @Override
        public DeviceKind kind() {
            return DeviceKind.CPU;
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
        return "generated-" + dialect.style();
    }

    @Override
    public String version() {
        return "test";
    }

    @Override
    public Device device() {
        return new HostDevice();
    }

    @Override
    public Support supports(Graph graph) {
        return Scheduler.supports(graph, target);
    }

    @Override
    public Executable compile(Graph graph, ExecutableOptions options) {
        Plan plan = Scheduler.schedule(graph, target.with(options));
        List<Kernel> kernels = new ArrayList<>();
        for (Step s : plan.steps()) {
            kernels.add(kernel(s).kernel());
        }
        return new Run(plan, kernels, kernels.isEmpty() ? null : load(Renderer.source(kernels, dialect)), dialect);
    }

    private static Step.KernelStep kernel(Step s) {
        return s instanceof Step.KernelStep k ? k : ((Step.MatmulStep) s).generated();
    }

    static HostKernels load(String source) {
        try {
            SimpleCompiler compiler = new SimpleCompiler();
            compiler.setParentClassLoader(JavaBackend.class.getClassLoader());
            compiler.cook(new StringReader(source));
            return (HostKernels) compiler.getClassLoader().loadClass(Renderer.CLASS_NAME).getConstructor().newInstance();
        } catch (Exception e) {
            throw new BackendException(BackendException.Kind.COMPILE, e + "\n" + source, e);
        }
    }

    private record Run(Plan plan, List<Kernel> list, HostKernels code, Dialect dialect) implements Executable {
        @Override
        public DeviceBuffer[] execute(DeviceBuffer[] inputs, long[] symbols) {
            Map<String, Long> numbers = plan.graph().symbolMap(symbols);
            ToLongFunction<String> sizes = numbers::get;
            HostBuffer[] slots = new HostBuffer[plan.slots().size()];
            for (int i = 0; i < slots.length; i++) {
                slots[i] = HostBuffer.allocate(plan.slots().get(i).dtype(), (int) plan.slots().get(i).elements(sizes));
            }
            HostBuffer[] buffers = new HostBuffer[plan.buffers().size()];
            for (int i = 0; i < buffers.length; i++) {
                Plan.PlanBuffer b = plan.buffers().get(i);
                buffers[i] = switch (b.role()) {
                    case PARAM -> inputs[i].toHost();
                    case RESULT -> HostBuffer.allocate(b.dtype(), (int) b.elements().evaluate(sizes));
                    case TEMPORARY -> b.slot() < 0 ? null : slots[b.slot()];
                };
            }
            for (int i = 0; i < list.size(); i++) {
                launch(i, kernel(plan.steps().get(i)), buffers, sizes);
            }
            return plan.results().stream().map(r -> buffers[r]).toArray(DeviceBuffer[]::new);
        }

        private void launch(int number, Step.KernelStep step, HostBuffer[] buffers, ToLongFunction<String> symbols) {
            Kernel k = step.kernel();
            Object[] arrays = step.buffers().stream().map(b -> buffers[b].array()).toArray();
            int[] sizes = k.sizes().stream().mapToInt(s -> (int) s.dim().evaluate(symbols)).toArray();
            int extent = (int) k.extent().evaluate(symbols);
            int chunk = Math.max(1, (extent + 2) / 3);
            for (int lo = 0; lo < extent; lo += chunk) {
                code.run(number, arrays, sizes, lo, Math.min(extent, lo + chunk));
            }
        }

        @Override
        public List<KernelSource> kernels() {
            return list.isEmpty() ? List.of() : List.of(new KernelSource("all", dialect.name(),
                    Renderer.source(list, dialect), plan.toString()));
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}
