package org.rebind.benchmarks.peers;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.rebind.benchmarks.Contender;
import org.rebind.benchmarks.workload.Workload;

/** ND4J on its CPU backend (AVX2 natives, OpenBLAS), eager; intermediates are freed at the end of each call. */
public final class Nd4jContender implements Contender {
    @Override
    public String name() {
        return "nd4j";
    }

    /** Its threads are OpenMP's: all cores unless OMP_NUM_THREADS says otherwise. */
    @Override
    public Prepared prepare(Workload workload, int threads) {
        Nd4j.getExecutioner();
        List<INDArray> in = workload.inputs().stream().map(a -> Nd4j.create(a.data(), a.dims(), 'c')).toList();
        return new Ready(workload, new Nd4jOps(), in);
    }

    private record Ready(Workload workload, Nd4jOps ops, List<INDArray> in) implements Prepared {
        @Override
        public Object call() {
            List<INDArray> results = workload.build(ops, in);
            ops.free(results);
            return results;
        }

        @Override
        public float[][] read(Object result) {
            return ((List<?>) result).stream().map(a -> ((INDArray) a).dup('c').data().asFloat()).toArray(float[][]::new);
        }

        @Override
        public void release(Object result) {
            ((List<?>) result).forEach(a -> ((INDArray) a).close());
        }
    }
}
