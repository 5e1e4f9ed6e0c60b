package org.rebind.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.norm.LayerNorm;
import org.rebind.benchmarks.workload.Ops;

/** The workloads' operations by DJL's arrays, at once. */
final class DjlOps implements Ops<NDArray> {
    private NDArray ones;
    private NDArray zeros;

    @Override
    public NDArray add(NDArray a, NDArray b) {
        return a.add(b);
    }

    @Override
    public NDArray add(NDArray a, float b) {
        return a.add(b);
    }

    @Override
    public NDArray sub(NDArray a, NDArray b) {
        return a.sub(b);
    }

    @Override
    public NDArray mul(NDArray a, NDArray b) {
        return a.mul(b);
    }

    @Override
    public NDArray mul(NDArray a, float b) {
        return a.mul(b);
    }

    @Override
    public NDArray div(NDArray a, NDArray b) {
        return a.div(b);
    }

    @Override
    public NDArray neg(NDArray a) {
        return a.neg();
    }

    @Override
    public NDArray exp(NDArray a) {
        return a.exp();
    }

    @Override
    public NDArray log(NDArray a) {
        return a.log();
    }

    @Override
    public NDArray sqrt(NDArray a) {
        return a.sqrt();
    }

    @Override
    public NDArray tanh(NDArray a) {
        return a.tanh();
    }

    @Override
    public NDArray erf(NDArray a) {
        return NDArrays.erf(a);
    }

    @Override
    public NDArray relu(NDArray a) {
        return a.getNDArrayInternal().relu();
    }

    @Override
    public NDArray step(NDArray a) {
        return a.gt(0).toType(DataType.FLOAT32, false);
    }

    @Override
    public NDArray matmul(NDArray a, NDArray b) {
        return a.matMul(b);
    }

    @Override
    public NDArray swapLast(NDArray a) {
        return a.swapAxes(a.getShape().dimension() - 2, a.getShape().dimension() - 1);
    }

    @Override
    public NDArray flat(NDArray a) {
        return a.reshape(-1);
    }

    @Override
    public NDArray sum(NDArray a, int axis, boolean keepDims) {
        return a.sum(new int[] {axis}, keepDims);
    }

    @Override
    public NDArray sumAll(NDArray a) {
        return a.sum();
    }

    @Override
    public NDArray softmax(NDArray a) {
        return a.softmax(-1);
    }

    @Override
    public NDArray layerNorm(NDArray a, int size, float epsilon) {
        if (ones == null) {
            ones = a.getManager().ones(new Shape(size));
            zeros = a.getManager().zeros(new Shape(size));
        }
        return LayerNorm.layerNorm(a, new Shape(size), ones, zeros, epsilon).singletonOrThrow();
    }
}
