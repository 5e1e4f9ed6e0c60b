package org.rebind.benchmarks.program;

import java.util.Locale;
import org.rebind.benchmarks.Contender;
import org.rebind.benchmarks.Contenders;
import org.rebind.benchmarks.workload.Workload;
import org.rebind.benchmarks.workload.Workloads;

/**
 * A fresh JVM's way to its first result, {@code workload contender}; whoever starts it measures until it prints {@code done}. Then the
 * mean of the calls of the next second: {@code call microseconds}.
 */
public final class FirstResult {
    private static final long SECOND = 1_000_000_000L;

    private FirstResult() {
    }

    public static void main(String[] args) {
        Workload workload = Workloads.of(args[0]);
        Contender.Prepared prepared = Contenders.of(args[1]).prepare(workload, Runtime.getRuntime().availableProcessors());
        float[][] got = prepared.read(prepared.call());
        System.out.println("done");
        workload.check(args[1], got);
        System.out.println("checked");
        long start = System.nanoTime();
        long now = start;
        int calls = 0;
        for (; now - start < SECOND; now = System.nanoTime()) {
            prepared.release(prepared.call());
            calls++;
        }
        System.out.printf(Locale.ROOT, "call %.3f%n", (now - start) / 1e3 / calls);
        System.exit(0); // some peers leave threads behind
    }
}
