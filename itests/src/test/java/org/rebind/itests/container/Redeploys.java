package org.rebind.itests.container;

import static org.junit.Assert.assertTrue;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;

/** A bundle that is redeployed many times, and the class loaders it had. */
final class Redeploys {
    private static final long PATIENCE_SECONDS = 60;

    private final BundleContext context;
    private final List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
    final Bundle bundle;

    Redeploys(BundleContext context, String symbolicName) {
        this.context = context;
        this.bundle = Arrays.stream(context.getBundles()).filter(b -> symbolicName.equals(b.getSymbolicName())).findFirst()
                .orElseThrow();
    }

    /** Notes the bundle's class loader of now. */
    void remember() {
        ClassLoader loader = bundle.adapt(BundleWiring.class).getClassLoader();
        if (loaders.stream().noneMatch(l -> l.get() == loader)) {
            loaders.add(new WeakReference<>(loader));
        }
    }

    /** Resolves the bundle anew, with a new class loader. */
    void refresh() throws InterruptedException {
        CountDownLatch refreshed = new CountDownLatch(1);
        context.getBundle(0).adapt(FrameworkWiring.class).refreshBundles(List.of(bundle), e -> refreshed.countDown());
        assertTrue("refresh took too long", refreshed.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    /** Uninstalls the bundle and waits until every class loader it had is collected. @return how many it had */
    int uninstallAndAwaitCollection() throws Exception {
        remember();
        bundle.uninstall();
        refresh();
        await("class loaders collected", () -> {
            System.gc();
            return loaders.stream().allMatch(l -> l.get() == null);
        });
        return loaders.size();
    }

    interface Condition {
        boolean holds();
    }

    static void await(String what, Condition c) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!c.holds()) {
            assertTrue(what, System.nanoTime() < deadline);
            Thread.sleep(20);
        }
    }
}
