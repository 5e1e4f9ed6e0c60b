package org.rebind.benchmarks.peers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rebind.benchmarks.Contender;
import org.rebind.benchmarks.workload.Array;
import org.rebind.benchmarks.workload.Workload;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.OptimizerOptions;
import org.tensorflow.types.TFloat32;

/** TensorFlow Java: a graph in a session, its operators as they are or clustered and compiled by XLA. Weights are constants. */
public class TensorFlowContender implements Contender {
    private final boolean xla;

    public TensorFlowContender() {
        this(false);
    }

    TensorFlowContender(boolean xla) {
        this.xla = xla;
    }

    /** With XLA. TensorFlow takes it on a CPU only with this flag in the environment. */
    public static final class Xla extends TensorFlowContender {
        private static final String FLAG = "--tf_xla_cpu_global_jit";

        public Xla() {
            super(true);
        }

        @Override
        public Prepared prepare(Workload workload, int threads) {
            String flags = System.getenv("TF_XLA_FLAGS");
            if (flags == null || !flags.contains(FLAG)) {
                throw new UnsupportedOperationException("XLA on a CPU needs TF_XLA_FLAGS=" + FLAG + " in the environment");
            }
            return super.prepare(workload, threads);
        }
    }

    @Override
    public String name() {
        return xla ? "tensorflow-xla" : "tensorflow";
    }

    @Override
    public Prepared prepare(Workload workload, int threads) {
        Graph graph = new Graph();
        org.tensorflow.op.Ops tf = org.tensorflow.op.Ops.create(graph);
        List<Operand<TFloat32>> in = new ArrayList<>();
        Map<Operand<TFloat32>, TFloat32> fed = new LinkedHashMap<>();
        for (int i = 0; i < workload.inputs().size(); i++) {
            Array a = workload.inputs().get(i);
            Shape shape = Shape.of(a.dims());
            if (workload.isWeight(i)) {
                in.add(tf.constant(shape, DataBuffers.of(a.data())));
            } else {
                Operand<TFloat32> input = tf.placeholder(TFloat32.class, Placeholder.shape(shape));
                in.add(input);
                fed.put(input, TFloat32.tensorOf(shape, DataBuffers.of(a.data())));
            }
        }
        List<Operand<TFloat32>> results = workload.build(new TensorFlowOps(tf), in);
        return new Ready(new Session(graph, config(threads)), fed, results);
    }

    private ConfigProto config(int threads) {
        OptimizerOptions optimizer = OptimizerOptions.newBuilder().setGlobalJitLevel(xla
                ? OptimizerOptions.GlobalJitLevel.ON_2 : OptimizerOptions.GlobalJitLevel.OFF).build();
        return ConfigProto.newBuilder().setIntraOpParallelismThreads(threads).setInterOpParallelismThreads(1)
                .setGraphOptions(GraphOptions.newBuilder().setOptimizerOptions(optimizer)).build();
    }

    private record Ready(Session session, Map<Operand<TFloat32>, TFloat32> inputs, List<Operand<TFloat32>> results)
            implements Prepared {
        @Override
        public Object call() {
            Session.Runner runner = session.runner();
            inputs.forEach(runner::feed);
            results.forEach(runner::fetch);
            return runner.run();
        }

        @Override
        public float[][] read(Object result) {
            float[][] out = new float[results.size()][];
            for (int i = 0; i < out.length; i++) {
                TFloat32 tensor = (TFloat32) ((Result) result).get(i);
                out[i] = new float[(int) tensor.size()];
                tensor.copyTo(DataBuffers.of(out[i], false, false));
            }
            return out;
        }

        @Override
        public void release(Object result) {
            ((Result) result).close();
        }

        @Override
        public void close() {
            session.close();
        }
    }
}
