package org.rebind.benchmarks.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The results of one Java, found by suite, size and contender. */
final class Table {
    static final List<String> PEERS = List.of("onnxruntime", "tensorflow", "tensorflow-xla", "pytorch", "nd4j");
    static final List<String> BY_HAND = List.of("scalar", "vector", "parallel");

    /** The contenders of one suite and size. */
    record Row(String suite, String size, Map<String, Result> results) {
        String title() {
            return suite + " " + size;
        }

        /** NaN if not measured. */
        double median(String contender) {
            Result r = results.get(contender);
            return r == null ? Double.NaN : r.median();
        }

        /** How many times as long as {@code than} this contender takes. */
        double ratio(String contender, String than) {
            return median(contender) / median(than);
        }

        Optional<Result> best(Collection<String> contenders) {
            return contenders.stream().map(results::get).filter(r -> r != null && r.measured())
                    .min(Comparator.comparingDouble(Result::median));
        }

        boolean oneRun() {
            return results.values().stream().map(Result::run).distinct().count() <= 1;
        }
    }

    private final int java;
    private final int cores;
    private final Map<String, Row> rows = new LinkedHashMap<>();

    Table(int java, List<Results> results, List<String> order) {
        this.java = java;
        List<Result> all = new ArrayList<>();
        results.stream().filter(r -> r.java() == java).forEach(r -> all.addAll(r.list()));
        cores = results.stream().filter(r -> r.java() == java).mapToInt(r -> r.machine().cores()).min().orElse(0);
        all.sort(Comparator.comparingInt(r -> place(order, r)));
        for (Result r : all) {
            rows.computeIfAbsent(r.suite() + "/" + r.size(), id -> new Row(r.suite(), r.size(), new LinkedHashMap<>()))
                    .results().put(r.contender(), r);
        }
    }

    private static int place(List<String> order, Result r) {
        int place = order.indexOf(r.suite() + "/" + r.size());
        return place < 0 ? order.size() : place;
    }

    int java() {
        return java;
    }

    /** Of the machine; of the smallest, where results of several came together. */
    int cores() {
        return cores;
    }

    Collection<Row> rows() {
        return rows.values();
    }

    /** Rows of one suite. */
    List<Row> suite(String suite) {
        return rows.values().stream().filter(r -> r.suite().equals(suite)).toList();
    }

    List<String> suites() {
        return rows.values().stream().map(Row::suite).distinct().toList();
    }

    /** An empty row if there is none. */
    Row row(String id) {
        int slash = id.indexOf('/');
        return rows.getOrDefault(id, new Row(id.substring(0, slash), id.substring(slash + 1), Map.of()));
    }

    /** Rows in which a peer was measured beside Rebind. */
    List<Row> withPeers() {
        Set<String> peers = Set.copyOf(PEERS);
        return rows.values().stream().filter(r -> !r.suite().equals("first") && !Double.isNaN(r.median("rebind"))
                && r.best(peers).isPresent()).toList();
    }
}
