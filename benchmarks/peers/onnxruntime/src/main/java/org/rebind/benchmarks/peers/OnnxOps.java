package org.rebind.benchmarks.peers;

import java.util.Arrays;
import org.rebind.benchmarks.peers.OnnxModel.Attribute;
import org.rebind.benchmarks.workload.Ops;

/** The workloads' operations as ONNX nodes. */
final class OnnxOps implements Ops<OnnxOps.Value> {
    /** A value of the model. */
    record Value(String name, int rank) {
    }

    private static final Attribute[] NONE = {};
    private final OnnxModel model;

    OnnxOps(OnnxModel model) {
        this.model = model;
    }

    private Value one(String type, Value a) {
        return new Value(model.node(type, NONE, a.name), a.rank);
    }

    private Value two(String type, Value a, Value b) {
        return new Value(model.node(type, NONE, a.name, b.name), Math.max(a.rank, b.rank));
    }

    private Value number(float v) {
        return new Value(model.constant(new float[] {v}), 0);
    }

    @Override
    public Value add(Value a, Value b) {
        return two("Add", a, b);
    }

    @Override
    public Value add(Value a, float b) {
        return two("Add", a, number(b));
    }

    @Override
    public Value sub(Value a, Value b) {
        return two("Sub", a, b);
    }

    @Override
    public Value mul(Value a, Value b) {
        return two("Mul", a, b);
    }

    @Override
    public Value mul(Value a, float b) {
        return two("Mul", a, number(b));
    }

    @Override
    public Value div(Value a, Value b) {
        return two("Div", a, b);
    }

    @Override
    public Value neg(Value a) {
        return one("Neg", a);
    }

    @Override
    public Value exp(Value a) {
        return one("Exp", a);
    }

    @Override
    public Value log(Value a) {
        return one("Log", a);
    }

    @Override
    public Value sqrt(Value a) {
        return one("Sqrt", a);
    }

    @Override
    public Value tanh(Value a) {
        return one("Tanh", a);
    }

    @Override
    public Value erf(Value a) {
        return one("Erf", a);
    }

    @Override
    public Value relu(Value a) {
        return one("Relu", a);
    }

    @Override
    public Value step(Value a) {
        Value positive = two("Greater", a, number(0));
        return new Value(model.node("Cast", new Attribute[] {new Attribute("to", 1L)}, positive.name), a.rank);
    }

    @Override
    public Value matmul(Value a, Value b) {
        return two("MatMul", a, b);
    }

    @Override
    public Value swapLast(Value a) {
        long[] order = new long[a.rank];
        Arrays.setAll(order, i -> i);
        order[a.rank - 1] = a.rank - 2;
        order[a.rank - 2] = a.rank - 1;
        return new Value(model.node("Transpose", new Attribute[] {new Attribute("perm", order)}, a.name), a.rank);
    }

    @Override
    public Value flat(Value a) {
        return new Value(model.node("Reshape", NONE, a.name, model.constant(new long[] {-1}, 1)), 1);
    }

    @Override
    public Value sum(Value a, int axis, boolean keepDims) {
        String axes = model.constant(new long[] {axis}, 1);
        return new Value(model.node("ReduceSum", new Attribute[] {new Attribute("keepdims", keepDims ? 1L : 0L)}, a.name, axes),
                keepDims ? a.rank : a.rank - 1);
    }

    @Override
    public Value sumAll(Value a) {
        return new Value(model.node("ReduceSum", new Attribute[] {new Attribute("keepdims", 0L)}, a.name), 0);
    }

    @Override
    public Value softmax(Value a) {
        return one("Softmax", a);
    }

    @Override
    public Value layerNorm(Value a, int size, float epsilon) {
        float[] ones = new float[size];
        Arrays.fill(ones, 1);
        return new Value(model.node("LayerNormalization", new Attribute[] {new Attribute("epsilon", epsilon)}, a.name,
                model.constant(ones, size)), a.rank);
    }
}
