package com.example.card;

import java.util.List;
import org.codehaus.janino.SimpleCompiler;
import org.rebind.RebindException;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendException;
import org.rebind.backend.Device;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.Support;
import org.rebind.codegen.Dialects;
import org.rebind.codegen.HostKernels;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.Plan;
import org.rebind.codegen.Renderer;
import org.rebind.codegen.Scheduler;
import org.rebind.codegen.Step;
import org.rebind.codegen.Target;
import org.rebind.graph.Graph;
import org.rebind.graph.GraphChecker;

/** Compiles graphs for the card: Rebind schedules and prints the kernels, the card's compiler (Janino) makes code of them. */
record CardBackend(Card card) implements Backend {
    private static final Target TARGET = Target.cpu(0);

    @Override
    public String name() {
        return "card";
    }

    @Override
    public String version() {
        return "1.0.0";
    }

    @Override
    public int ranking() {
        return 150; // before the CPU (100), behind a GPU (200)
    }

    @Override
    public Device device() {
        return card;
    }

    @Override
    public Support supports(Graph graph) {
        try {
            GraphChecker.check(graph);
            return Scheduler.supports(graph, TARGET);
        } catch (RebindException e) {
            return Support.no(e.getMessage());
        }
    }

    @Override
    public Executable compile(Graph graph, ExecutableOptions options) {
        try {
            Plan plan = Scheduler.schedule(GraphChecker.check(graph), TARGET.with(options));
            List<Kernel> kernels = plan.steps().stream().map(s -> ((Step.KernelStep) s).kernel()).toList();
            SimpleCompiler compiler = new SimpleCompiler();
            compiler.setParentClassLoader(HostKernels.class.getClassLoader());
            compiler.cook(Renderer.source(kernels, Dialects.JAVA));
            HostKernels code = (HostKernels) compiler.getClassLoader().loadClass(Renderer.CLASS_NAME).getConstructor()
                    .newInstance();
            return new CardExecutable(plan, kernels, code, card);
        } catch (Exception e) {
            throw new BackendException(BackendException.Kind.COMPILE, "card: " + e.getMessage(), e);
        }
    }
}
