package org.rebind.benchmarks.peers;

import org.rebind.benchmarks.workload.Ops;
import org.tensorflow.Operand;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat32;

/** The workloads' operations as nodes of a TensorFlow graph. */
final class TensorFlowOps implements Ops<Operand<TFloat32>> {
    private final org.tensorflow.op.Ops tf;

    TensorFlowOps(org.tensorflow.op.Ops tf) {
        this.tf = tf;
    }

    @Override
    public Operand<TFloat32> add(Operand<TFloat32> a, Operand<TFloat32> b) {
        return tf.math.add(a, b);
    }

    @Override
    public Operand<TFloat32> add(Operand<TFloat32> a, float b) {
        return tf.math.add(a, tf.constant(b));
    }

    @Override
    public Operand<TFloat32> sub(Operand<TFloat32> a, Operand<TFloat32> b) {
        return tf.math.sub(a, b);
    }

    @Override
    public Operand<TFloat32> mul(Operand<TFloat32> a, Operand<TFloat32> b) {
        return tf.math.mul(a, b);
    }

    @Override
    public Operand<TFloat32> mul(Operand<TFloat32> a, float b) {
        return tf.math.mul(a, tf.constant(b));
    }

    @Override
    public Operand<TFloat32> div(Operand<TFloat32> a, Operand<TFloat32> b) {
        return tf.math.div(a, b);
    }

    @Override
    public Operand<TFloat32> neg(Operand<TFloat32> a) {
        return tf.math.neg(a);
    }

    @Override
    public Operand<TFloat32> exp(Operand<TFloat32> a) {
        return tf.math.exp(a);
    }

    @Override
    public Operand<TFloat32> log(Operand<TFloat32> a) {
        return tf.math.log(a);
    }

    @Override
    public Operand<TFloat32> sqrt(Operand<TFloat32> a) {
        return tf.math.sqrt(a);
    }

    @Override
    public Operand<TFloat32> tanh(Operand<TFloat32> a) {
        return tf.math.tanh(a);
    }

    @Override
    public Operand<TFloat32> erf(Operand<TFloat32> a) {
        return tf.math.erf(a);
    }

    @Override
    public Operand<TFloat32> relu(Operand<TFloat32> a) {
        return tf.nn.relu(a);
    }

    @Override
    public Operand<TFloat32> step(Operand<TFloat32> a) {
        return tf.dtypes.cast(tf.math.greater(a, tf.constant(0f)), TFloat32.class);
    }

    @Override
    public Operand<TFloat32> matmul(Operand<TFloat32> a, Operand<TFloat32> b) {
        return a.shape().numDimensions() == 2 ? tf.linalg.matMul(a, b) : tf.train.batchMatMul(a, b, TFloat32.class);
    }

    @Override
    public Operand<TFloat32> swapLast(Operand<TFloat32> a) {
        int[] order = new int[a.shape().numDimensions()];
        java.util.Arrays.setAll(order, i -> i);
        order[order.length - 1]--;
        order[order.length - 2]++;
        return tf.linalg.transpose(a, tf.constant(order));
    }

    @Override
    public Operand<TFloat32> flat(Operand<TFloat32> a) {
        return tf.reshape(a, tf.constant(new int[] {-1}));
    }

    @Override
    public Operand<TFloat32> sum(Operand<TFloat32> a, int axis, boolean keepDims) {
        return tf.reduceSum(a, tf.constant(axis), ReduceSum.keepDims(keepDims));
    }

    @Override
    public Operand<TFloat32> sumAll(Operand<TFloat32> a) {
        int[] axes = new int[a.shape().numDimensions()];
        java.util.Arrays.setAll(axes, i -> i);
        return tf.reduceSum(a, tf.constant(axes));
    }

    @Override
    public Operand<TFloat32> softmax(Operand<TFloat32> a) {
        return tf.nn.softmax(a);
    }

    @Override
    public Operand<TFloat32> layerNorm(Operand<TFloat32> a, int size, float epsilon) {
        Operand<TFloat32> centred = tf.math.sub(a, mean(a));
        Operand<TFloat32> variance = mean(tf.math.square(centred));
        return tf.math.mul(centred, tf.math.rsqrt(tf.math.add(variance, tf.constant(epsilon))));
    }

    private Operand<TFloat32> mean(Operand<TFloat32> a) {
        return tf.math.mean(a, tf.constant(-1), Mean.keepDims(true));
    }
}
