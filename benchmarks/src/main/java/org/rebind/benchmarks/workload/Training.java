package org.rebind.benchmarks.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.rebind.CompiledFunction3;
import org.rebind.Compiler;
import org.rebind.DType;
import org.rebind.Tensor;

/** One step of gradient descent on the perceptron's cross-entropy, gradients written by hand; gives the new weights. */
final class Training extends Workload {
    private static final float RATE = 0.1f;
    private static final int[] N = Mlp.LAYERS;

    private final int batch;
    private final List<Array> inputs = new ArrayList<>();

    Training(int batch) {
        super("training", "batch " + batch);
        this.batch = batch;
        inputs.add(Array.normal(1, 1, batch, N[0]));
        Array oneHot = new Array(new float[batch * N[3]], batch, N[3]);
        for (int i = 0; i < batch; i++) {
            oneHot.data()[i * N[3] + i % N[3]] = 1;
        }
        inputs.add(oneHot);
        Mlp.addWeights(inputs);
    }

    @Override
    public List<Array> inputs() {
        return inputs;
    }

    @Override
    public <T> List<T> build(Ops<T> ops, List<T> in) {
        T x = in.get(0);
        T z1 = ops.add(ops.matmul(x, in.get(2)), in.get(3));
        T h1 = ops.relu(z1);
        T z2 = ops.add(ops.matmul(h1, in.get(4)), in.get(5));
        T h2 = ops.relu(z2);
        T p = ops.softmax(ops.add(ops.matmul(h2, in.get(6)), in.get(7)));
        T d3 = ops.mul(ops.sub(p, in.get(1)), 1f / batch);
        T d2 = ops.mul(ops.matmul(d3, ops.swapLast(in.get(6))), ops.step(z2));
        T d1 = ops.mul(ops.matmul(d2, ops.swapLast(in.get(4))), ops.step(z1));
        return List.of(descend(ops, in.get(2), ops.matmul(ops.swapLast(x), d1)), descend(ops, in.get(3), ops.sum(d1, 0, false)),
                descend(ops, in.get(4), ops.matmul(ops.swapLast(h1), d2)), descend(ops, in.get(5), ops.sum(d2, 0, false)),
                descend(ops, in.get(6), ops.matmul(ops.swapLast(h2), d3)), descend(ops, in.get(7), ops.sum(d3, 0, false)));
    }

    private static <T> T descend(Ops<T> ops, T w, T gradient) {
        return ops.sub(w, ops.mul(gradient, RATE));
    }

    static Mlp.Params step(Mlp.Params w, Tensor x, Tensor labels) {
        Tensor z1 = x.matmul(w.w1()).add(w.b1());
        Tensor h1 = z1.relu();
        Tensor z2 = h1.matmul(w.w2()).add(w.b2());
        Tensor h2 = z2.relu();
        Tensor p = h2.matmul(w.w3()).add(w.b3()).softmax(1);
        Tensor d3 = p.sub(labels).mul(1f / x.size(0));
        Tensor d2 = d3.matmul(w.w3().transpose()).mul(z2.gt(0).cast(DType.FLOAT32));
        Tensor d1 = d2.matmul(w.w2().transpose()).mul(z1.gt(0).cast(DType.FLOAT32));
        return new Mlp.Params(w.w1().sub(x.transpose().matmul(d1).mul(RATE)), w.b1().sub(d1.sum(0).mul(RATE)),
                w.w2().sub(h1.transpose().matmul(d2).mul(RATE)), w.b2().sub(d2.sum(0).mul(RATE)),
                w.w3().sub(h2.transpose().matmul(d3).mul(RATE)), w.b3().sub(d3.sum(0).mul(RATE)));
    }

    private static List<Tensor> list(Mlp.Params p) {
        return List.of(p.w1(), p.b1(), p.w2(), p.b2(), p.w3(), p.b3());
    }

    @Override
    public RebindForm rebind() {
        return new RebindForm() {
            @Override
            public Object eager(Tensor[] in) {
                return list(step(Mlp.Params.of(in, 2), in[0], in[1]));
            }

            @Override
            public Supplier<Object> compiled(Compiler compiler, Tensor[] in) {
                CompiledFunction3<Mlp.Params, Tensor, Tensor, Mlp.Params> f = compiler.compile(Training::step);
                Mlp.Params w = Mlp.Params.of(in, 2);
                Tensor x = in[0];
                Tensor labels = in[1];
                return () -> list(f.apply(w, x, labels));
            }
        };
    }

    private float[][] hand(MlpHand hand) {
        float[][] h = {inputs.get(0).data(), null, null, null};
        for (int l = 1; l <= 3; l++) {
            h[l] = hand.dense(h[l - 1], inputs.get(2 * l).data(), inputs.get(2 * l + 1).data(), batch, N[l], N[l - 1], l < 3);
        }
        MlpHand.softmaxRows(h[3], batch, N[3]);
        float[] d = h[3];
        for (int i = 0; i < d.length; i++) {
            d[i] = (d[i] - inputs.get(1).data()[i]) / batch;
        }
        float[][] out = new float[6][];
        for (int l = 3; l >= 1; l--) {
            float[] w = inputs.get(2 * l).data();
            float[] gradient = hand.multiply(Products.transposed(h[l - 1], batch, N[l - 1]), d, N[l - 1], N[l], batch);
            out[2 * l - 2] = descend(w, gradient);
            out[2 * l - 1] = descend(inputs.get(2 * l + 1).data(), columnSums(d, N[l]));
            if (l > 1) {
                float[] back = hand.multiply(d, Products.transposed(w, N[l - 1], N[l]), batch, N[l - 1], N[l]);
                for (int i = 0; i < back.length; i++) {
                    back[i] = h[l - 1][i] > 0 ? back[i] : 0;
                }
                d = back;
            }
        }
        return out;
    }

    private static float[] descend(float[] w, float[] gradient) {
        float[] out = new float[w.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = w[i] - RATE * gradient[i];
        }
        return out;
    }

    private static float[] columnSums(float[] x, int columns) {
        float[] sums = new float[columns];
        for (int at = 0; at < x.length; at += columns) {
            for (int j = 0; j < columns; j++) {
                sums[j] += x[at + j];
            }
        }
        return sums;
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
        return 2L * batch * (3L * (784 * 512 + 512 * 256 + 256 * 10) - 784 * 512);
    }

    @Override
    double tolerance() {
        return 1e-4;
    }
}
