package org.rebind.itests.container;

import static org.junit.Assert.assertArrayEquals;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.osgi.framework.BundleContext;
import org.rebind.CompiledFunction1;
import org.rebind.CompiledFunction2;
import org.rebind.Compiler;
import org.rebind.Tensor;

/** The real CPU backend, stopped, started and updated under running functions: right results, no class loader left. */
@RunWith(PaxExam.class)
public class CpuRedeployTest {
    private static final int CYCLES = Boolean.getBoolean("rebind.test.long") ? 20 : 5;
    private static final String CPU = "aparapi-cpu";

    @Inject
    private Compiler compiler;
    @Inject
    private BundleContext context;

    private final AtomicLong calls = new AtomicLong();
    private volatile boolean stop;

    @Configuration
    public Option[] container() {
        return options(Container.runtime(), Container.ours("api-bundle"), Container.ours("tracer-bundle"),
                Container.ours("cache-bundle"), Container.ours("codegen-bundle"),
                Container.ours("bindings/bytedeco-bindings"), Container.ours("bindings/aparapi-bindings"),
                Container.ours("backend-aparapi-cpu"));
    }

    @Test
    public void redeployingKeepsResultsRightAndLeavesNothing() throws Exception {
        Redeploys cpu = new Redeploys(context, "org.rebind.backend.aparapi");
        CompiledFunction1<Tensor, Tensor> f = compiler.compile((Tensor x) -> x.mul(2).tanh().add(1));
        CompiledFunction2<Tensor, Tensor, Tensor> g = compiler.compile((Tensor x, Tensor y) -> x.matmul(y).softmax(-1));
        ExecutorService threads = Executors.newFixedThreadPool(2);
        List<Future<?>> running = new ArrayList<>();
        for (int t = 0; t < 2; t++) {
            running.add(threads.submit(() -> {
                while (!stop) {
                    check(f, g);
                }
            }));
        }
        try {
            redeploy(cpu, f);
        } finally {
            stop = true;
        }
        for (Future<?> r : running) {
            r.get(60, TimeUnit.SECONDS);
        }
        threads.shutdown();
        System.out.println("CPU redeploys: " + CYCLES + " cycles, " + calls + " calls");
        cpu.uninstallAndAwaitCollection();
    }

    private void redeploy(Redeploys cpu, CompiledFunction1<Tensor, Tensor> f) throws Exception {
        for (int i = 0; i < CYCLES; i++) {
            Redeploys.await("cycle " + i + ": functions move to the CPU", () -> on(f).equals(CPU));
            cpu.remember();
            if (i % 2 == 0) {
                cpu.bundle.stop();
                Redeploys.await("cycle " + i + ": functions leave", () -> on(f).equals("interpreter"));
                cpu.refresh();
                cpu.bundle.start();
            } else {
                try (var jar = new java.net.URL(Container.url("backend-aparapi-cpu")).openStream()) {
                    cpu.bundle.update(jar);
                }
                cpu.refresh();
            }
        }
    }

    private static String on(CompiledFunction1<Tensor, Tensor> f) {
        return f.entries().isEmpty() ? "" : f.entries().get(0).backend();
    }

    private void check(CompiledFunction1<Tensor, Tensor> f, CompiledFunction2<Tensor, Tensor, Tensor> g) {
        float[] y = f.apply(Tensor.of(new float[] {0, 0.5f, -1})).toFloatArray();
        assertArrayEquals(new float[] {1, 1.7615942f, 0.03597242f}, y, 1e-5f);
        float[] z = g.apply(Tensor.of(new float[] {1, 2, 3, 4}, 2, 2), Tensor.of(new float[] {1, 0, 0, 1}, 2, 2))
                .toFloatArray();
        assertArrayEquals(new float[] {0.26894143f, 0.7310586f, 0.26894143f, 0.7310586f}, z, 1e-5f);
        calls.incrementAndGet();
    }
}
