package org.rebind.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.wiring.BundleRevision;

/** The container of {@link SwapDemo}, what is done to it and when. */
public final class SwapStage {
    private static final long SAMPLE_MILLIS = 100;
    private static final int LEAST_SAMPLES = 10;
    private static final int MOST_SAMPLES = 600;
    private static final String BACKENDS = "backend-";
    private static final String CAPABILITY = "rebind.backend";

    /** What happens when, as fractions of the whole; later, if the function has not moved for the one before. */
    private enum Act {
        DEPLOY(0.15, true), REMOVE(0.40, false), DEPLOY_AGAIN(0.55, true), UPDATE(0.70, true), REMOVE_AGAIN(0.85, false);

        final double when;
        final boolean there; // whether the function is on the backend afterwards

        Act(double when, boolean there) {
            this.when = when;
            this.there = there;
        }
    }

    private final Path backend;
    private final String name; // of the backend
    private final SwapChart chart;
    private final BundleContext context;
    private final Function<String, Map<String, Object>> load;
    private Bundle deployed;

    private SwapStage(Path backend, String name, BundleContext context, Function<String, Map<String, Object>> load,
            String title) {
        this.backend = backend;
        this.name = name;
        this.context = context;
        this.load = load;
        this.chart = new SwapChart(SAMPLE_MILLIS, title);
    }

    /** Runs the demonstration. @return the status of the process: 0 if no call failed and no result was wrong */
    public static int run(Path home, String[] args) throws Exception {
        Map<String, String> options = options(args);
        Path backend = jar(home, "backend", options.getOrDefault("backend", "aparapi-cpu"));
        Path beside = options.containsKey("beside") ? jar(home, "beside", options.get("beside")) : null;
        Path storage = Files.createTempDirectory("rebind-swap");
        Framework framework = ServiceLoader.load(FrameworkFactory.class, SwapStage.class.getClassLoader()).findFirst()
                .orElseThrow().newFramework(Map.of(Constants.FRAMEWORK_STORAGE, storage.toString(),
                        Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, "jdk.incubator.vector"));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(framework, storage))); // for who interrupts it
        try {
            framework.start();
            Bundle examples = install(framework.getBundleContext(), home);
            if (beside != null) {
                framework.getBundleContext().installBundle(beside.toUri().toString()).start();
            }
            String name = name(framework.getBundleContext(), backend);
            int threads = number(options, "threads", 2);
            int size = number(options, "size", 64);
            SwapStage stage = new SwapStage(backend, name, framework.getBundleContext(),
                    load(examples, name, threads, size), "softmax(tanh(x w)) of " + size + " x " + size + ", called by "
                            + threads + (threads == 1 ? " thread" : " threads") + " while " + name + " comes and goes");
            return stage.play(Path.of(options.getOrDefault("svg", "rebind-swap.svg")), number(options, "seconds", 15));
        } finally {
            end(framework, storage);
        }
    }

    private static void end(Framework framework, Path storage) {
        try {
            framework.stop();
            framework.waitForStop(10_000);
        } catch (BundleException e) {
            throw new IllegalStateException("the container does not stop", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            delete(storage);
        }
    }

    private static Map<String, String> options(String[] args) {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i < args.length; i += 2) {
            if (!List.of("--svg", "--backend", "--beside", "--threads", "--size", "--seconds").contains(args[i])
                    || i + 1 == args.length) {
                throw new IllegalArgumentException("unknown option or no value: " + args[i] + "; known are --svg FILE,"
                        + " --backend NAME or JAR, --beside NAME or JAR, --threads N, --size N, --seconds N");
            }
            options.put(args[i].substring(2), args[i + 1]);
        }
        return options;
    }

    private static int number(Map<String, String> options, String name, int byDefault) {
        String value = options.get(name);
        int n = value == null ? byDefault : value.matches("[0-9]{1,6}") ? Integer.parseInt(value) : 0;
        if (n < 1) {
            throw new IllegalArgumentException("--" + name + ": expected a whole number from 1 on, got " + value);
        }
        return n;
    }

    /** A jar by its path, or one of the distribution's backends by its name. */
    private static Path jar(Path home, String option, String value) throws IOException {
        if (Files.isReadable(Path.of(value))) {
            return Path.of(value);
        }
        try (Stream<Path> files = Files.list(home.resolve("bundle"))) {
            return files.filter(p -> p.getFileName().toString().startsWith(BACKENDS + value + "-")).findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("--" + option + ": neither a readable file nor one of"
                            + " the backends in " + home.resolve("bundle") + ": " + value));
        }
    }

    /** The name of the backend in a bundle, which its capability says. */
    private static String name(BundleContext context, Path jar) throws BundleException {
        Bundle b = context.installBundle(jar.toUri().toString());
        try {
            return b.adapt(BundleRevision.class).getDeclaredCapabilities(CAPABILITY).stream().findFirst()
                    .map(c -> (String) c.getAttributes().get(CAPABILITY))
                    .orElseThrow(() -> new IllegalArgumentException("--backend: " + jar + " has no capability " + CAPABILITY));
        } finally {
            b.uninstall();
        }
    }

    /** Installs and starts everything but backends and the shell. @return the bundle of these examples */
    private static Bundle install(BundleContext context, Path home) throws IOException, BundleException {
        List<Bundle> bundles = new ArrayList<>();
        try (Stream<Path> jars = Files.list(home.resolve("bundle"))) {
            for (Path jar : jars.sorted().toList()) {
                String name = jar.getFileName().toString();
                if (!name.startsWith(BACKENDS) && !name.contains("gogo") && !name.contains("fileinstall")) {
                    bundles.add(context.installBundle(jar.toUri().toString()));
                }
            }
        }
        Bundle examples = context.installBundle(
                SwapStage.class.getProtectionDomain().getCodeSource().getLocation().toString());
        bundles.add(examples);
        for (Bundle b : bundles) {
            if (b.getHeaders().get(Constants.FRAGMENT_HOST) == null) {
                b.start();
            }
        }
        return examples;
    }

    @SuppressWarnings("unchecked")
    private static Function<String, Map<String, Object>> load(Bundle examples, String backend, int threads, int size)
            throws Exception {
        return (Function<String, Map<String, Object>>) examples.loadClass("org.rebind.examples.SwapLoad")
                .getConstructor(String.class, int.class, int.class).newInstance(backend, threads, size);
    }

    private int play(Path svg, int seconds) throws Exception {
        int samples = (int) (seconds * 1000 / SAMPLE_MILLIS);
        ExecutorService stagehand = Executors.newSingleThreadExecutor(); // so that a slow start does not stop the drawing
        Future<Long> running = null;
        int act = 0;
        int moved = LEAST_SAMPLES; // samples since the function has been where the last act wants it
        int waited = 0;
        load.apply("sample");
        long next = System.nanoTime();
        int due = (int) (Act.values()[0].when * samples);
        for (int i = 0; i < due || running != null || act < Act.values().length || moved < LEAST_SAMPLES; i++) {
            if (running != null && running.isDone()) {
                chart.event(name(act - 1) + " is done", running.get());
                running = null;
                moved = 0;
            }
            if (running == null && act < Act.values().length && i >= due && moved >= LEAST_SAMPLES) {
                Act a = Act.values()[act++];
                due = i + (int) (((act < Act.values().length ? Act.values()[act].when : 1) - a.when) * samples);
                chart.event(name(act - 1), -1);
                running = stagehand.submit(() -> perform(a));
            }
            next += SAMPLE_MILLIS * 1_000_000;
            Thread.sleep(Math.max(0, (next - System.nanoTime()) / 1_000_000));
            Map<String, Object> sample = load.apply("sample");
            chart.add(sample);
            boolean there = act == 0 || name.equals(sample.get("backend")) == Act.values()[act - 1].there;
            moved = there ? moved + 1 : 0;
            waited = there ? 0 : waited + 1;
            if (running == null && waited > MOST_SAMPLES) {
                System.out.println("the function has not moved " + MOST_SAMPLES / 10 + " s after: " + name(act - 1));
                break;
            }
        }
        stagehand.shutdown();
        Map<String, Object> end = load.apply("stop");
        chart.finish(end);
        chart.write(svg);
        return (long) end.get("failed") == 0 && (long) end.get("wrong") == 0 && moved >= LEAST_SAMPLES ? 0 : 1;
    }

    private static String name(int act) {
        return Act.values()[act].name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** @return how many milliseconds it took */
    private long perform(Act act) throws Exception {
        long start = System.nanoTime();
        switch (act) {
            case DEPLOY, DEPLOY_AGAIN -> {
                deployed = context.installBundle(backend.toUri().toString());
                deployed.start();
            }
            case UPDATE -> deployed.update();
            case REMOVE, REMOVE_AGAIN -> deployed.uninstall();
        }
        return (System.nanoTime() - start) / 1_000_000;
    }

    private static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(p -> p.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + folder, e);
        }
    }
}
