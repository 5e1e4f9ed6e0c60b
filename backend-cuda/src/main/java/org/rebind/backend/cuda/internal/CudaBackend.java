package org.rebind.backend.cuda.internal;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.rebind.KernelSource;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendException;
import org.rebind.backend.Device;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.Support;
import org.rebind.codegen.BinaryCache;
import org.rebind.codegen.CodegenException;
import org.rebind.codegen.Dialects;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.Plan;
import org.rebind.codegen.Renderer;
import org.rebind.codegen.Scheduler;
import org.rebind.codegen.Step;
import org.rebind.codegen.Target;
import org.rebind.graph.Graph;
import org.rebind.graph.GraphChecker;

/** Generated CUDA C on one NVIDIA GPU, matrix products by cuBLAS where it is there. Above every other backend. */
final class CudaBackend implements Backend {
    private static final String VERSION = "1";
    private static final int RANKING = 300;

    private final String name;
    private final CudaDevice device;
    private final CudaCompiler compiler;
    private final Products products;
    private final BinaryCache cache;

    /** Owns the device's context. @param products null without cuBLAS */
    CudaBackend(String name, CudaDevice device, CudaCompiler compiler, Products products, BinaryCache cache) {
        this.name = name;
        this.device = device;
        this.compiler = compiler;
        this.products = products;
        this.cache = cache;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String version() {
        return VERSION + " (NVRTC " + compiler.version() + ", " + device.facts().architecture()
                + (products != null && products.tf32() ? ", TF32 products)" : ")");
    }

    @Override
    public Device device() {
        return device;
    }

    @Override
    public int ranking() {
        return RANKING;
    }

    @Override
    public Support supports(Graph graph) {
        return Scheduler.supports(graph, target(ExecutableOptions.DEFAULT));
    }

    private Target target(ExecutableOptions options) {
        return Target.gpu().withLocalMemory(device.facts().sharedBytes()).withLibraryMatmul(products != null && !options.exact())
                .with(options);
    }

    @Override
    public Executable compile(Graph graph, ExecutableOptions options) {
        Plan plan = schedule(GraphChecker.check(graph), options);
        List<Kernel> kernels = kernels(plan);
        List<KernelSource> sources = new ArrayList<>();
        for (Step step : plan.steps()) {
            if (step instanceof Step.MatmulStep m && products != null) {
                sources.add(new KernelSource("cublasGemmStridedBatchedEx", "library",
                        "[" + m.m() + ", " + m.k() + "] x [" + m.k() + ", " + m.n() + "] of " + m.dtype(),
                        m.note().toString()));
            }
        }
        kernels.forEach(k -> sources.add(new KernelSource(k.name(), Dialects.CUDA.name(),
                Renderer.function(k, Dialects.CUDA), k.note().toString())));
        return new CudaExecutable(device, plan, products, kernels.isEmpty() ? null : cubin(kernels), sources,
                kernels.stream().map(Kernel::name).toList());
    }

    private Plan schedule(Graph graph, ExecutableOptions options) {
        try {
            return Scheduler.schedule(graph, target(options));
        } catch (CodegenException e) {
            throw new BackendException(BackendException.Kind.COMPILE, name + ": " + e.getMessage(), e);
        }
    }

    /** Every kernel the plan may launch, once: a product's generated kernel too, for shapes cuBLAS cannot take. */
    static List<Kernel> kernels(Plan plan) {
        List<Kernel> kernels = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        for (Step step : plan.steps()) {
            Kernel kernel = step instanceof Step.KernelStep k ? k.kernel()
                    : ((Step.MatmulStep) step).generated().kernel();
            if (names.add(kernel.name())) {
                kernels.add(kernel);
            }
        }
        return kernels;
    }

    private byte[] cubin(List<Kernel> kernels) {
        String source = Renderer.source(kernels, Dialects.CUDA);
        String architecture = device.facts().architecture();
        String key = BinaryCache.key(source, architecture, compiler.version());
        byte[] cubin = cache.load(key);
        if (cubin == null) {
            cubin = compiler.compile(kernels.get(0).name(), source, architecture);
            cache.store(key, cubin);
        }
        return cubin;
    }

    @Override
    public void close() {
        if (products != null) {
            device.context().attempt(() -> device.context().release(products::close));
        }
        device.context().close();
    }

    @Override
    public String toString() {
        return name + " on " + device.name();
    }
}
