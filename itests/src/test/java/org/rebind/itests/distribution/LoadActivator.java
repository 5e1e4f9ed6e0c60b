package org.rebind.itests.distribution;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.util.tracker.ServiceTracker;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction1;
import org.rebind.Compiler;
import org.rebind.Tensor;

/** A user's bundle for {@link HotDeployTest}: calls one compiled function without end and says so if a call goes wrong. */
public final class LoadActivator implements BundleActivator, Runnable {
    private volatile boolean stop;
    private Thread thread;
    private ServiceTracker<Compiler, Compiler> compiler;

    @Override
    public void start(BundleContext context) {
        compiler = new ServiceTracker<>(context, Compiler.class, null);
        compiler.open();
        thread = new Thread(this, "hot-deploy-load");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void stop(BundleContext context) throws InterruptedException {
        stop = true;
        thread.join(5000);
        compiler.close();
    }

    @Override
    public void run() {
        try {
            CompiledFunction1<Tensor, Tensor> f = compiler.waitForService(60_000).compile(
                    (Tensor x) -> x.mul(2).add(1), CompileOptions.builder().name("load").build());
            while (!stop) {
                float y = f.apply(Tensor.of(new float[] {3, 4})).toFloatArray()[1];
                if (y != 9) {
                    System.out.println("LOAD WENT WRONG: " + y);
                }
                Thread.sleep(1);
            }
        } catch (InterruptedException | RuntimeException e) {
            System.out.println("LOAD WENT WRONG: " + e);
        }
    }
}
