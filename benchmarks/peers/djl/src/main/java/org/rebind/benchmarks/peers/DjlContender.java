package org.rebind.benchmarks.peers;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import org.rebind.benchmarks.Contender;
import org.rebind.benchmarks.workload.Workload;

/** DJL with the PyTorch engine, eager; intermediates are freed at the end of each call. Downloads nothing. */
public final class DjlContender implements Contender {
    @Override
    public String name() {
        return "pytorch";
    }

    @Override
    public Prepared prepare(Workload workload, int threads) {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        NDManager manager = Engine.getEngine("PyTorch").newBaseManager();
        List<NDArray> in = new ArrayList<>();
        workload.inputs().forEach(a -> in.add(manager.create(a.data(), new Shape(a.dims()))));
        DjlOps ops = new DjlOps();
        workload.build(ops, in); // makes what the operations keep, outside any scope
        return new Ready(workload, ops, in, manager);
    }

    private record Ready(Workload workload, DjlOps ops, List<NDArray> in, NDManager manager) implements Prepared {
        @Override
        public Object call() {
            try (NDScope scope = new NDScope()) {
                List<NDArray> results = workload.build(ops, in);
                results.forEach(NDScope::unregister);
                return results;
            }
        }

        @Override
        public float[][] read(Object result) {
            return ((List<?>) result).stream().map(a -> ((NDArray) a).toFloatArray()).toArray(float[][]::new);
        }

        @Override
        public void release(Object result) {
            ((List<?>) result).forEach(a -> ((NDArray) a).close());
        }

        @Override
        public void close() {
            manager.close();
        }
    }
}
