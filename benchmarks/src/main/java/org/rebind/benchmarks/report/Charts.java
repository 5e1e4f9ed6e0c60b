package org.rebind.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleBiFunction;

/** The report's charts, by file name; those without data are left out. */
final class Charts {
    static final String PEERS = "cpu-peers.svg";
    private static final Map<String, Long> ELEMENTS = Map.of("1k", 1L << 10, "64k", 1L << 16, "1M", 1L << 20, "16M", 1L << 24);
    private static final List<String> ORDER = List.of("scalar", "vector", "parallel", "onednn", "eager", "rebind-plain",
            "onnxruntime", "tensorflow", "tensorflow-xla", "pytorch", "nd4j", "rebind");
    private static final Map<String, String> SHORT = Map.ofEntries(Map.entry("scalar", "plain Java"),
            Map.entry("vector", "by hand, 1 thread"), Map.entry("parallel", "by hand"), Map.entry("onednn", "oneDNN directly"),
            Map.entry("eager", "Rebind eager"), Map.entry("rebind-plain", "Rebind, no vector module"),
            Map.entry("onnxruntime", "ONNX Runtime"), Map.entry("tensorflow", "TensorFlow"), Map.entry("tensorflow-xla", "XLA"),
            Map.entry("pytorch", "DJL PyTorch"), Map.entry("nd4j", "ND4J"), Map.entry("rebind", "Rebind"));
    private static final Map<String, String> COLOURS = Map.ofEntries(Map.entry("scalar", "#b0b0b0"), Map.entry("vector", "#808080"),
            Map.entry("parallel", "#505050"), Map.entry("onednn", "#222222"), Map.entry("eager", "#8fbce6"),
            Map.entry("rebind-plain", "#5a9bd5"), Map.entry("onnxruntime", "#d1495b"), Map.entry("tensorflow", "#edae49"),
            Map.entry("tensorflow-xla", "#a05c00"), Map.entry("pytorch", "#2e9e5b"), Map.entry("nd4j", "#8e5ea2"),
            Map.entry("rebind", "#1257a8"));

    private Charts() {
    }

    static Map<String, String> of(Table table) {
        Map<String, String> charts = new LinkedHashMap<>();
        if (!table.withPeers().isEmpty()) {
            charts.put(PEERS, peers(table));
        }
        lines(charts, "cpu-chain.svg", table.suite("chain"), "elements", "ns an element", r -> ELEMENTS.getOrDefault(r.size(), 0L),
                (row, median) -> median * 1000 / ELEMENTS.get(row.size()));
        lines(charts, "cpu-matmul.svg", table.suite("matmul"), "rows and columns", "GFLOP/s", r -> Long.parseLong(r.size()),
                (row, median) -> 2 * Math.pow(Double.parseDouble(row.size()), 3) / median / 1000);
        table.suite("fresh").stream().map(r -> r.results().get("rebind")).filter(r -> r != null && r.note().contains(";"))
                .findFirst().ifPresent(r -> charts.put("cpu-fresh.svg", fresh(r.note())));
        return charts;
    }

    private interface Size {
        long of(Table.Row row);
    }

    private static void lines(Map<String, String> charts, String file, List<Table.Row> rows, String x, String y, Size size,
            ToDoubleBiFunction<Table.Row, Double> value) {
        if (rows.size() < 2) {
            return;
        }
        List<Plot.Series> series = new ArrayList<>();
        for (String contender : ORDER) {
            List<double[]> points = new ArrayList<>();
            for (Table.Row row : rows) {
                double median = row.median(contender);
                if (!Double.isNaN(median)) {
                    points.add(new double[] {size.of(row), value.applyAsDouble(row, median)});
                }
            }
            if (!points.isEmpty()) {
                series.add(new Plot.Series(SHORT.get(contender), COLOURS.get(contender), contender.equals("rebind"), points));
            }
        }
        Map<Double, String> ticks = new LinkedHashMap<>();
        rows.forEach(r -> ticks.put((double) size.of(r), r.size()));
        charts.put(file, Plot.lines(x, y, series, ticks));
    }

    private static String fresh(String timeline) {
        List<double[]> points = new ArrayList<>();
        for (String call : timeline.split(";")) {
            String[] words = call.split(" ");
            points.add(new double[] {Math.max(0.1, Double.parseDouble(words[0])), Double.parseDouble(words[1])});
        }
        Map<Double, String> ticks = new LinkedHashMap<>();
        for (double t = 0.1; t <= 1000; t *= 10) {
            ticks.put(t, Format.digits(t));
        }
        return Plot.lines("ms after the first call", "us a call", List.of(new Plot.Series("a new kernel, 64k",
                COLOURS.get("rebind"), true, points)), ticks);
    }

    /** A line a workload, a dot a contender, at its time relative to Rebind's. */
    private static String peers(Table table) {
        List<Plot.Dots> lines = new ArrayList<>();
        List<String> shown = ORDER.stream().filter(c -> !c.equals("vector") && !c.equals("rebind-plain") && !c.equals("scalar")).toList();
        for (Table.Row row : table.withPeers()) {
            Map<String, Double> dots = new LinkedHashMap<>();
            for (String contender : shown) {
                double ratio = row.ratio(contender, "rebind");
                if (!Double.isNaN(ratio)) {
                    dots.put(contender, ratio);
                }
            }
            String best = row.best(Table.PEERS).map(p -> Format.times(p.median() / row.median("rebind"))).orElse("");
            lines.add(new Plot.Dots(row.title(), dots, Format.value(row.median("rebind"), "us"), best));
        }
        Map<String, String[]> legend = new LinkedHashMap<>();
        shown.forEach(c -> legend.put(c, new String[] {SHORT.get(c), COLOURS.get(c)}));
        return Plot.dots("time relative to Rebind compiled (right of the line: Rebind is faster)", lines, legend);
    }
}
