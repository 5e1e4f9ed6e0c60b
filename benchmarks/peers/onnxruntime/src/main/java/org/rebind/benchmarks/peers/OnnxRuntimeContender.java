package org.rebind.benchmarks.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.rebind.benchmarks.Contender;
import org.rebind.benchmarks.workload.Array;
import org.rebind.benchmarks.workload.Workload;

/** ONNX Runtime on models built here: all optimisations, weights as initializers, inputs in native memory. */
public final class OnnxRuntimeContender implements Contender {
    @Override
    public String name() {
        return "onnxruntime";
    }

    @Override
    public Prepared prepare(Workload workload, int threads) {
        OnnxModel model = new OnnxModel();
        OnnxOps ops = new OnnxOps(model);
        List<OnnxOps.Value> in = new ArrayList<>();
        Map<String, Array> fed = new LinkedHashMap<>();
        for (int i = 0; i < workload.inputs().size(); i++) {
            Array a = workload.inputs().get(i);
            String name;
            if (workload.isWeight(i)) {
                name = model.constant(a.data(), a.dims());
            } else {
                name = model.name();
                model.input(name, a.dims());
                fed.put(name, a);
            }
            in.add(new OnnxOps.Value(name, a.shape().length));
        }
        workload.build(ops, in).forEach(v -> model.output(v.name()));
        try {
            OrtEnvironment environment = OrtEnvironment.getEnvironment();
            OrtSession.SessionOptions options = new OrtSession.SessionOptions();
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            OrtSession session = environment.createSession(model.bytes(), options);
            Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
            for (Map.Entry<String, Array> e : fed.entrySet()) {
                FloatBuffer data = ByteBuffer.allocateDirect(4 * e.getValue().data().length).order(ByteOrder.nativeOrder())
                        .asFloatBuffer().put(e.getValue().data()).flip();
                tensors.put(e.getKey(), OnnxTensor.createTensor(environment, data, e.getValue().dims()));
            }
            return new Ready(session, tensors);
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    private record Ready(OrtSession session, Map<String, OnnxTensor> inputs) implements Prepared {
        @Override
        public Object call() {
            try {
                return session.run(inputs);
            } catch (OrtException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public float[][] read(Object result) {
            List<float[]> out = new ArrayList<>();
            ((OrtSession.Result) result).forEach(e -> {
                FloatBuffer data = ((OnnxTensor) e.getValue()).getFloatBuffer();
                float[] values = new float[data.remaining()];
                data.get(values);
                out.add(values);
            });
            return out.toArray(float[][]::new);
        }

        @Override
        public void release(Object result) {
            ((OrtSession.Result) result).close();
        }

        @Override
        public void close() {
            try {
                session.close();
            } catch (OrtException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
