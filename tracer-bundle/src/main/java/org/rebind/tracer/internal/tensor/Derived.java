package org.rebind.tracer.internal.tensor;

import org.rebind.DType;
import org.rebind.Shape;
import org.rebind.Tensor;
import org.rebind.graph.Iota;
import org.rebind.graph.Reduce;

/** Functions that are formulas of the primitives, each in one place. */
final class Derived {
    private Derived() {
    }

    /** 16-bit floats as float32, for formulas whose intermediate values need the range; others unchanged. */
    static AbstractTensor widened(AbstractTensor x) {
        return x.dtype().byteSize() == 2 ? Elementwise.cast("cast", x, DType.FLOAT32) : x;
    }

    private static AbstractTensor narrowed(Tensor result, AbstractTensor like) {
        return Elementwise.cast("cast", (AbstractTensor) result, like.dtype());
    }

    static AbstractTensor rsqrt(AbstractTensor x) {
        Arguments.floating("rsqrt", x);
        return narrowed(one(widened(x)).div(widened(x).sqrt()), x);
    }

    private static AbstractTensor one(AbstractTensor like) {
        return Creation.scalarFor("constant", 1, like);
    }

    static Tensor isInf(AbstractTensor x) {
        Arguments.floating("isInf", x);
        return x.abs().eq(Double.POSITIVE_INFINITY);
    }

    static Tensor isFinite(AbstractTensor x) {
        Arguments.floating("isFinite", x);
        return x.abs().lt(Double.POSITIVE_INFINITY);
    }

    static Tensor relu(AbstractTensor x) {
        if (x.dtype().isBool()) {
            throw Errors.dtype("relu: expected a numeric tensor, got " + x.type());
        }
        return x.maximum(0);
    }

    static AbstractTensor sigmoid(String name, AbstractTensor x) {
        Arguments.floating(name, x);
        AbstractTensor w = widened(x);
        return narrowed(one(w).div(w.neg().exp().add(1)), x);
    }

    static AbstractTensor silu(AbstractTensor x) {
        Arguments.floating("silu", x);
        AbstractTensor w = widened(x);
        return narrowed(w.div(w.neg().exp().add(1)), x);
    }

    static AbstractTensor gelu(AbstractTensor x) {
        Arguments.floating("gelu", x);
        AbstractTensor w = widened(x);
        return narrowed(w.mul(0.5).mul(w.mul(Math.sqrt(0.5)).erf().add(1)), x);
    }

    static AbstractTensor geluTanh(AbstractTensor x) {
        Arguments.floating("geluTanh", x);
        AbstractTensor w = widened(x);
        Tensor inner = w.mul(w.square().mul(0.044715).add(1)).mul(Math.sqrt(2 / Math.PI));
        return narrowed(w.mul(0.5).mul(inner.tanh().add(1)), x);
    }

    /** x minus its largest element along the axis, which may have no elements at all. */
    private static Tensor shifted(String name, AbstractTensor x, int axis) {
        return x.sub(Reductions.reduce(name, Reduce.Kind.MAX, x, true, axis));
    }

    static AbstractTensor softmax(AbstractTensor x, int axis) {
        Arguments.floating("softmax", x);
        int a = Arguments.axis("softmax", axis, x);
        Tensor e = shifted("softmax", widened(x), a).exp();
        return narrowed(e.div(e.sum(true, a)), x);
    }

    static AbstractTensor logSoftmax(AbstractTensor x, int axis) {
        Arguments.floating("logSoftmax", x);
        int a = Arguments.axis("logSoftmax", axis, x);
        Tensor s = shifted("logSoftmax", widened(x), a);
        return narrowed(s.sub(s.exp().sum(true, a).log()), x);
    }

    static AbstractTensor layerNorm(AbstractTensor x, double epsilon) {
        Arguments.floating("layerNorm", x);
        if (x.rank() == 0) {
            throw Errors.shape("layerNorm: expected a tensor with at least one axis, got " + x.type());
        }
        AbstractTensor w = widened(x);
        Tensor centred = w.sub(w.mean(true, -1));
        Tensor variance = centred.square().mean(true, -1);
        return narrowed(centred.div(variance.add(epsilon).sqrt()), x);
    }

    /** Zero outside the upper (or lower) triangle: column - row against k. */
    static Tensor triangle(String name, AbstractTensor x, int k, boolean upper) {
        if (x.rank() < 2) {
            throw Errors.shape(name + ": expected a tensor with at least two axes, got " + x.type());
        }
        Shape matrix = Shape.of(x.dim(-2), x.dim(-1));
        AbstractTensor rows = Operations.apply(name, new Iota(DType.INT64, matrix, 0));
        AbstractTensor columns = Operations.apply(name, new Iota(DType.INT64, matrix, 1));
        Tensor diagonal = columns.sub(rows);
        Tensor inside = upper ? diagonal.ge(k) : diagonal.le(k);
        return Elementwise.where((AbstractTensor) inside, x, Creation.scalarFor(name, 0, x));
    }
}
