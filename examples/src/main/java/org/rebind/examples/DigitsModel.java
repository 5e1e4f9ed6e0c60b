package org.rebind.examples;

import java.util.Random;
import org.rebind.DType;
import org.rebind.Tensor;

/** A classifier with one hidden layer, its loss, and one step of gradient descent with momentum; pure functions. */
final class DigitsModel {
    private static final int HIDDEN = 64;
    private static final double MOMENTUM = 0.9;

    private DigitsModel() {
    }

    /** Weights [64, hidden], [hidden], [hidden, 10], [10]. */
    record Params(Tensor w1, Tensor b1, Tensor w2, Tensor b2) {
        void release() {
            w1.release();
            b1.release();
            w2.release();
            b2.release();
        }
    }

    /** What a step changes, and its loss, 0-d. */
    record State(Params params, Params velocity, Tensor loss) {
        /** Gives its memory back for the next steps, rather than when the garbage collector finds it. */
        void release() {
            params.release();
            velocity.release();
            loss.release();
        }
    }

    static State start(long seed) {
        Random random = new Random(seed);
        Params p = new Params(normal(random, DigitsData.PIXELS, HIDDEN), Tensor.zeros(DType.FLOAT32, HIDDEN),
                normal(random, HIDDEN, DigitsData.CLASSES), Tensor.zeros(DType.FLOAT32, DigitsData.CLASSES));
        Params zero = new Params(p.w1().mul(0), p.b1().mul(0), p.w2().mul(0), p.b2().mul(0));
        return new State(p, zero, Tensor.scalar(0f));
    }

    private static Tensor normal(Random random, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() / Math.sqrt(rows));
        }
        return Tensor.of(values, rows, columns);
    }

    /** Logits [n, 10] of images [n, 64]. */
    static Tensor logits(Params p, Tensor x) {
        return hidden(p, x).matmul(p.w2()).add(p.b2());
    }

    private static Tensor hidden(Params p, Tensor x) {
        return x.matmul(p.w1()).add(p.b1()).tanh();
    }

    /** Classes, int64 [n]. */
    static Tensor classify(Params p, Tensor x) {
        return logits(p, x).argmax(1);
    }

    /**
     * One step on a batch; the gradients of mean cross-entropy are written by hand.
     *
     * @param rate 0-d, so that a schedule does not compile again
     */
    static State step(State s, Tensor x, Tensor labels, Tensor rate) {
        Params p = s.params();
        Tensor h = hidden(p, x);
        Tensor logProbabilities = h.matmul(p.w2()).add(p.b2()).logSoftmax(1);
        Tensor oneHot = labels.expandDims(1).eq(Tensor.arange(0, DigitsData.CLASSES, 1, DType.INT64))
                .cast(DType.FLOAT32);
        Tensor loss = logProbabilities.mul(oneHot).sum(1).mean().neg();

        Tensor batch = Tensor.ones(DType.FLOAT32).broadcastTo(labels.shape()).sum();
        Tensor dLogits = logProbabilities.exp().sub(oneHot).div(batch);
        Tensor dHidden = dLogits.matmul(p.w2().transpose()).mul(h.square().neg().add(1));
        Params gradient = new Params(x.transpose().matmul(dHidden), dHidden.sum(0),
                h.transpose().matmul(dLogits), dLogits.sum(0));
        Params v = s.velocity();
        Params velocity = new Params(descend(v.w1(), gradient.w1(), rate), descend(v.b1(), gradient.b1(), rate),
                descend(v.w2(), gradient.w2(), rate), descend(v.b2(), gradient.b2(), rate));
        Params params = new Params(p.w1().add(velocity.w1()), p.b1().add(velocity.b1()), p.w2().add(velocity.w2()),
                p.b2().add(velocity.b2()));
        return new State(params, velocity, loss);
    }

    private static Tensor descend(Tensor velocity, Tensor gradient, Tensor rate) {
        return velocity.mul(MOMENTUM).sub(gradient.mul(rate));
    }
}
