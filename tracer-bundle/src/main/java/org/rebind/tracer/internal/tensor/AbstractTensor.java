package org.rebind.tracer.internal.tensor;

import java.util.ArrayList;
import java.util.List;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.Tensor;
import org.rebind.graph.ArgReduce;
import org.rebind.graph.Binary;
import org.rebind.graph.Reduce;
import org.rebind.graph.Unary;

/**
 * The operators of {@link Tensor}, the same for tensors that have values and for traced ones: each checks its arguments
 * and hands over to the class that knows its kind of operation. What is done with the resulting primitive op (running it,
 * or adding it to a graph) is decided in {@link Operations}.
 */
public abstract class AbstractTensor implements Tensor {
    private AbstractTensor binary(String name, Binary op, Tensor other) {
        return Elementwise.binary(name, op, this, Arguments.tensor(name, "other", other));
    }

    private AbstractTensor binary(String name, Binary op, Number other) {
        return Elementwise.binary(name, op, this, Creation.scalarFor(name, other, this));
    }

    /** Operands swapped: a &gt; b is b &lt; a. */
    private AbstractTensor swapped(String name, Binary op, Tensor other) {
        return Elementwise.binary(name, op, Arguments.tensor(name, "other", other), this);
    }

    private AbstractTensor swapped(String name, Binary op, Number other) {
        return Elementwise.binary(name, op, Creation.scalarFor(name, other, this), this);
    }

    private AbstractTensor unary(String name, Unary op) {
        return Operations.apply(name, op, this);
    }

    @Override
    public Tensor add(Tensor other) {
        return binary("add", Binary.ADD, other);
    }

    @Override
    public Tensor add(Number other) {
        return binary("add", Binary.ADD, other);
    }

    @Override
    public Tensor sub(Tensor other) {
        return binary("sub", Binary.SUBTRACT, other);
    }

    @Override
    public Tensor sub(Number other) {
        return binary("sub", Binary.SUBTRACT, other);
    }

    @Override
    public Tensor mul(Tensor other) {
        return binary("mul", Binary.MULTIPLY, other);
    }

    @Override
    public Tensor mul(Number other) {
        return binary("mul", Binary.MULTIPLY, other);
    }

    @Override
    public Tensor div(Tensor other) {
        return binary("div", Binary.DIVIDE, other);
    }

    @Override
    public Tensor div(Number other) {
        return binary("div", Binary.DIVIDE, other);
    }

    @Override
    public Tensor floorDiv(Tensor other) {
        return binary("floorDiv", Binary.FLOOR_DIVIDE, other);
    }

    @Override
    public Tensor floorDiv(Number other) {
        return binary("floorDiv", Binary.FLOOR_DIVIDE, other);
    }

    @Override
    public Tensor remainder(Tensor other) {
        return binary("remainder", Binary.REMAINDER, other);
    }

    @Override
    public Tensor remainder(Number other) {
        return binary("remainder", Binary.REMAINDER, other);
    }

    @Override
    public Tensor pow(Tensor other) {
        return binary("pow", Binary.POW, other);
    }

    @Override
    public Tensor pow(Number other) {
        return binary("pow", Binary.POW, other);
    }

    @Override
    public Tensor atan2(Tensor other) {
        return binary("atan2", Binary.ATAN2, other);
    }

    @Override
    public Tensor atan2(Number other) {
        return binary("atan2", Binary.ATAN2, other);
    }

    @Override
    public Tensor maximum(Tensor other) {
        return binary("maximum", Binary.MAXIMUM, other);
    }

    @Override
    public Tensor maximum(Number other) {
        return binary("maximum", Binary.MAXIMUM, other);
    }

    @Override
    public Tensor minimum(Tensor other) {
        return binary("minimum", Binary.MINIMUM, other);
    }

    @Override
    public Tensor minimum(Number other) {
        return binary("minimum", Binary.MINIMUM, other);
    }

    @Override
    public Tensor eq(Tensor other) {
        return binary("eq", Binary.EQUAL, other);
    }

    @Override
    public Tensor eq(Number other) {
        return binary("eq", Binary.EQUAL, other);
    }

    @Override
    public Tensor ne(Tensor other) {
        return binary("ne", Binary.EQUAL, other).logicalNot();
    }

    @Override
    public Tensor ne(Number other) {
        return binary("ne", Binary.EQUAL, other).logicalNot();
    }

    @Override
    public Tensor lt(Tensor other) {
        return binary("lt", Binary.LESS, other);
    }

    @Override
    public Tensor lt(Number other) {
        return binary("lt", Binary.LESS, other);
    }

    @Override
    public Tensor le(Tensor other) {
        return binary("le", Binary.LESS_EQUAL, other);
    }

    @Override
    public Tensor le(Number other) {
        return binary("le", Binary.LESS_EQUAL, other);
    }

    @Override
    public Tensor gt(Tensor other) {
        return swapped("gt", Binary.LESS, other);
    }

    @Override
    public Tensor gt(Number other) {
        return swapped("gt", Binary.LESS, other);
    }

    @Override
    public Tensor ge(Tensor other) {
        return swapped("ge", Binary.LESS_EQUAL, other);
    }

    @Override
    public Tensor ge(Number other) {
        return swapped("ge", Binary.LESS_EQUAL, other);
    }

    @Override
    public Tensor logicalAnd(Tensor other) {
        return binary("logicalAnd", Binary.LOGICAL_AND, other);
    }

    @Override
    public Tensor logicalOr(Tensor other) {
        return binary("logicalOr", Binary.LOGICAL_OR, other);
    }

    @Override
    public Tensor logicalXor(Tensor other) {
        return binary("logicalXor", Binary.LOGICAL_XOR, other);
    }

    @Override
    public Tensor neg() {
        return unary("neg", Unary.NEGATIVE);
    }

    @Override
    public Tensor abs() {
        return unary("abs", Unary.ABS);
    }

    @Override
    public Tensor sign() {
        return unary("sign", Unary.SIGN);
    }

    @Override
    public Tensor square() {
        return Operations.apply("square", Binary.MULTIPLY, this, this);
    }

    @Override
    public Tensor exp() {
        return unary("exp", Unary.EXP);
    }

    @Override
    public Tensor expm1() {
        return unary("expm1", Unary.EXPM1);
    }

    @Override
    public Tensor log() {
        return unary("log", Unary.LOG);
    }

    @Override
    public Tensor log1p() {
        return unary("log1p", Unary.LOG1P);
    }

    @Override
    public Tensor sqrt() {
        return unary("sqrt", Unary.SQRT);
    }

    @Override
    public Tensor rsqrt() {
        return Derived.rsqrt(this);
    }

    @Override
    public Tensor sin() {
        return unary("sin", Unary.SIN);
    }

    @Override
    public Tensor cos() {
        return unary("cos", Unary.COS);
    }

    @Override
    public Tensor tan() {
        return unary("tan", Unary.TAN);
    }

    @Override
    public Tensor asin() {
        return unary("asin", Unary.ASIN);
    }

    @Override
    public Tensor acos() {
        return unary("acos", Unary.ACOS);
    }

    @Override
    public Tensor atan() {
        return unary("atan", Unary.ATAN);
    }

    @Override
    public Tensor sinh() {
        return unary("sinh", Unary.SINH);
    }

    @Override
    public Tensor cosh() {
        return unary("cosh", Unary.COSH);
    }

    @Override
    public Tensor tanh() {
        return unary("tanh", Unary.TANH);
    }

    @Override
    public Tensor atanh() {
        return unary("atanh", Unary.ATANH);
    }

    @Override
    public Tensor erf() {
        return unary("erf", Unary.ERF);
    }

    @Override
    public Tensor floor() {
        return unary("floor", Unary.FLOOR);
    }

    @Override
    public Tensor ceil() {
        return unary("ceil", Unary.CEIL);
    }

    @Override
    public Tensor round() {
        return unary("round", Unary.ROUND);
    }

    @Override
    public Tensor trunc() {
        return unary("trunc", Unary.TRUNC);
    }

    @Override
    public Tensor isNan() {
        return unary("isNan", Unary.ISNAN);
    }

    @Override
    public Tensor isInf() {
        return Derived.isInf(this);
    }

    @Override
    public Tensor isFinite() {
        return Derived.isFinite(this);
    }

    @Override
    public Tensor logicalNot() {
        return unary("logicalNot", Unary.LOGICAL_NOT);
    }

    @Override
    public Tensor relu() {
        return Derived.relu(this);
    }

    @Override
    public Tensor sigmoid() {
        return Derived.sigmoid("sigmoid", this);
    }

    @Override
    public Tensor silu() {
        return Derived.silu(this);
    }

    @Override
    public Tensor gelu() {
        return Derived.gelu(this);
    }

    @Override
    public Tensor geluTanh() {
        return Derived.geluTanh(this);
    }

    @Override
    public Tensor cast(DType dtype) {
        return Elementwise.cast("cast", this, Arguments.notNull("cast", "dtype", dtype));
    }

    @Override
    public Tensor sum(boolean keepDims, int... axes) {
        return Reductions.reduce("sum", Reduce.Kind.SUM, this, keepDims, axes);
    }

    @Override
    public Tensor prod(boolean keepDims, int... axes) {
        return Reductions.reduce("prod", Reduce.Kind.PROD, this, keepDims, axes);
    }

    @Override
    public Tensor max(boolean keepDims, int... axes) {
        return Reductions.extreme("max", Reduce.Kind.MAX, this, keepDims, axes);
    }

    @Override
    public Tensor min(boolean keepDims, int... axes) {
        return Reductions.extreme("min", Reduce.Kind.MIN, this, keepDims, axes);
    }

    @Override
    public Tensor mean(boolean keepDims, int... axes) {
        return Reductions.mean("mean", this, keepDims, axes);
    }

    @Override
    public Tensor var(boolean keepDims, int... axes) {
        return Reductions.variance(this, keepDims, axes);
    }

    @Override
    public Tensor any(boolean keepDims, int... axes) {
        return Reductions.logical("any", Reduce.Kind.MAX, this, keepDims, axes);
    }

    @Override
    public Tensor all(boolean keepDims, int... axes) {
        return Reductions.logical("all", Reduce.Kind.MIN, this, keepDims, axes);
    }

    @Override
    public Tensor argmax() {
        return Reductions.argFlat("argmax", ArgReduce.Kind.MAX, this);
    }

    @Override
    public Tensor argmax(int axis, boolean keepDims) {
        return Reductions.arg("argmax", ArgReduce.Kind.MAX, this, axis, keepDims);
    }

    @Override
    public Tensor argmin() {
        return Reductions.argFlat("argmin", ArgReduce.Kind.MIN, this);
    }

    @Override
    public Tensor argmin(int axis, boolean keepDims) {
        return Reductions.arg("argmin", ArgReduce.Kind.MIN, this, axis, keepDims);
    }

    @Override
    public Tensor cumsum(int axis) {
        return Reductions.cumsum(this, axis);
    }

    @Override
    public Tensor softmax(int axis) {
        return Derived.softmax(this, axis);
    }

    @Override
    public Tensor logSoftmax(int axis) {
        return Derived.logSoftmax(this, axis);
    }

    @Override
    public Tensor layerNorm(double epsilon) {
        return Derived.layerNorm(this, epsilon);
    }

    @Override
    public Tensor matmul(Tensor other) {
        return MatrixProducts.matmul(this, Arguments.tensor("matmul", "other", other));
    }

    @Override
    public Tensor reshape(long... sizes) {
        return Movement.reshape(this, Arguments.notNull("reshape", "sizes", sizes));
    }

    @Override
    public Tensor reshape(Shape shape) {
        return Movement.reshape("reshape", this, Arguments.notNull("reshape", "shape", shape));
    }

    @Override
    public Tensor permute(int... axes) {
        return Movement.permute(this, Arguments.notNull("permute", "axes", axes));
    }

    @Override
    public Tensor transpose() {
        return Movement.transpose(this);
    }

    @Override
    public Tensor swapAxes(int axis1, int axis2) {
        return Movement.swapAxes(this, axis1, axis2);
    }

    @Override
    public Tensor moveAxis(int source, int destination) {
        return Movement.moveAxis(this, source, destination);
    }

    @Override
    public Tensor flip(int... axes) {
        return Movement.flip(this, axes);
    }

    @Override
    public Tensor expandDims(int axis) {
        return Movement.expandDims("expandDims", this, axis);
    }

    @Override
    public Tensor squeeze(int... axes) {
        return Movement.squeeze(this, axes);
    }

    @Override
    public Tensor broadcastTo(long... sizes) {
        return Elementwise.broadcastTo("broadcastTo", this,
                Arguments.shape("broadcastTo", Arguments.notNull("broadcastTo", "sizes", sizes)));
    }

    @Override
    public Tensor broadcastTo(Shape shape) {
        return Elementwise.broadcastTo("broadcastTo", this, Arguments.notNull("broadcastTo", "shape", shape));
    }

    @Override
    public Tensor slice(long[] start, long[] size, long[] stride) {
        return Cutting.slice("slice", this, Arguments.dims("slice", "start", start),
                Arguments.dims("slice", "size", size), Arguments.longs("slice", "stride", stride));
    }

    @Override
    public Tensor slice(List<Dim> start, List<Dim> size, List<Long> stride) {
        return Cutting.slice("slice", this, Arguments.list("slice", "start", start),
                Arguments.list("slice", "size", size), Arguments.list("slice", "stride", stride));
    }

    @Override
    public Tensor slice(int axis, Dim start, Dim stop) {
        return Cutting.slice(this, axis, Arguments.notNull("slice", "start", start),
                Arguments.notNull("slice", "stop", stop));
    }

    @Override
    public Tensor sliceUpdate(Tensor update, long... start) {
        return Cutting.sliceUpdate(this, Arguments.tensor("sliceUpdate", "update", update),
                Arguments.dims("sliceUpdate", "start", start));
    }

    @Override
    public Tensor pad(long[][] paddings, Number value) {
        List<Dim> low = new ArrayList<>();
        List<Dim> high = new ArrayList<>();
        Arguments.paddings(paddings, low, high);
        return Cutting.pad(this, low, high, value);
    }

    @Override
    public Tensor pad(List<Dim> low, List<Dim> high, Number value) {
        return Cutting.pad(this, Arguments.list("pad", "low", low), Arguments.list("pad", "high", high), value);
    }

    @Override
    public Tensor take(Tensor indices, int axis) {
        return Cutting.take(this, Arguments.tensor("take", "indices", indices), axis);
    }

    @Override
    public Tensor scatterAdd(Tensor indices, Tensor updates, int axis) {
        return Cutting.scatterAdd(this, Arguments.tensor("scatterAdd", "indices", indices),
                Arguments.tensor("scatterAdd", "updates", updates), axis);
    }

    @Override
    public Tensor triu(int k) {
        return Derived.triangle("triu", this, k, true);
    }

    @Override
    public Tensor tril(int k) {
        return Derived.triangle("tril", this, k, false);
    }

    @Override
    public List<Tensor> split(int parts, int axis) {
        return Cutting.split(this, parts, axis);
    }

    @Override
    public List<Tensor> unbind(int axis) {
        return Cutting.unbind(this, axis);
    }
}
