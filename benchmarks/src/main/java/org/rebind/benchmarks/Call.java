package org.rebind.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.rebind.benchmarks.workload.Workload;
import org.rebind.benchmarks.workload.Workloads;

/**
 * One call of a workload by a contender, in a JVM of its own. The output is checked first; one that is wrong fails the trial.
 * Inputs are where the contender wants them before the clock starts; results are made and freed within a call.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class Call {
    @Param("dispatch/8")
    public String workload;

    @Param("rebind")
    public String contender;

    private Contender.Prepared prepared;

    @Setup
    public void setup() {
        Workload made = Workloads.of(workload);
        prepared = Contenders.of(contender).prepare(made, Machine.available());
        Contenders.check(contender, prepared, made);
        made.checked();
        System.gc();
    }

    @Benchmark
    public Object call() {
        Object result = prepared.call();
        prepared.release(result);
        return result;
    }

    @TearDown
    public void close() {
        prepared.close();
    }
}
