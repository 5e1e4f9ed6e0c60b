package org.rebind.backend.aparapi.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.rebind.KernelSource;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendException;
import org.rebind.backend.Device;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.Support;
import org.rebind.codegen.BlockMemory;
import org.rebind.codegen.CallExpansion;
import org.rebind.codegen.CodegenException;
import org.rebind.codegen.Dialect;
import org.rebind.codegen.HostKernels;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.Plan;
import org.rebind.codegen.Renderer;
import org.rebind.codegen.Scheduler;
import org.rebind.codegen.Step;
import org.rebind.codegen.Strips;
import org.rebind.codegen.Target;
import org.rebind.graph.Graph;
import org.rebind.graph.GraphChecker;

/** The CPU: kernels are printed as Java, compiled by Janino and dispatched through Aparapi. Thread-safe. */
final class CpuBackend implements Backend {
    static final String NAME = "aparapi-cpu";
    private static final int SCALAR_BITS = 0;
    /** Characters of a kernel's longest method, functions expanded: 10,100 (2,065 bytes of code, Black-Scholes) just fit. */
    private static final int LONGEST_FOR_C1 = 8000;

    private final VectorCode vector;
    private final Dispatcher dispatcher;
    private final ArrayPool pool;
    private final SourceCompiler compiler;
    private final List<Gemm> gemms;
    private final StripRule stripRule;
    private final CpuDevice device;

    CpuBackend(VectorCode vector, Dispatcher dispatcher, ArrayPool pool, SourceCompiler compiler, List<Gemm> gemms,
            StripRule stripRule) {
        this.vector = vector;
        this.dispatcher = dispatcher;
        this.pool = pool;
        this.compiler = compiler;
        this.gemms = List.copyOf(gemms);
        this.stripRule = stripRule;
        this.device = new CpuDevice(vector, dispatcher, gemms.isEmpty() ? "generated kernels"
                : String.join(", then ", gemms.stream().map(Gemm::name).toList()));
    }

    @Override
    public String name() {
        return NAME;
    }

    /** Changes with whatever changes generated code: this bundle's version, vector width or blocks, matrix library. */
    @Override
    public String version() {
        return "0.1.0/" + (vector.available() ? vector.bits() : "blocks") + "/" + device.properties().get("matmul");
    }

    /** Above an OpenCL driver on the same CPU, below GPUs and accelerators. */
    @Override
    public int ranking() {
        return 100;
    }

    @Override
    public Device device() {
        return device;
    }

    @Override
    public Support supports(Graph graph) {
        return Scheduler.supports(graph, target(ExecutableOptions.DEFAULT));
    }

    private Target target(ExecutableOptions options) {
        return Target.cpu(vector.available() ? vector.bits() : SCALAR_BITS).with(options)
                .withLibraryMatmul(!gemms.isEmpty() && !options.exact());
    }

    @Override
    public Executable compile(Graph graph, ExecutableOptions options) {
        GraphChecker.check(graph);
        try {
            Plan plan = Scheduler.schedule(graph, target(options));
            List<Kernel> kernels = plan.steps().stream().map(CpuBackend::kernel).toList();
            Dialect dialect = vector.dialect();
            List<String> functions = kernels.stream().map(k -> Renderer.function(k, dialect)).toList();
            Distinct distinct = Distinct.of(kernels, run(plan, functions));
            String source = distinct.kernels().isEmpty() ? "" : source(distinct.kernels(), dialect);
            HostKernels compiled = distinct.kernels().isEmpty() ? CpuBackend::nothing : load(source);
            List<Strips> strips = Strips.of(plan);
            List<String> methods = List.of(source.split("\n    static "));
            List<Cost> costs = distinct.kernels().stream().map(k -> new Cost(gainsByPieces(k.name(), methods))).toList();
            return new CpuExecutable(new BoundPlan.Binder(plan, compiled, distinct.numbers(), costs, gemms,
                    strips, stripRule, plan.steps().stream().map(s -> PaddedOperand.Kept.nothing()).toList()), dispatcher,
                    pool, sources(plan, strips, dialect, functions));
        } catch (CodegenException e) {
            throw new BackendException(BackendException.Kind.COMPILE, NAME + ": " + e.getMessage(), e);
        }
    }

    /**
     * Whether small pieces get a fresh kernel compiled sooner. Not vector code with too few registers for C1 and all its counters: many
     * calls get it compiled with few counters, and C2 never follows; left in its loop, it is interpreted until C2 takes over. Nor
     * loops over blocks: C2 unrolls as far as they went round.
     *
     * @param methods all that were generated; a kernel's begin with its name
     */
    private boolean gainsByPieces(String kernel, List<String> methods) {
        Pattern head = Pattern.compile("[^(\\n]*\\b" + kernel + "(_(phase|tail)\\w*)?\\(");
        List<String> own = methods.stream().filter(m -> head.matcher(m).lookingAt()).toList();
        return vector.available() ? own.stream().allMatch(m -> m.length() <= LONGEST_FOR_C1)
                : own.stream().noneMatch(m -> m.contains(BlockMemory.class.getSimpleName()));
    }

    private static void nothing(int kernel, Object[] buffers, int[] sizes, int lo, int hi) {
        throw new IllegalStateException("kernel " + kernel + " of a plan without kernels");
    }

    /** The functions without those whose place a library takes at every size. */
    private List<String> run(Plan plan, List<String> functions) {
        List<String> run = new ArrayList<>(functions);
        for (int i = 0; i < functions.size(); i++) {
            if (plan.steps().get(i) instanceof Step.MatmulStep m && BoundPlan.isFixed(m)
                    && BoundPlan.library(gemms, m, (int) m.m().value(), (int) m.n().value(), (int) m.k().value()) != null) {
                run.set(i, null);
            }
        }
        return run;
    }

    /** The kernel a step runs, or could. */
    private static Kernel kernel(Step step) {
        return step instanceof Step.KernelStep k ? k.kernel() : ((Step.MatmulStep) step).generated().kernel();
    }

    private String source(List<Kernel> kernels, Dialect dialect) {
        String text = Renderer.source(kernels, dialect);
        return vector.available() ? CallExpansion.expand(text) : text;
    }

    private HostKernels load(String source) {
        try {
            return (HostKernels) compiler.compile(Map.of(Renderer.CLASS_NAME, source)).loadClass(Renderer.CLASS_NAME)
                    .getConstructor().newInstance();
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new BackendException(BackendException.Kind.COMPILE, "generated kernels do not load: " + e, e);
        }
    }

    private List<KernelSource> sources(Plan plan, List<Strips> strips, Dialect dialect, List<String> functions) {
        List<KernelSource> sources = new ArrayList<>();
        for (int i = 0; i < functions.size(); i++) {
            Step step = plan.steps().get(i);
            String note = step.note() + together(strips, i);
            sources.add(step instanceof Step.MatmulStep m ? new KernelSource("matmul", "library", library(m), note)
                    : new KernelSource(kernel(step).name(), dialect.name(), functions.get(i), note));
        }
        return sources;
    }

    private static String together(List<Strips> strips, int step) {
        return strips.stream().filter(s -> s.first() <= step && step < s.end()).map(s -> "; where it pays, steps "
                + (s.first() + 1) + " to " + s.end() + " in one launch, in up to " + s.count() + " strips").findFirst().orElse("");
    }

    private String library(Step.MatmulStep s) {
        return "c[" + s.m() + ", " + s.n() + "] = a" + (s.a().transposed() ? "T" : "") + " b"
                + (s.b().transposed() ? "T" : "") + ", k = " + s.k() + ", " + s.dtype() + ", batch " + s.batch() + ", by "
                + device.properties().get("matmul") + "; small ones by a loop";
    }

    @Override
    public void close() {
        dispatcher.close();
        pool.clear();
    }
}
