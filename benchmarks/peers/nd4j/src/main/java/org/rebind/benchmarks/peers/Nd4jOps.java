package org.rebind.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.custom.LayerNorm;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erf;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.rebind.benchmarks.workload.Ops;

/** The workloads' operations by ND4J's arrays, at once; keeps what a call made, to free it. */
final class Nd4jOps implements Ops<INDArray> {
    private final List<INDArray> made = new ArrayList<>();
    private INDArray ones;

    /** Frees everything made since the last time but the results. */
    void free(List<INDArray> results) {
        for (INDArray a : made) {
            if (!results.contains(a) && a.closeable()) {
                a.close();
            }
        }
        made.clear();
    }

    private INDArray keep(INDArray a) {
        made.add(a);
        return a;
    }

    @Override
    public INDArray add(INDArray a, INDArray b) {
        return keep(a.add(b));
    }

    @Override
    public INDArray add(INDArray a, float b) {
        return keep(a.add(b));
    }

    @Override
    public INDArray sub(INDArray a, INDArray b) {
        return keep(a.sub(b));
    }

    @Override
    public INDArray mul(INDArray a, INDArray b) {
        return keep(a.mul(b));
    }

    @Override
    public INDArray mul(INDArray a, float b) {
        return keep(a.mul(b));
    }

    @Override
    public INDArray div(INDArray a, INDArray b) {
        return keep(a.div(b));
    }

    @Override
    public INDArray neg(INDArray a) {
        return keep(a.neg());
    }

    @Override
    public INDArray exp(INDArray a) {
        return keep(Transforms.exp(a, true));
    }

    @Override
    public INDArray log(INDArray a) {
        return keep(Transforms.log(a, true));
    }

    @Override
    public INDArray sqrt(INDArray a) {
        return keep(Transforms.sqrt(a, true));
    }

    @Override
    public INDArray tanh(INDArray a) {
        return keep(Transforms.tanh(a, true));
    }

    @Override
    public INDArray erf(INDArray a) {
        return keep(Nd4j.getExecutioner().exec(new Erf(a, a.ulike())));
    }

    @Override
    public INDArray relu(INDArray a) {
        return keep(Transforms.relu(a, true));
    }

    @Override
    public INDArray step(INDArray a) {
        return keep(keep(a.gt(0)).castTo(DataType.FLOAT));
    }

    @Override
    public INDArray matmul(INDArray a, INDArray b) {
        return keep(Nd4j.matmul(a, b));
    }

    /** A view, which must not be closed. */
    @Override
    public INDArray swapLast(INDArray a) {
        return a.swapAxes(a.rank() - 2, a.rank() - 1);
    }

    @Override
    public INDArray flat(INDArray a) {
        return keep(a.dup('c'));
    }

    @Override
    public INDArray sum(INDArray a, int axis, boolean keepDims) {
        return keep(a.sum(keepDims, axis));
    }

    @Override
    public INDArray sumAll(INDArray a) {
        return keep(a.sum());
    }

    @Override
    public INDArray softmax(INDArray a) {
        return keep(Nd4j.nn().softmax(a, a.rank() - 1));
    }

    /** ND4J's epsilon is fixed at 1e-5. With its result given: {@code Nd4j.nn().layerNorm} fails without a bias in this version. */
    @Override
    public INDArray layerNorm(INDArray a, int size, float epsilon) {
        if (ones == null) {
            ones = Nd4j.ones(DataType.FLOAT, size);
        }
        INDArray result = keep(a.ulike());
        Nd4j.exec(new LayerNorm(a, ones, result, false, 1));
        return result;
    }
}
