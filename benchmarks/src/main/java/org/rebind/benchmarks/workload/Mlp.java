package org.rebind.benchmarks.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.rebind.CompiledFunction2;
import org.rebind.Compiler;
import org.rebind.Tensor;

/** Inference of a perceptron 784-512-256-10 with biases, relu and softmax. The weights stay. */
final class Mlp extends Workload {
    static final int[] LAYERS = {784, 512, 256, 10};

    /** Weights and biases as a user keeps them. */
    record Params(Tensor w1, Tensor b1, Tensor w2, Tensor b2, Tensor w3, Tensor b3) {
        static Params of(Tensor[] in, int from) {
            return new Params(in[from], in[from + 1], in[from + 2], in[from + 3], in[from + 4], in[from + 5]);
        }
    }

    private final int batch;
    private final List<Array> inputs = new ArrayList<>();

    Mlp(int batch) {
        super("mlp", "batch " + batch);
        this.batch = batch;
        inputs.add(Array.normal(1, 1, batch, LAYERS[0]));
        addWeights(inputs);
    }

    static void addWeights(List<Array> inputs) {
        for (int l = 1; l < LAYERS.length; l++) {
            inputs.add(Array.normal(2 * l, Math.sqrt(2.0 / LAYERS[l - 1]), LAYERS[l - 1], LAYERS[l]));
            inputs.add(Array.normal(2 * l + 1, 0.1, LAYERS[l]));
        }
    }

    @Override
    public List<Array> inputs() {
        return inputs;
    }

    @Override
    public boolean isWeight(int input) {
        return input > 0;
    }

    @Override
    public <T> List<T> build(Ops<T> ops, List<T> in) {
        T h1 = ops.relu(ops.add(ops.matmul(in.get(0), in.get(1)), in.get(2)));
        T h2 = ops.relu(ops.add(ops.matmul(h1, in.get(3)), in.get(4)));
        return List.of(ops.softmax(ops.add(ops.matmul(h2, in.get(5)), in.get(6))));
    }

    static Tensor forward(Params p, Tensor x) {
        Tensor h1 = x.matmul(p.w1()).add(p.b1()).relu();
        Tensor h2 = h1.matmul(p.w2()).add(p.b2()).relu();
        return h2.matmul(p.w3()).add(p.b3()).softmax(1);
    }

    @Override
    public RebindForm rebind() {
        return new RebindForm() {
            @Override
            public Object eager(Tensor[] in) {
                return forward(Params.of(in, 1), in[0]);
            }

            @Override
            public Supplier<Object> compiled(Compiler compiler, Tensor[] in) {
                CompiledFunction2<Params, Tensor, Tensor> f = compiler.compile(Mlp::forward);
                Params p = Params.of(in, 1);
                Tensor x = in[0];
                return () -> f.apply(p, x);
            }
        };
    }

    private float[][] hand(MlpHand hand) {
        float[] x = inputs.get(0).data();
        for (int l = 1; l < LAYERS.length; l++) {
            x = hand.dense(x, inputs.get(2 * l - 1).data(), inputs.get(2 * l).data(), batch, LAYERS[l], LAYERS[l - 1],
                    l < LAYERS.length - 1);
        }
        MlpHand.softmaxRows(x, batch, LAYERS[LAYERS.length - 1]);
        return new float[][] {x};
    }

    @Override
    public float[][] scalar() {
        return hand(MlpHand.scalar());
    }

    @Override
    public float[][] vector(Split split) {
        return hand(MlpHand.vector(split));
    }

    @Override
    public long flops() {
        return 2L * batch * (784 * 512 + 512 * 256 + 256 * 10);
    }

    @Override
    double tolerance() {
        return 1e-4;
    }
}
