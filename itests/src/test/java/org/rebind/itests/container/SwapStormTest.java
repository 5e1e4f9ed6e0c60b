package org.rebind.itests.container;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction2;
import org.rebind.Compiler;
import org.rebind.Tensor;

/**
 * Eight threads call twenty functions while backend bundles are started, stopped, updated, uninstalled, broken and
 * repaired in random order. No call fails, no result differs from the interpreter's, no tensor is lost, and at the end
 * no buffer, executable, thread or class loader of a departed backend is left.
 */
@RunWith(PaxExam.class)
public class SwapStormTest {
    private static final boolean LONG = Boolean.getBoolean("rebind.test.long");
    private static final long MILLIS = Long.getLong("rebind.test.storm.millis", LONG ? 60_000 : 12_000);
    private static final int EVENTS_EACH = (int) (MILLIS * 11 / 6000); // 330 in 60 s, by three stagehands
    private static final long SEED = Long.getLong("rebind.test.seed", System.nanoTime());
    private static final int THREADS = 8;
    private static final int INPUTS = 8;
    private static final String[] NAMES = {"red", "green", "blue"};
    private static final String[] FAILURES = {"fail.compile", "fail.execute", "fail.lost", "fail.count", "fail.dtype",
            "fail.memory", "fail.error"};

    @Inject
    private Compiler compiler;
    @Inject
    private BundleContext context;

    private final Bundle[] bundles = new Bundle[NAMES.length];
    private final Queue<WeakReference<ClassLoader>> loaders = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicLong> ledger = PretendBundles.ledger();
    private final Map<String, Integer> events = new java.util.concurrent.ConcurrentSkipListMap<>();
    private final AtomicLong calls = new AtomicLong();
    private final Queue<Kept> kept = new ConcurrentLinkedQueue<>();
    private final List<Tensor> inputs = new ArrayList<>();
    private volatile boolean stop;
    private final AtomicInteger version = new AtomicInteger();

    private record Kept(Tensor tensor, float[] expected) {
    }

    @Configuration
    public Option[] container() {
        return options(Container.runtime(), Container.ours("api-bundle"), Container.ours("tracer-bundle"),
                Container.ours("cache-bundle"));
    }

    @Test
    public void nothingFailsNothingIsLostNothingLeaks() throws Exception {
        System.out.println("swap storm: seed " + SEED + ", " + MILLIS + " ms (-Drebind.test.seed=" + SEED + ")");
        Random random = new Random(SEED);
        for (int i = 0; i < INPUTS; i++) {
            inputs.add(Tensor.of(values(random), 4, 6));
        }
        var reference = StormFunctions.compile(compiler, on("interpreter"));
        float[][][] expected = expected(reference);
        var functions = StormFunctions.compile(compiler, CompileOptions.DEFAULT);
        functions.forEach(f -> f.apply(inputs.get(0), inputs.get(1)));
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        int threadsBefore = threads();
        List<Future<Void>> running = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            running.add(threads.submit(caller(functions, expected, new Random(SEED + t))));
        }
        try {
            storm();
        } finally {
            stop = true;
        }
        for (Future<Void> f : running) {
            f.get(60, TimeUnit.SECONDS);
        }
        threads.shutdown();
        assertTrue(threads.awaitTermination(60, TimeUnit.SECONDS));
        for (int i = 0; i < NAMES.length; i++) {
            uninstall(i);
        }
        System.out.println("swap storm: " + calls + " calls, " + kept.size() + " results kept, events " + events + ", "
                + loaders.size() + " class loaders, ledger " + new java.util.TreeMap<>(ledger));
        verify(threadsBefore);
    }

    private static CompileOptions on(String backend) {
        return CompileOptions.builder().backend(backend).build();
    }

    private static float[] values(Random random) {
        float[] v = new float[24];
        for (int i = 0; i < v.length; i++) {
            v[i] = random.nextFloat() * 4 - 2;
        }
        return v;
    }

    private float[][][] expected(List<CompiledFunction2<Tensor, Tensor, Tensor>> reference) {
        float[][][] all = new float[reference.size()][INPUTS][];
        for (int f = 0; f < all.length; f++) {
            for (int i = 0; i < INPUTS; i++) {
                all[f][i] = reference.get(f).apply(inputs.get(i), inputs.get((i + 1) % INPUTS)).toFloatArray();
            }
        }
        return all;
    }

    private Callable<Void> caller(List<CompiledFunction2<Tensor, Tensor, Tensor>> functions, float[][][] expected,
            Random random) {
        return () -> {
            while (!stop) {
                int f = random.nextInt(functions.size());
                int i = random.nextInt(INPUTS);
                Tensor y = functions.get(f).apply(inputs.get(i), inputs.get((i + 1) % INPUTS));
                calls.incrementAndGet();
                if (random.nextInt(200) == 0) {
                    kept.add(new Kept(y, expected[f][i])); // read at the end, when its device is long gone
                } else {
                    assertArrayEquals("seed " + SEED + ", function " + f, expected[f][i], y.toFloatArray(), 0f);
                }
            }
            return null;
        };
    }

    /** A stagehand for each backend, so that one that waits for the framework to refresh does not stop the others. */
    private void storm() throws Exception {
        long start = System.nanoTime();
        ExecutorService stagehands = Executors.newFixedThreadPool(NAMES.length);
        List<Future<Void>> all = new ArrayList<>();
        for (int i = 0; i < NAMES.length; i++) {
            int backend = i;
            all.add(stagehands.submit(() -> stagehand(backend, new Random(SEED - 1 - backend), start)));
        }
        for (Future<Void> f : all) {
            f.get(10, TimeUnit.MINUTES);
        }
        stagehands.shutdown();
        System.out.println("swap storm: " + NAMES.length * EVENTS_EACH + " events in "
                + (System.nanoTime() - start) / 1_000_000 + " ms");
    }

    /** Event k happens somewhere in the k-th of equal spans of time, or as soon as the one before is over. */
    private Void stagehand(int backend, Random random, long start) throws Exception {
        for (int k = 0; k < EVENTS_EACH; k++) {
            long due = start + (long) (MILLIS * 1e6 * (k + random.nextDouble()) / EVENTS_EACH);
            TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
            event(random.nextInt(8), backend, random);
        }
        return null;
    }

    private void event(int what, int i, Random random) throws Exception {
        Bundle b = bundles[i];
        if (b == null) {
            bundles[i] = context.installBundle("pretend:" + NAMES[i], next(i));
            start(i);
            count("install");
        } else if (b.getState() != Bundle.ACTIVE) {
            start(i);
            count("start");
        } else if (what < 2) {
            b.stop();
            count("stop");
        } else if (what < 4) {
            b.update(next(i));
            refresh(b);
            remember(b);
            count("update");
        } else if (what == 4) {
            uninstall(i);
            count("uninstall");
        } else if (what < 7) {
            ledger.computeIfAbsent(FAILURES[random.nextInt(FAILURES.length)], k -> new AtomicLong())
                    .set(1 + random.nextInt(3));
            count("break");
        } else {
            for (String failure : FAILURES) {
                ledger.computeIfAbsent(failure, k -> new AtomicLong()).set(0);
            }
            count("repair");
        }
    }

    private void count(String event) {
        events.merge(event, 1, Integer::sum);
    }

    private java.io.InputStream next(int i) throws Exception {
        return PretendBundles.bundle(NAMES[i], 10 * (i + 1), "1.0." + version.incrementAndGet());
    }

    private void start(int i) throws Exception {
        bundles[i].start();
        remember(bundles[i]);
    }

    private void remember(Bundle b) {
        ClassLoader loader = b.adapt(BundleWiring.class).getClassLoader();
        assertNotNull(loader);
        if (loaders.stream().noneMatch(l -> l.get() == loader)) {
            loaders.add(new WeakReference<>(loader));
        }
    }

    private void uninstall(int i) throws Exception {
        if (bundles[i] != null) {
            Bundle b = bundles[i];
            bundles[i] = null;
            b.uninstall();
            refresh(b);
        }
    }

    /** An update or uninstallation is complete, and the old class loader let go, once the bundle is refreshed. */
    private void refresh(Bundle b) throws InterruptedException {
        CountDownLatch refreshed = new CountDownLatch(1);
        context.getBundle(0).adapt(FrameworkWiring.class).refreshBundles(List.of(b), e -> refreshed.countDown());
        assertTrue("refresh took too long", refreshed.await(30, TimeUnit.SECONDS));
    }

    private static int threads() {
        ThreadGroup root = Thread.currentThread().getThreadGroup();
        while (root.getParent() != null) {
            root = root.getParent();
        }
        Thread[] all = new Thread[root.activeCount() * 2 + 50];
        int n = root.enumerate(all);
        int ours = 0;
        for (int i = 0; i < n; i++) {
            ours += all[i].getName().startsWith("rebind") ? 1 : 0;
        }
        return ours;
    }

    private void verify(int threadsBefore) throws Exception {
        assertEquals(ledger.toString(), 0, ledger.getOrDefault("breaches", new AtomicLong()).get());
        for (String name : NAMES) {
            for (String what : new String[] {".buffers", ".executables"}) {
                assertEquals(name + what, 0, ledger.getOrDefault(name + what, new AtomicLong()).get());
            }
        }
        for (Kept k : kept) {
            assertArrayEquals("a result kept over the departure of its device", k.expected, k.tensor.toFloatArray(), 0f);
        }
        assertTrue("the pretend devices were hardly used: " + ledger, ledger.get("executes").get() > 100);
        assertEquals("runtime threads", threadsBefore, threads());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (loaders.stream().anyMatch(l -> l.get() != null)) {
            assertTrue("class loaders not collected: " + loaders.stream().filter(l -> l.get() != null).count() + " of "
                    + loaders.size(), System.nanoTime() < deadline);
            System.gc();
            Thread.sleep(100);
        }
    }
}
