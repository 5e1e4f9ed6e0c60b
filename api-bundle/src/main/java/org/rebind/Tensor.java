package org.rebind;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An immutable n-dimensional array, with NumPy's meaning of every operation. Made by {@link #of}, by creation functions
 * or by operations; never implemented by users. Thread-safe.
 *
 * <p>Outside a compiled function every operation runs at once (eager), on the best backend; on few elements that lie on
 * the host the interpreter runs it, which is quicker there. Inside one, operations are traced, and asking a tensor for its
 * values is a side effect (see {@link SideEffectException}).
 *
 * <p>Operands broadcast. Dtypes promote within their kind ({@link DType#promote}); a Java number takes the dtype of the
 * tensor it meets, and must fit it: {@code intTensor.mul(2.5)} is an error. Negative axes count from the end. Shapes
 * that do not fit throw {@link ShapeException}, dtypes {@link DTypeException}; both name the operation, the operands and
 * the line of user code.
 */
@ProviderType
public interface Tensor {

    // ---- what it is

    TensorType type();

    default DType dtype() {
        return type().dtype();
    }

    default Shape shape() {
        return type().shape();
    }

    default int rank() {
        return shape().rank();
    }

    /**
     * Size of an axis as a dim: symbolic inside a compiled function whose dim is marked dynamic. Comparing it (or a shape)
     * with another by {@code equals} asks for their sizes in this call; the answer becomes a guard.
     */
    default Dim dim(int axis) {
        return shape().dim(axis);
    }

    /**
     * Size of an axis as a number. Inside a compiled function with that dim dynamic this specialises: the compiled
     * entry gets a guard and other sizes compile again; prefer {@link #dim}.
     */
    long size(int axis);

    /** Number of elements; specialises like {@link #size}. */
    long elementCount();

    // ---- its values (side effects inside a compiled function)

    /** The only element, as Double, Long or Boolean. @throws ShapeException if there is not exactly one */
    Object item();

    /** {@link #item} of a floating or integer tensor as a double. */
    double itemDouble();

    /** {@link #item} of an integer or bool tensor as a long. */
    long itemLong();

    /** {@link #item} of a bool tensor. */
    boolean itemBoolean();

    /** A copy of the elements, row-major. @throws DTypeException if the dtype is not float32 */
    float[] toFloatArray();

    /** A copy of the elements, row-major. @throws DTypeException if the dtype is not float64 */
    double[] toDoubleArray();

    /** A copy of the elements, row-major. @throws DTypeException if the dtype is not int32 */
    int[] toIntArray();

    /** A copy of the elements, row-major. @throws DTypeException if the dtype is not int64 */
    long[] toLongArray();

    /** A copy of the elements, row-major. @throws DTypeException if the dtype is not bool */
    boolean[] toBooleanArray();

    /**
     * Writes the elements, row-major in the buffer's byte order, bools as bytes, from the buffer's position on, and
     * advances it. @throws ArgumentException if too little remains
     */
    void copyTo(ByteBuffer target);

    /**
     * Gives the memory of the values back now, on the host and on every device, rather than when the garbage collector
     * finds this tensor: the next result then takes the same memory. Nobody has to call it. Calls and reads under way in
     * other threads end as if it came after them; memory that another tensor shares stays until that one goes, too.
     * Whoever uses this tensor's values afterwards, be it a compiled function that has captured or is given it, gets a
     * {@link ReleasedException}; the type can still be asked for. Idempotent.
     *
     * <p>Inside a compiled function it does nothing: compiled code plans its own memory.
     */
    void release();

    /** Whether the other is a tensor of equal dtype, shape and bits (all NaNs are equal). Reads the values. */
    @Override
    boolean equals(Object other);

    /** Consistent with {@link #equals}. Reads the values. */
    @Override
    int hashCode();

    /** The values as NumPy prints them, large tensors abridged; inside a compiled function or released, the type alone. */
    @Override
    String toString();

    // ---- making tensors; arrays are copied

    /** A 1-d float32 tensor. */
    static Tensor of(float[] values) {
        return Rebind.engine().tensor(DType.FLOAT32, null, values);
    }

    /** @throws ShapeException if the shape does not have as many elements as the array */
    static Tensor of(float[] values, long... shape) {
        return Rebind.engine().tensor(DType.FLOAT32, Shape.of(shape), values);
    }

    /** A 0-d float32 tensor. */
    static Tensor scalar(float value) {
        return Rebind.engine().tensor(DType.FLOAT32, Shape.SCALAR, new float[] {value});
    }

    /** A 1-d float64 tensor. */
    static Tensor of(double[] values) {
        return Rebind.engine().tensor(DType.FLOAT64, null, values);
    }

    /** @throws ShapeException if the shape does not have as many elements as the array */
    static Tensor of(double[] values, long... shape) {
        return Rebind.engine().tensor(DType.FLOAT64, Shape.of(shape), values);
    }

    /** A 0-d float64 tensor. */
    static Tensor scalar(double value) {
        return Rebind.engine().tensor(DType.FLOAT64, Shape.SCALAR, new double[] {value});
    }

    /** A 1-d int32 tensor. */
    static Tensor of(int[] values) {
        return Rebind.engine().tensor(DType.INT32, null, values);
    }

    /** @throws ShapeException if the shape does not have as many elements as the array */
    static Tensor of(int[] values, long... shape) {
        return Rebind.engine().tensor(DType.INT32, Shape.of(shape), values);
    }

    /** A 0-d int32 tensor. */
    static Tensor scalar(int value) {
        return Rebind.engine().tensor(DType.INT32, Shape.SCALAR, new int[] {value});
    }

    /** A 1-d int64 tensor. */
    static Tensor of(long[] values) {
        return Rebind.engine().tensor(DType.INT64, null, values);
    }

    /** @throws ShapeException if the shape does not have as many elements as the array */
    static Tensor of(long[] values, long... shape) {
        return Rebind.engine().tensor(DType.INT64, Shape.of(shape), values);
    }

    /** A 0-d int64 tensor. */
    static Tensor scalar(long value) {
        return Rebind.engine().tensor(DType.INT64, Shape.SCALAR, new long[] {value});
    }

    /** A 1-d bool tensor. */
    static Tensor of(boolean[] values) {
        return Rebind.engine().tensor(DType.BOOL, null, values);
    }

    /** @throws ShapeException if the shape does not have as many elements as the array */
    static Tensor of(boolean[] values, long... shape) {
        return Rebind.engine().tensor(DType.BOOL, Shape.of(shape), values);
    }

    /** A 0-d bool tensor. */
    static Tensor scalar(boolean value) {
        return Rebind.engine().tensor(DType.BOOL, Shape.SCALAR, new boolean[] {value});
    }

    /**
     * A tensor of nested arrays, for instance {@code float[][]}; the dtype is the innermost array's.
     *
     * @throws ShapeException if the arrays are ragged, naming the index of the odd one
     * @throws ArgumentException if {@code nested} is no array of float, double, int, long or boolean
     */
    static Tensor ofNested(Object nested) {
        return Rebind.engine().nested(nested);
    }

    /**
     * A tensor of the buffer's remaining bytes, in the buffer's byte order; bools are bytes. The position stays.
     *
     * @throws ArgumentException if not exactly the shape's bytes remain
     */
    static Tensor of(DType dtype, ByteBuffer bytes, long... shape) {
        return Rebind.engine().tensor(dtype, Shape.of(shape), bytes);
    }

    /** The value everywhere. @throws DTypeException if the value does not fit the dtype */
    static Tensor full(Number value, DType dtype, Shape shape) {
        return Rebind.engine().full(value, dtype, shape);
    }

    static Tensor full(Number value, DType dtype, long... shape) {
        return full(value, dtype, Shape.of(shape));
    }

    static Tensor zeros(DType dtype, long... shape) {
        return full(0, dtype, Shape.of(shape));
    }

    static Tensor ones(DType dtype, long... shape) {
        return full(1, dtype, Shape.of(shape));
    }

    /** {@code start, start + step, ...} up to but without {@code stop}. @throws ArgumentException if step is 0 */
    static Tensor arange(Number start, Number stop, Number step, DType dtype) {
        return Rebind.engine().arange(start, stop, step, dtype);
    }

    /** {@code 0, 1, ..., stop - 1}, also for a symbolic number of elements. */
    static Tensor arange(Dim stop, DType dtype) {
        return Rebind.engine().arange(stop, dtype);
    }

    /** float32 Hann window; periodic windows leave out the last point of the symmetric one. */
    static Tensor hannWindow(int length, boolean periodic) {
        return Rebind.engine().hannWindow(length, periodic);
    }

    /** Elementwise choice: {@code a} where {@code condition}, else {@code b}; all three broadcast. */
    static Tensor where(Tensor condition, Tensor a, Tensor b) {
        return Rebind.engine().where(condition, a, b);
    }

    /** The tensors joined along an existing axis. */
    static Tensor concatenate(int axis, List<Tensor> tensors) {
        return Rebind.engine().concatenate(axis, tensors);
    }

    static Tensor concatenate(int axis, Tensor... tensors) {
        return concatenate(axis, tensors == null ? null : Arrays.asList(tensors));
    }

    /** The tensors, of equal shape, joined along a new axis. */
    static Tensor stack(int axis, List<Tensor> tensors) {
        return Rebind.engine().stack(axis, tensors);
    }

    static Tensor stack(int axis, Tensor... tensors) {
        return stack(axis, tensors == null ? null : Arrays.asList(tensors));
    }

    // ---- elementwise, two operands

    /** Sum. */
    Tensor add(Tensor other);

    Tensor add(Number other);

    /** Difference. */
    Tensor sub(Tensor other);

    Tensor sub(Number other);

    /** Product. */
    Tensor mul(Tensor other);

    Tensor mul(Number other);

    /** Quotient of floating tensors. */
    Tensor div(Tensor other);

    Tensor div(Number other);

    /** Floored quotient; integers by 0 give 0. */
    Tensor floorDiv(Tensor other);

    Tensor floorDiv(Number other);

    /** Remainder with the sign of the divisor; integers by 0 give 0. */
    Tensor remainder(Tensor other);

    Tensor remainder(Number other);

    /** Power of floating tensors. */
    Tensor pow(Tensor other);

    Tensor pow(Number other);

    /** Angle of the point (x = other, y = this). */
    Tensor atan2(Tensor other);

    Tensor atan2(Number other);

    /** Larger of both; NaN if either is. */
    Tensor maximum(Tensor other);

    Tensor maximum(Number other);

    /** Smaller of both; NaN if either is. */
    Tensor minimum(Tensor other);

    Tensor minimum(Number other);

    /** Whether equal, as bool. */
    Tensor eq(Tensor other);

    Tensor eq(Number other);

    /** Whether not equal, as bool. */
    Tensor ne(Tensor other);

    Tensor ne(Number other);

    /** Whether less, as bool. */
    Tensor lt(Tensor other);

    Tensor lt(Number other);

    /** Whether less or equal, as bool. */
    Tensor le(Tensor other);

    Tensor le(Number other);

    /** Whether greater, as bool. */
    Tensor gt(Tensor other);

    Tensor gt(Number other);

    /** Whether greater or equal, as bool. */
    Tensor ge(Tensor other);

    Tensor ge(Number other);

    /** Of bool tensors. */
    Tensor logicalAnd(Tensor other);

    /** Of bool tensors. */
    Tensor logicalOr(Tensor other);

    /** Of bool tensors. */
    Tensor logicalXor(Tensor other);

    // ---- elementwise, one operand

    Tensor neg();

    Tensor abs();

    /** -1, 0 or 1; NaN of NaN. */
    Tensor sign();

    Tensor square();

    Tensor exp();

    /** exp(x) - 1, accurate near 0. */
    Tensor expm1();

    Tensor log();

    /** log(1 + x), accurate near 0. */
    Tensor log1p();

    Tensor sqrt();

    /** 1 / sqrt(x). */
    Tensor rsqrt();

    Tensor sin();

    Tensor cos();

    Tensor tan();

    Tensor asin();

    Tensor acos();

    Tensor atan();

    Tensor sinh();

    Tensor cosh();

    Tensor tanh();

    Tensor atanh();

    /** Gauss error function. */
    Tensor erf();

    Tensor floor();

    Tensor ceil();

    /** To the nearest integer, halves to even. */
    Tensor round();

    Tensor trunc();

    /** As bool. */
    Tensor isNan();

    /** As bool. */
    Tensor isInf();

    /** As bool. */
    Tensor isFinite();

    /** Of a bool tensor. */
    Tensor logicalNot();

    /** maximum(x, 0). */
    Tensor relu();

    /** 1 / (1 + exp(-x)). */
    Tensor sigmoid();

    /** x * sigmoid(x). */
    Tensor silu();

    /** x * (1 + erf(x / sqrt 2)) / 2. */
    Tensor gelu();

    /** The tanh approximation of gelu. */
    Tensor geluTanh();

    /** The values converted to another dtype; see {@code org.rebind.graph.Cast} for the corner cases. */
    Tensor cast(DType dtype);

    // ---- reductions; no axes means all

    /** Sum; the dtype stays, integers wrap. */
    default Tensor sum(int... axes) {
        return sum(false, axes);
    }

    /** @param keepDims whether reduced axes stay, with size 1 */
    Tensor sum(boolean keepDims, int... axes);

    /** Product; the dtype stays, integers wrap. */
    default Tensor prod(int... axes) {
        return prod(false, axes);
    }

    /** @param keepDims whether reduced axes stay, with size 1 */
    Tensor prod(boolean keepDims, int... axes);

    /** Largest element; NaN if any is. */
    default Tensor max(int... axes) {
        return max(false, axes);
    }

    /** @param keepDims whether reduced axes stay, with size 1 */
    Tensor max(boolean keepDims, int... axes);

    /** Smallest element; NaN if any is. */
    default Tensor min(int... axes) {
        return min(false, axes);
    }

    /** @param keepDims whether reduced axes stay, with size 1 */
    Tensor min(boolean keepDims, int... axes);

    /** Mean of a floating tensor. */
    default Tensor mean(int... axes) {
        return mean(false, axes);
    }

    /** @param keepDims whether reduced axes stay, with size 1 */
    Tensor mean(boolean keepDims, int... axes);

    /** Population variance (ddof 0) of a floating tensor. */
    default Tensor var(int... axes) {
        return var(false, axes);
    }

    /** @param keepDims whether reduced axes stay, with size 1 */
    Tensor var(boolean keepDims, int... axes);

    /** Whether any element of a bool tensor is true. */
    default Tensor any(int... axes) {
        return any(false, axes);
    }

    /** @param keepDims whether reduced axes stay, with size 1 */
    Tensor any(boolean keepDims, int... axes);

    /** Whether all elements of a bool tensor are true. */
    default Tensor all(int... axes) {
        return all(false, axes);
    }

    /** @param keepDims whether reduced axes stay, with size 1 */
    Tensor all(boolean keepDims, int... axes);

    /** Index (int64) of the first largest element of the flattened tensor. */
    Tensor argmax();

    /** Index (int64) of the first largest element along an axis. */
    default Tensor argmax(int axis) {
        return argmax(axis, false);
    }

    Tensor argmax(int axis, boolean keepDims);

    /** Index (int64) of the first smallest element of the flattened tensor. */
    Tensor argmin();

    /** Index (int64) of the first smallest element along an axis. */
    default Tensor argmin(int axis) {
        return argmin(axis, false);
    }

    Tensor argmin(int axis, boolean keepDims);

    /** Running sum along an axis. */
    Tensor cumsum(int axis);

    /** exp(x) / sum(exp(x)) along an axis, without overflow. */
    Tensor softmax(int axis);

    /** log(softmax(x)) along an axis, without overflow. */
    Tensor logSoftmax(int axis);

    /** (x - mean) / sqrt(var + epsilon) along the last axis. */
    Tensor layerNorm(double epsilon);

    /** {@code layerNorm(epsilon) * gain + bias}. */
    default Tensor layerNorm(Tensor gain, Tensor bias, double epsilon) {
        return layerNorm(epsilon).mul(gain).add(bias);
    }

    /** Matrix product as NumPy's matmul: vectors are rows or columns as needed, leading axes broadcast. */
    Tensor matmul(Tensor other);

    // ---- movement and indexing

    /** Same elements, another shape; one size may be -1. */
    Tensor reshape(long... sizes);

    /** Same elements, another shape, given as dims. */
    Tensor reshape(Shape shape);

    /** Axes in another order; all of them. */
    Tensor permute(int... axes);

    /** Axes in reverse order. */
    Tensor transpose();

    Tensor swapAxes(int axis1, int axis2);

    Tensor moveAxis(int source, int destination);

    /** Elements in reverse order along these axes, all if none are given. */
    Tensor flip(int... axes);

    /** A new axis of size 1 at this position of the result. */
    Tensor expandDims(int axis);

    /** Without these axes of size 1, all such if none are given. */
    Tensor squeeze(int... axes);

    Tensor broadcastTo(long... sizes);

    Tensor broadcastTo(Shape shape);

    /** A strided box: {@code size[i]} elements from {@code start[i]} on, every {@code stride[i]}-th. */
    Tensor slice(long[] start, long[] size, long[] stride);

    Tensor slice(List<Dim> start, List<Dim> size, List<Long> stride);

    /** Elements {@code start} to {@code stop - 1} of one axis. */
    Tensor slice(int axis, Dim start, Dim stop);

    default Tensor slice(int axis, long start, long stop) {
        return slice(axis, Dim.of(start), Dim.of(stop));
    }

    /** This tensor with the box at {@code start} of the update's shape replaced. */
    Tensor sliceUpdate(Tensor update, long... start);

    /** {@code paddings[i]} = elements put before and after axis i. */
    Tensor pad(long[][] paddings, Number value);

    Tensor pad(List<Dim> low, List<Dim> high, Number value);

    /**
     * Slices chosen along an axis by integer indices of any shape. Negative indices count from the end; ones still out
     * of range are clamped, since compiled code cannot throw.
     */
    Tensor take(Tensor indices, int axis);

    /** This tensor with updates added at 1-d indices along an axis; repeated indices add up. */
    Tensor scatterAdd(Tensor indices, Tensor updates, int axis);

    /** Upper triangle of the last two axes, from the k-th diagonal up; zero below. */
    Tensor triu(int k);

    /** Lower triangle of the last two axes, up to the k-th diagonal; zero above. */
    Tensor tril(int k);

    /** Equal parts along an axis. @throws ShapeException if the size does not divide */
    List<Tensor> split(int parts, int axis);

    /** The slices along an axis, without it. */
    List<Tensor> unbind(int axis);
}
