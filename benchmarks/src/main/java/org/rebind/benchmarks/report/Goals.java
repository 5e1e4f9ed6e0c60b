package org.rebind.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was asked for, ratio by ratio, and what was measured. */
final class Goals {
    /** One line: met is null where it was not measured. */
    record Goal(String text, String measured, Boolean met) {
    }

    private final List<Goal> goals = new ArrayList<>();

    private Goals() {
    }

    /** @param newest the results of the newest Java; {@code floor} those of Java 17, maybe empty */
    static List<Goal> of(Table newest, Table floor) {
        Goals g = new Goals();
        g.dispatch(newest, floor);
        g.chains(newest, floor);
        g.rows(newest);
        g.products(newest);
        g.peers(newest);
        g.compiling(newest);
        g.threads(newest);
        return g.goals;
    }

    private void atLeast(String text, double value, double goal, String more) {
        goals.add(new Goal(text, Format.times(value) + more, Double.isNaN(value) ? null : value >= goal));
    }

    private void atMost(String text, double value, double goal, String unit, String more) {
        goals.add(new Goal(text, Format.value(value, unit) + more, Double.isNaN(value) ? null : value <= goal));
    }

    private void dispatch(Table newest, Table floor) {
        atMost("cached call on 8 elements <= 400 ns", newest.row("dispatch/8").median("rebind"), 0.4, "us", "");
        Result objects = newest.row("objects/dispatch/8").results().get("rebind");
        atMost("objects made by that call <= 3 beyond the result (its tensor, its buffer and its array)",
                objects == null ? Double.NaN : objects.median() - 3, 3, "objects", objects == null ? "" : " beyond; all: "
                + objects.note());
        atMost("the same call on JDK 17 <= 600 ns", floor.row("dispatch/8").median("rebind"), 0.6, "us", "");
    }

    private void chains(Table newest, Table floor) {
        for (String size : List.of("1k", "64k")) {
            Table.Row row = newest.row("chain/" + size);
            atLeast("fused chain " + size + " >= 0.8x hand-written Vector API", row.ratio("vector", "rebind"), 0.8, "");
        }
        for (String size : List.of("1M", "16M")) {
            Table.Row row = newest.row("chain/" + size);
            atLeast("fused chain " + size + " >= 0.9x hand-written parallel Vector API", row.ratio("parallel", "rebind"), 0.9, "");
            peer("fused chain " + size + " >= 1.5x the best peer", row, 1.5);
        }
        for (Table table : floor.rows().isEmpty() ? List.of(newest) : List.of(newest, floor)) {
            for (String size : List.of("1k", "64k", "1M")) {
                atLeast("fused chain " + size + " without the vector module >= 5x the Math.* loop, JDK " + table.java(),
                        table.row("chain/" + size).ratio("scalar", "rebind-plain"), 5, "");
            }
        }
        atLeast("memory chain 16M >= 0.9x hand-written parallel Java", newest.row("memory/16M").ratio("parallel", "rebind"), 0.9, "");
    }

    private void peer(String text, Table.Row row, double goal) {
        var best = row.best(Table.PEERS);
        atLeast(text, best.map(b -> b.median() / row.median("rebind")).orElse(Double.NaN), goal,
                best.map(b -> " (" + b.title() + ")").orElse(""));
    }

    private void rows(Table t) {
        for (String suite : List.of("softmax", "layernorm")) {
            atLeast(suite + " 4096x1024 >= 0.7x of a parallel copy's bytes/s", t.row(suite + "/4096x1024").ratio("copy", "rebind"),
                    0.7, "");
        }
        for (String axis : List.of("first", "all", "last")) {
            atLeast("sum over " + axis + (axis.equals("all") ? " axes" : " axis") + " 4096x1024 >= 0.7x of a parallel copy's bytes/s",
                    t.row("reduce/" + axis).ratio("copy", "rebind") / 2, 0.7, "");
        }
    }

    private void products(Table t) {
        for (String n : List.of("256", "1024", "2048")) {
            atLeast("matmul " + n + " >= 0.95x calling the library directly", t.row("matmul/" + n).ratio("onednn", "rebind"), 0.95, "");
        }
        for (String n : List.of("8", "16")) {
            atLeast("matmul " + n + " no slower than naive Java", t.row("matmul/" + n).ratio("scalar", "rebind"), 1, "");
        }
    }

    private void peers(Table t) {
        for (Table.Row row : t.withPeers()) {
            if (!row.suite().equals("reduce") && !row.suite().equals("transpose") && !row.size().equals("1k")) {
                peer(row.title() + ": faster than the best peer", row, 1);
            }
        }
    }

    private void compiling(Table t) {
        atMost("compile a 50-op graph, first call to result, warm <= 40 ms",
                t.row("compile/50 operations, warm JVM").median("rebind"), 40, "ms", "");
        atMost("fresh kernel within 10% of full speed after <= 100 ms of calls",
                t.row("fresh/64k, within 10% of full speed after").median("rebind"), 100, "ms", "");
    }

    private void threads(Table t) {
        for (Table.Row one : t.suite("threads")) {
            if (!one.size().endsWith(", 1 thread")) {
                continue;
            }
            String workload = one.size().substring(0, one.size().lastIndexOf(','));
            double four = 4 * one.median("rebind") / t.row("threads/" + workload + ", 4 threads").median("rebind");
            if (workload.startsWith("dispatch") && t.cores() >= 4) {
                atLeast(workload + " from 4 threads: total throughput >= 3x one thread's", four, 3, "");
            } else if (workload.startsWith("dispatch")) {
                double two = 2 * one.median("rebind") / t.row("threads/" + workload + ", 2 threads").median("rebind");
                atLeast(workload + " scales: 4 threads >= 3x one, so 2 threads on 2 cores >= 1.5x", two, 1.5, "");
            }
            atLeast(String.format(Locale.ROOT, "%s from 4 threads: total throughput >= 0.97x one thread's", workload), four, 0.97, "");
        }
    }
}
