package org.rebind.itests.container;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertThrows;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.inject.Inject;
import org.junit.Assume;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction1;
import org.rebind.Compiler;
import org.rebind.Tensor;

/**
 * The real OpenCL backend, stopped and started a thousand times, every so often with a new class loader, under running
 * functions and beside the CPU backend: no crash, right results, no class loader left, and the JVM's own signals work.
 */
@RunWith(PaxExam.class)
public class OpenClRedeployTest {
    private static final String OPENCL = "opencl";
    /** The thousand on one framework; the other tells whether it differs. */
    private static final int CYCLES = "equinox".equals(System.getProperty("rebind.itest.framework")) ? 100 : 1000;
    private static final int NEW_LOADER_EVERY = 25;

    @Inject
    private Compiler compiler;
    @Inject
    private BundleContext context;

    private final AtomicLong calls = new AtomicLong();
    private volatile boolean stop;
    private volatile int zero;

    @Configuration
    public Option[] container() {
        return options(Container.runtime(), Container.rebind());
    }

    @Test
    public void aThousandStartsAndStopsUnderRunningFunctions() throws Exception {
        Assume.assumeTrue("no OpenCL device, so nothing to redeploy",
                compiler.backends().stream().anyMatch(b -> b.name().equals(OPENCL)));
        Redeploys opencl = new Redeploys(context, "org.rebind.backend.opencl");
        CompileOptions preferred = CompileOptions.builder().backend(OPENCL).build();
        CompiledFunction1<Tensor, Tensor> onOpenCl = compiler.compile((Tensor x) -> x.mul(2).tanh().add(1), preferred);
        CompiledFunction1<Tensor, Tensor> onCpu = compiler.compile((Tensor x) -> x.mul(2).tanh().add(1));
        ExecutorService threads = Executors.newFixedThreadPool(2);
        List<Future<?>> running = List.of(threads.submit(() -> keepCalling(onOpenCl)),
                threads.submit(() -> keepCalling(onCpu)));
        try {
            for (int i = 0; i < CYCLES; i++) {
                cycle(opencl, onOpenCl, i);
            }
        } finally {
            stop = true;
        }
        for (Future<?> r : running) {
            r.get(60, TimeUnit.SECONDS);
        }
        threads.shutdown();
        System.out.println("OpenCL redeploys: " + CYCLES + " cycles, " + calls + " calls, "
                + opencl.uninstallAndAwaitCollection() + " class loaders, all collected");
    }

    private void cycle(Redeploys opencl, CompiledFunction1<Tensor, Tensor> f, int i) throws Exception {
        if (i % NEW_LOADER_EVERY == 0) {
            Redeploys.await("cycle " + i + ": the function moves to OpenCL", () -> on(f).equals(OPENCL));
            opencl.remember();
            opencl.bundle.stop();
            Redeploys.await("cycle " + i + ": the function leaves", () -> !on(f).equals(OPENCL));
            opencl.refresh();
        } else {
            opencl.bundle.stop();
        }
        startAndTrap(opencl.bundle);
    }

    private void startAndTrap(Bundle opencl) throws BundleException {
        opencl.start();
        assertThrows(ArithmeticException.class, () -> zero = 1 / zero);
        int[] none = null;
        assertThrows(NullPointerException.class, () -> zero = none.length);
    }

    private static String on(CompiledFunction1<Tensor, Tensor> f) {
        return f.entries().isEmpty() ? "" : f.entries().get(0).backend();
    }

    private void keepCalling(CompiledFunction1<Tensor, Tensor> f) {
        while (!stop) {
            float[] y = f.apply(Tensor.of(new float[] {0, 0.5f, -1})).toFloatArray();
            assertArrayEquals(new float[] {1, 1.7615942f, 0.03597242f}, y, 1e-5f);
            calls.incrementAndGet();
        }
    }
}
