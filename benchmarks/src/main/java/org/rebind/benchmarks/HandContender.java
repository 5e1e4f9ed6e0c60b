package org.rebind.benchmarks;

import java.util.function.Function;
import org.rebind.benchmarks.workload.Split;
import org.rebind.benchmarks.workload.Workload;

/** What is written by hand in Java. */
record HandContender(String name, Function<Workload, float[][]> run) implements Contender {
    static final Contender SCALAR = new HandContender("scalar", Workload::scalar);
    static final Contender VECTOR = new HandContender("vector", w -> w.vector(Split.ONE_THREAD));
    static final Contender PARALLEL = new HandContender("parallel", w -> w.vector(Split.FORK_JOIN));

    @Override
    public Prepared prepare(Workload workload, int threads) {
        return new Prepared() {
            @Override
            public Object call() {
                return run.apply(workload);
            }

            @Override
            public float[][] read(Object result) {
                return (float[][]) result;
            }
        };
    }
}
