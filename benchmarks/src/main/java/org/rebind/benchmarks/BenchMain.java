package org.rebind.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.rebind.benchmarks.report.Report;
import org.rebind.benchmarks.report.Result;
import org.rebind.benchmarks.report.Results;

/**
 * The benchmarks' command line; {@link #USAGE} says all. Results are kept as JSON under {@code FOLDER/cpu} and the report,
 * {@code FOLDER/cpu.md} and its charts, is made of everything there.
 */
public final class BenchMain {
    private static final String USAGE = """
            bench [OPTIONS] [SUITE | SUITE/SIZE ...]
              no suite         all of them, one after the other
              --peers          with ONNX Runtime, TensorFlow, DJL with PyTorch and ND4J (from a source checkout)
              --only A,B       these contenders only
              --any-backend    Rebind on the best backend there is, not only the CPU's (give --out, it is another report)
              --rounds N       each row N times, its contenders in turn, for machines that are not quiet (1 if absent)
              --quick          a quarter of the time, to see whether all works
              --report         no measuring: the report from the results there are
              --list           the suites, their sizes and contenders
              --out FOLDER     where the report goes (docs/measurements in a checkout, otherwise rebind-bench)
            """;

    private final List<String> wanted = new ArrayList<>();
    private List<String> only = List.of();
    private int rounds = 1;
    private boolean quick;
    private boolean report;
    private boolean anyBackend;
    private boolean help;
    private boolean list;
    private Path out = Files.isDirectory(Path.of("docs", "measurements")) ? Path.of("docs", "measurements")
            : Path.of("rebind-bench");

    private BenchMain() {
    }

    public static void main(String[] args) throws IOException {
        BenchMain main = new BenchMain();
        String wrong = main.parse(args);
        if (wrong == null && main.help) {
            System.out.print(USAGE);
            return;
        }
        if (wrong != null) {
            System.err.println("bench: " + wrong + "\n" + USAGE);
            System.exit(2);
        }
        main.run();
    }

    /** What is wrong with the arguments, or null. */
    private String parse(String[] args) {
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--quick" -> quick = true;
                case "--any-backend" -> anyBackend = true;
                case "--report" -> report = true;
                case "--list" -> list = true;
                case "--out", "--only", "--rounds" -> {
                    if (++i == args.length) {
                        return args[i - 1] + " needs a value";
                    }
                    if (args[i - 1].equals("--out")) {
                        out = Path.of(args[i]);
                    } else if (args[i - 1].equals("--rounds")) {
                        if (!args[i].matches("[1-9][0-9]?")) {
                            return "--rounds expects a number from 1 to 99, got '" + args[i] + "'";
                        }
                        rounds = Integer.parseInt(args[i]);
                    } else {
                        only = List.of(args[i].split(","));
                    }
                }
                case "--peers" -> {
                    if (Contenders.peers().isEmpty()) {
                        return "--peers works from a source checkout's ./rebind, which builds them";
                    }
                }
                case "-h", "--help" -> help = true;
                default -> wanted.add(args[i].toLowerCase(Locale.ROOT));
            }
        }
        List<Trial> all = Plan.all(Contenders.peers());
        for (String name : wanted) {
            if (all.stream().noneMatch(t -> wanted(t, name))) {
                return "no suite '" + name + "'; there are " + all.stream().map(Trial::suite).distinct().toList();
            }
        }
        return null;
    }

    private static boolean wanted(Trial trial, String name) {
        return trial.suite().equals(name) || trial.id().toLowerCase(Locale.ROOT).equals(name);
    }

    private void run() throws IOException {
        List<Trial> trials = Plan.all(Contenders.peers()).stream()
                .filter(t -> wanted.isEmpty() || wanted.stream().anyMatch(n -> wanted(t, n)))
                .filter(t -> only.isEmpty() || only.contains(t.contender())).toList();
        if (list) {
            trials.forEach(t -> System.out.println(t.id() + "  " + t.contender()));
            return;
        }
        Path data = out.resolve("cpu");
        if (!report) {
            measure(trials, data);
        }
        new Report(Results.all(data)).write(out);
        System.out.println("report: " + out.resolve("cpu.md").toAbsolutePath());
    }

    /** Takes jars off the class path of the JVMs that are measured. */
    private static void leaveOut(String... prefixes) {
        String kept = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(jar -> Arrays.stream(prefixes).noneMatch(Path.of(jar).getFileName().toString()::startsWith))
                .collect(Collectors.joining(File.pathSeparator));
        System.setProperty("java.class.path", kept);
    }

    /** Row by row, each as many times as there are rounds. */
    private List<Trial> inRounds(List<Trial> trials) {
        List<Trial> order = new ArrayList<>();
        for (int from = 0; from < trials.size();) {
            int to = from + 1;
            while (to < trials.size() && trials.get(to).id().equals(trials.get(from).id())) {
                to++;
            }
            for (int round = 0; round < rounds; round++) {
                order.addAll(trials.subList(from, to));
            }
            from = to;
        }
        return order;
    }

    private void measure(List<Trial> trials, Path data) throws IOException {
        Path log = Files.createTempDirectory("rebind-bench-");
        System.setProperty("jmh.ignoreLock", "true");
        if (!anyBackend) {
            leaveOut("backend-opencl-", "backend-cuda-");
        }
        String run = LocalDateTime.now().truncatedTo(ChronoUnit.MINUTES).toString();
        Measure measure = new Measure(log, run, quick);
        List<Trial> order = inRounds(trials);
        System.out.println("bench: " + order.size() + " trials; logs in " + log);
        long start = System.nanoTime();
        for (int i = 0; i < order.size(); i++) {
            Trial trial = order.get(i);
            Results results = Results.open(data, trial.suite(), String.join(" ", Measure.flags(true)));
            for (Result r : measure.measure(trial)) {
                results.add(r);
                long seconds = (System.nanoTime() - start) / 1_000_000_000;
                System.out.printf(Locale.ROOT, "[%d/%d, %d s] %s/%s %s: %s%n", i + 1, order.size(), seconds, r.suite(), r.size(),
                        r.contender(), Double.isNaN(r.median()) ? "failed: " + r.note()
                        : String.format(Locale.ROOT, "%.4g %s (%.4g to %.4g)", r.median(), r.unit(), r.least(), r.most()));
            }
        }
    }
}
