package org.rebind.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.rebind.benchmarks.Machine;
import org.rebind.benchmarks.workload.Workloads;

/** The results as Markdown with charts: goals first, then Rebind against the best peer, then every figure. */
public final class Report {
    private static final Map<String, String> SUITES = Map.ofEntries(Map.entry("dispatch", "x * 2 + 1 on 8 elements: the price of a call"),
            Map.entry("chain", "tanh(a * b + c) * exp(-d), fused"), Map.entry("memory", "a * b + c, bound by memory"),
            Map.entry("softmax", "along the last axis"), Map.entry("layernorm", "along the last axis"),
            Map.entry("reduce", "sums of 4096 x 1024; `copy` moves twice the bytes a sum reads"),
            Map.entry("transpose", "elements moved, no view"), Map.entry("matmul", "square products, float32"),
            Map.entry("mlp", "784-512-256-10 with biases, relu and softmax"),
            Map.entry("training", "one step of gradient descent on that network, gradients by hand"),
            Map.entry("attention", "softmax(q k^T / 8) v, 8 heads of 128 x 64"),
            Map.entry("blackscholes", "calls and puts"), Map.entry("logistic", "50 dependent operations"),
            Map.entry("threads", "one compiled function called by one thread, two and four, in turn in one JVM; time a call of one thread"),
            Map.entry("cache", "a function whose signatures are called in turn, by one thread, two and four, in turn in one JVM; time a call of one thread"),
            Map.entry("compile", "first call of a new function to its result, tracing and compiling included"),
            Map.entry("fresh", "a new kernel in a JVM that compiled others before"),
            Map.entry("several", "eight kernels of 1,024 x 1,024: each alone in its JVM, and all of them in one, four JVMs that begin with different ones"),
            Map.entry("objects", "objects a cached call makes, counted with a collector that never collects"),
            Map.entry("first", "start of a fresh JVM to the first result, and the mean of the calls of the second after"));

    private final List<Results> results;
    private final Table newest;
    private final Table floor;
    private final StringBuilder out = new StringBuilder();

    public Report(List<Results> results) {
        this.results = results;
        TreeSet<Integer> versions = new TreeSet<>();
        results.forEach(r -> versions.add(r.java()));
        int latest = versions.isEmpty() ? 0 : versions.last();
        newest = new Table(latest, results, Workloads.ids());
        floor = new Table(17, latest == 17 ? List.of() : results, Workloads.ids());
    }

    /** Writes cpu.md and its charts. */
    public void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Map<String, String> charts = Charts.of(newest);
        for (Map.Entry<String, String> chart : charts.entrySet()) {
            Files.writeString(folder.resolve(chart.getKey()), chart.getValue());
        }
        Files.writeString(folder.resolve("cpu.md"), markdown(charts.keySet()));
    }

    private String markdown(Set<String> charts) {
        out.append("# CPU measurements\n\n");
        machines();
        out.append("""

                Each trial runs in a JVM of its own, rows contender after contender. A contender's output is checked against plain
                Java before it is timed. All may use as many threads as there are cores. Inputs are where the contender wants
                them (native memory, its own arrays) before the clock starts; a call makes and frees its results (by hand:
                writes large ones to arrays it keeps). A figure is the median of 7
                iterations of 0.2 s (of 7 in each round, where rows were measured in rounds, contenders in turn) after 1.6 s
                (Rebind: 3.2 s, as it compiles, and C2 then takes one of two cores for 2 s) of warm-up (JMH, average time), with the least
                and the most. Of `threads` and `cache` it is that of 9 windows of 0.2 s of each number of callers, which take turns in one
                JVM, after 3.2 s by one and four turns. Peers: ONNX Runtime with all graph optimisations and weights as initializers; TensorFlow sessions with weights as constants, XLA by
                `TF_XLA_FLAGS=--tf_xla_cpu_global_jit`; DJL and ND4J eagerly, freeing intermediates at once.
                A trial in which a virtual machine's host took more than 5% of the processors the trial wanted is measured again, up to
                twice, and the least disturbed counts; where that was disturbed, too, the figure says so.
                Not here: PyTorch from Python, and TorchScript models in DJL, which take a Python to write.

                Again: `./rebind bench --peers` (all), `./rebind bench --peers chain matmul/256` (parts; results elsewhere stay),
                `./rebind bench --report` (this page from the results under `cpu/`).
                """);
        goals();
        peers();
        if (charts.contains(Charts.PEERS)) {
            out.append("\n![time relative to Rebind](").append(Charts.PEERS).append(")\n");
        }
        figures(newest, charts);
        if (!floor.rows().isEmpty()) {
            out.append("\n# The same on JDK 17\n");
            figures(floor, Set.of());
        }
        return out.toString();
    }

    private void machines() {
        Set<String> lines = new LinkedHashSet<>();
        for (Results r : results) {
            Machine m = r.machine();
            lines.add("* " + m.processor() + ", " + m.cores() + " cores, " + m.system() + ", " + m.java() + ", `" + r.flags() + "`, "
                    + m.date());
        }
        lines.forEach(l -> out.append(l).append('\n'));
    }

    private void goals() {
        List<Goals.Goal> goals = Goals.of(newest, floor);
        long met = goals.stream().filter(g -> Boolean.TRUE.equals(g.met())).count();
        long missed = goals.stream().filter(g -> Boolean.FALSE.equals(g.met())).count();
        out.append("\n# Goals\n\n").append(met).append(" met, ").append(missed).append(" missed, ").append(goals.size() - met - missed)
                .append(" not measured. `1.5x` means Rebind is 1.5 times as fast as what it is compared with. The goals were set for"
                        + " 4 cores; what needs four is not asked of fewer.\n\n| goal | measured | |\n|---|---|---|\n");
        for (Goals.Goal g : goals) {
            out.append("| ").append(g.text()).append(" | ").append(g.measured()).append(" | ").append(g.met() == null ? "not measured"
                    : g.met() ? "met" : "**missed**").append(" |\n");
        }
    }

    private void peers() {
        out.append("\n# Against what people would use instead, JDK ").append(newest.java()).append("""


                | workload | Rebind | by hand, best | best peer | Rebind against by hand | against the best peer |
                |---|---|---|---|---|---|
                """);
        for (Table.Row row : newest.withPeers()) {
            double rebind = row.median("rebind");
            var hand = row.best(Table.BY_HAND);
            var peer = row.best(Table.PEERS);
            out.append("| ").append(row.title()).append(" | ").append(Format.value(rebind, "us")).append(" | ")
                    .append(hand.map(Report::named).orElse("-")).append(" | ").append(peer.map(Report::named).orElse("-")).append(" | ")
                    .append(hand.map(h -> Format.times(h.median() / rebind)).orElse("-")).append(" | ")
                    .append(peer.map(p -> bold(p.median() / rebind)).orElse("-")).append(row.oneRun() ? "" : " (several runs)")
                    .append(" |\n");
        }
    }

    private static String named(Result r) {
        return Format.value(r.median(), r.unit()) + " " + r.title();
    }

    private static String bold(double ratio) {
        return ratio >= 1 ? "**" + Format.times(ratio) + "**" : Format.times(ratio);
    }

    private void figures(Table table, Set<String> charts) {
        for (String suite : table.suites()) {
            out.append("\n## ").append(suite).append(", JDK ").append(table.java()).append("\n\n").append(SUITES.getOrDefault(suite, ""))
                    .append('\n');
            if (charts.contains("cpu-" + suite + ".svg")) {
                out.append("\n![").append(suite).append("](cpu-").append(suite).append(".svg)\n");
            }
            out.append("\n| size | contender | median | least to most | times Rebind's | Java bytes a call |\n|---|---|---|---|---|---|\n");
            for (Table.Row row : table.suite(suite)) {
                row.results().values().forEach(r -> line(row, r));
            }
        }
    }

    private void line(Table.Row row, Result r) {
        boolean rebind = r.contender().equals("rebind");
        String name = rebind ? "**" + r.title() + "**" : r.title();
        if (!r.measured()) {
            out.append("| ").append(row.size()).append(" | ").append(name).append(" | no figure: ").append(r.note().replace("|", "/"))
                    .append(" | | | |\n");
            return;
        }
        out.append("| ").append(row.size()).append(" | ").append(name).append(" | ").append(Format.value(r.median(), r.unit()))
                .append(r.stolen() > Result.DISTURBED ? " (host took " + Format.digits(100 * r.stolen()) + "%)" : "")
                .append(" | ").append(Format.value(r.least(), r.unit())).append(" to ").append(Format.value(r.most(), r.unit()))
                .append(" | ").append(rebind ? "" : Format.digits(r.median() / row.median("rebind"))).append(" | ")
                .append(Format.bytes(r.bytes())).append(" |\n");
    }
}
