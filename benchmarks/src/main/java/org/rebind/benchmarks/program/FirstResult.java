package org.rebind.benchmarks.program;

import org.rebind.benchmarks.Contender;
import org.rebind.benchmarks.Contenders;
import org.rebind.benchmarks.workload.Workload;
import org.rebind.benchmarks.workload.Workloads;

/** A fresh JVM's way to its first result: {@code workload contender}; whoever starts it measures until it prints. */
public final class FirstResult {
    private FirstResult() {
    }

    public static void main(String[] args) {
        Workload workload = Workloads.of(args[0]);
        Contender.Prepared prepared = Contenders.of(args[1]).prepare(workload, Runtime.getRuntime().availableProcessors());
        float[][] got = prepared.read(prepared.call());
        System.out.println("done");
        workload.check(args[1], got);
        System.out.println("checked");
        System.exit(0); // some peers leave threads behind
    }
}
