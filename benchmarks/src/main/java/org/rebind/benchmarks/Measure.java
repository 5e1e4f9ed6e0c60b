package org.rebind.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.DoubleStream;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.rebind.benchmarks.program.Callers;
import org.rebind.benchmarks.program.CompileTime;
import org.rebind.benchmarks.program.FirstResult;
import org.rebind.benchmarks.program.FreshKernel;
import org.rebind.benchmarks.program.Objects;
import org.rebind.benchmarks.program.SeveralKernels;
import org.rebind.benchmarks.report.Result;

/** Runs trials, each in a JVM of its own: calls by JMH, the rest as programs. */
final class Measure {
    private static final int FIRST_RESULTS = 5;
    private static final int SEVERAL_JVMS = 4;
    /** Of a trial in which the host took much of the processors. */
    private static final int ATTEMPTS = 3;

    private final Path log;
    private final String run;
    private final boolean quick;
    /** Samples of earlier rounds by suite, size and contender. */
    private Map<List<String>, double[]> seen = new HashMap<>();
    /** The part of the processors that the host took, in the worst round of a trial. */
    private final Map<List<String>, Double> most = new HashMap<>();

    /**
     * @param log where JMH and the programs write
     * @param run what all results of this run are marked with
     * @param quick a quarter of the time, for looking whether all works
     */
    Measure(Path log, String run, boolean quick) {
        this.log = log;
        this.run = run;
        this.quick = quick;
    }

    /** The flags of measured JVMs: what the launcher gives, this JVM's compile commands among it, and the memory. */
    static List<String> flags(boolean vector) {
        List<String> flags = new ArrayList<>();
        if (vector && ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
            flags.add("--add-modules=jdk.incubator.vector");
            flags.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                    .filter(f -> f.startsWith("-XX:CompileCommand=")).toList());
        }
        flags.add("--enable-native-access=ALL-UNNAMED");
        if (Runtime.version().feature() >= 23) {
            flags.add("--sun-misc-unsafe-memory-access=allow");
        }
        flags.add("-Xmx6g");
        return flags;
    }

    private static List<String> allFlags(boolean vector) {
        List<String> flags = new ArrayList<>(flags(vector));
        for (String property : List.of(Contenders.FOLDERS, "org.bytedeco.javacpp.cachedir")) {
            String value = System.getProperty(property);
            if (value != null) {
                flags.add("-D" + property + "=" + value);
            }
        }
        return flags;
    }

    /** One result, or several where one program measures several sizes. Failures are results too. */
    List<Result> measure(Trial trial) throws IOException {
        Map<List<String>, double[]> before = seen;
        Map<List<String>, double[]> kept = before;
        List<Result> best = List.of();
        double least = Double.POSITIVE_INFINITY;
        for (int attempt = 1; attempt <= ATTEMPTS && least > Result.DISTURBED; attempt++) {
            seen = new HashMap<>(before);
            Stolen start = Stolen.now();
            List<Result> results = once(trial);
            double stolen = Stolen.now().since(start);
            if (stolen < least) {
                least = stolen;
                best = results;
                kept = seen;
            }
            if (least > Result.DISTURBED && attempt < ATTEMPTS) {
                System.out.printf(Locale.ROOT, "%s %s: the host took %.0f%% of the processors, once more%n", trial.id(),
                        trial.contender(), 100 * stolen);
            }
        }
        seen = kept;
        double worst = most.merge(List.of(trial.id(), trial.contender()), least, Math::max);
        return best.stream().map(r -> r.withStolen(worst)).toList();
    }

    private List<Result> once(Trial trial) throws IOException {
        return switch (trial.what()) {
            case CALL -> List.of(jmh(trial));
            case CALLERS -> callers(trial);
            case FIRST_RESULT -> firstResult(trial);
            case COMPILE_TIME -> compileTimes(trial);
            case FRESH_KERNEL -> freshKernel(trial);
            case SEVERAL_KERNELS -> severalKernels(trial);
            case OBJECTS -> List.of(objects(trial));
        };
    }

    private Result result(Trial trial, String unit, double[] samples, double bytes, String note) {
        return result(trial, trial.size(), unit, samples, bytes, note);
    }

    /** With what earlier rounds measured. */
    private Result result(Trial trial, String size, String unit, double[] samples, double bytes, String note) {
        double[] all = seen.merge(List.of(trial.suite(), size, trial.contender()), samples,
                (before, more) -> DoubleStream.concat(DoubleStream.of(before), DoubleStream.of(more)).toArray());
        return Result.of(trial.suite(), size, trial.contender(), Contenders.title(trial.contender()), unit, all, bytes, note,
                run);
    }

    private Result failed(Trial trial, String why) {
        return Result.failed(trial.suite(), trial.size(), trial.contender(), Contenders.title(trial.contender()), why, run);
    }

    private Result jmh(Trial trial) throws IOException {
        Path output = log.resolve((trial.id() + "-" + trial.contender()).replaceAll("[^\\w.-]+", "_") + ".log");
        boolean rebind = trial.runs().equals("rebind") || trial.runs().equals("eager");
        int scale = quick ? 4 : 1;
        ChainedOptionsBuilder options = new OptionsBuilder().include("\\.Call\\.").forks(1)
                .warmupIterations(rebind ? 8 : 4).warmupTime(TimeValue.milliseconds(400 / scale))
                .measurementIterations(7).measurementTime(TimeValue.milliseconds(200 / scale)).timeout(TimeValue.seconds(60))
                .param("workload", trial.workload()).param("contender", trial.runs())
                .addProfiler(GCProfiler.class).jvmArgs(allFlags(trial.vector()).toArray(String[]::new))
                .output(output.toString()).shouldFailOnError(true).timeUnit(TimeUnit.MICROSECONDS);
        try {
            Collection<RunResult> results = new Runner(options.build()).run();
            return fromJmh(trial, results.iterator().next());
        } catch (RunnerException | java.util.NoSuchElementException e) {
            return failed(trial, reason(output));
        }
    }

    private Result fromJmh(Trial trial, RunResult result) {
        double[] samples = result.getBenchmarkResults().stream().map(BenchmarkResult::getIterationResults)
                .flatMap(Collection::stream).map(IterationResult::getPrimaryResult).mapToDouble(r -> r.getScore()).toArray();
        var allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
        double bytes = allocated == null ? Double.NaN : allocated.getScore();
        return result(trial, "us", samples, bytes, "");
    }

    /** The first line of a log that tells what went wrong. */
    private static String reason(Path output) throws IOException {
        return Files.readAllLines(output).stream().filter(l -> l.contains("Exception:") || l.contains("Error:")
                || l.contains("SIGSEGV") || l.contains("timed out")).findFirst().map(String::strip)
                .orElse("no result; see " + output.getFileName());
    }

    private List<Result> firstResult(Trial trial) throws IOException {
        double[] millis = new double[quick ? 2 : FIRST_RESULTS];
        double[] calls = new double[millis.length];
        for (int i = 0; i < millis.length; i++) {
            long start = System.nanoTime();
            Program program = program(trial, allFlags(true), FirstResult.class, trial.workload(), trial.runs());
            if (!program.await("done")) {
                return List.of(failed(trial, reason(program.output)));
            }
            millis[i] = (System.nanoTime() - start) / 1e6;
            if (!program.await("checked")) {
                return List.of(failed(trial, reason(program.output)));
            }
            List<String> lines = program.lines();
            if (lines.isEmpty()) {
                return List.of(failed(trial, reason(program.output)));
            }
            calls[i] = numbers(lines, "call")[0];
        }
        return List.of(result(trial, "ms", millis, Double.NaN, ""),
                result(trial, trial.size() + ", a call in the second after", "us", calls, Double.NaN, ""));
    }

    /** A row for one caller, for two and for four. */
    private List<Result> callers(Trial trial) throws IOException {
        boolean calls = !trial.workload().isEmpty();
        List<String> lines = program(trial, allFlags(true), Callers.class, calls ? "calls" : "signatures",
                calls ? trial.workload() : trial.size().split(" ")[0]).lines();
        List<Result> results = new ArrayList<>();
        for (String callers : lines.stream().map(l -> l.split(" ")[0]).distinct().toList()) {
            double[][] windows = lines.stream().map(l -> l.split(" ")).filter(w -> w[0].equals(callers))
                    .map(w -> new double[] {Double.parseDouble(w[1]), Double.parseDouble(w[2])}).toArray(double[][]::new);
            String size = trial.size() + ", " + callers + (callers.equals("1") ? " thread" : " threads");
            results.add(result(trial, size, "us", Arrays.stream(windows).mapToDouble(w -> w[0]).toArray(),
                    Arrays.stream(windows).mapToDouble(w -> w[1]).average().orElse(Double.NaN), ""));
        }
        return results.isEmpty() ? List.of(failed(trial, reason(logOf(trial)))) : results;
    }

    private List<Result> compileTimes(Trial trial) throws IOException {
        List<String> lines = program(trial, allFlags(true), CompileTime.class).lines();
        List<Result> results = new ArrayList<>();
        List<String> kinds = lines.stream().map(l -> l.substring(0, l.lastIndexOf(' '))).distinct().toList();
        for (String kind : kinds) {
            String[] words = kind.split(" ");
            results.add(result(trial, words[1] + " operations, " + (words[0].equals("warm") ? "warm JVM" : "first in the JVM"),
                    "ms", numbers(lines, kind), Double.NaN, ""));
        }
        return results.isEmpty() ? List.of(failed(trial, reason(logOf(trial)))) : results;
    }

    private List<Result> freshKernel(Trial trial) throws IOException {
        List<String> lines = program(trial, allFlags(true), FreshKernel.class).lines();
        if (lines.isEmpty()) {
            return List.of(failed(trial, reason(logOf(trial))));
        }
        String timeline = String.join(";", lines.stream().filter(l -> l.startsWith("call ")).map(l -> l.substring(5)).toList());
        return List.of(result(trial, "64k, within 10% of full speed after", "ms", numbers(lines, "settled"), Double.NaN, timeline),
                result(trial, "64k, first call with compiling", "ms", numbers(lines, "first"), Double.NaN, ""),
                result(trial, "64k, call at full speed", "us", numbers(lines, "full"), Double.NaN, ""));
    }

    /** For each kernel a row alone in its JVM, and one with the others, in JVMs that begin with different ones. */
    private List<Result> severalKernels(Trial trial) throws IOException {
        List<String> together = new ArrayList<>();
        for (int jvm = 0; jvm < (quick ? 1 : SEVERAL_JVMS); jvm++) {
            int first = jvm * SeveralKernels.names().size() / SEVERAL_JVMS;
            List<String> lines = program(trial, allFlags(true), SeveralKernels.class, Integer.toString(first)).lines();
            if (lines.isEmpty()) {
                return List.of(failed(trial, reason(logOf(trial))));
            }
            together.addAll(lines);
        }
        List<Result> results = new ArrayList<>();
        for (String kernel : SeveralKernels.names()) {
            List<String> alone = program(trial, allFlags(true), SeveralKernels.class, kernel).lines();
            if (alone.isEmpty()) {
                return List.of(failed(trial, reason(logOf(trial))));
            }
            results.add(result(trial, kernel + ", alone", "us", numbers(alone, kernel), Double.NaN, ""));
            results.add(result(trial, kernel + ", with others", "us", numbers(together, kernel), Double.NaN, ""));
        }
        return results;
    }

    private static double[] numbers(List<String> lines, String prefix) {
        return lines.stream().filter(l -> l.startsWith(prefix + " "))
                .mapToDouble(l -> Double.parseDouble(l.substring(l.lastIndexOf(' ') + 1))).toArray();
    }

    private Result objects(Trial trial) throws IOException {
        List<String> flags = new ArrayList<>(allFlags(true));
        flags.remove("-Xmx6g");
        flags.addAll(List.of("-XX:+UnlockExperimentalVMOptions", "-XX:+UseEpsilonGC", "-Xmx1500m"));
        List<String> lines = program(trial, flags, Objects.class, trial.workload(), trial.runs()).lines();
        if (lines.isEmpty()) {
            return failed(trial, reason(logOf(trial)));
        }
        double objects = 0;
        double bytes = 0;
        for (String line : lines) {
            String[] words = line.split(" ");
            objects += Double.parseDouble(words[0]);
            bytes += Double.parseDouble(words[1]);
        }
        return result(trial, "objects", new double[] {objects}, bytes, String.join("; ", lines));
    }

    private Path logOf(Trial trial) {
        return log.resolve((trial.suite() + "-" + trial.contender() + ".log").replaceAll("[^\\w.-]+", "_"));
    }

    private Program program(Trial trial, List<String> flags, Class<?> main, String... arguments) throws IOException {
        return Program.start(logOf(trial), flags, main, arguments);
    }
}
