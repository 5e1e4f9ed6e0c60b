package org.rebind.tracer.internal.tensor;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.TensorType;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Binary;
import org.rebind.graph.Full;
import org.rebind.graph.Iota;
import org.rebind.graph.Relation;
import org.rebind.graph.Reshape;
import org.rebind.graph.Slice;
import org.rebind.tracer.internal.interpret.Halves;
import org.rebind.tracer.internal.interpret.Interpreter;
import org.rebind.tracer.internal.trace.Trace;

/** Tensors from numbers. */
public final class Creation {
    private Creation() {
    }

    public static AbstractTensor full(String name, Number value, DType dtype, Shape shape) {
        Arguments.notNull(name, "value", value);
        Arguments.notNull(name, "dtype", dtype);
        Arguments.notNull(name, "shape", shape);
        return constant(name, new Full(dtype, shape, fit(name, value, dtype)));
    }

    /** The number as a tensor of the dtype of the tensor it meets. */
    static AbstractTensor scalarFor(String name, Number value, AbstractTensor x) {
        Arguments.notNull(name, "other", value);
        return constant(name, new Full(x.dtype(), Shape.SCALAR, fit(name, value, x.dtype())));
    }

    /** In a trace a node; otherwise made on the host at once, since eager scalars should not each compile code. */
    private static AbstractTensor constant(String name, Full op) {
        if (Trace.current() != null) {
            return Operations.apply(name, op);
        }
        for (Dim d : op.shape().dims()) {
            Operations.numberNow(name, d);
        }
        TensorType type = Operations.type(name, op, List.of(), Operations.facts(name));
        return ConcreteTensor.of(type, Interpreter.apply(op, List.of(), List.of(), type));
    }

    /** The number as {@link Full} holds it. @throws org.rebind.DTypeException if it does not fit the dtype */
    static Number fit(String name, Number value, DType dtype) {
        if (dtype.isFloating()) {
            return real(name, value, dtype);
        }
        BigDecimal exact = exact(value);
        long low = dtype.isBool() ? 0 : dtype == DType.INT32 ? Integer.MIN_VALUE : Long.MIN_VALUE;
        long high = dtype.isBool() ? 1 : dtype == DType.INT32 ? Integer.MAX_VALUE : Long.MAX_VALUE;
        if (exact == null || exact.stripTrailingZeros().scale() > 0
                || exact.compareTo(BigDecimal.valueOf(low)) < 0 || exact.compareTo(BigDecimal.valueOf(high)) > 0) {
            throw Errors.dtype(name + ": the number " + value + " does not fit dtype " + dtype + ", expected "
                    + (dtype.isBool() ? "0 or 1" : "a whole number from " + low + " to " + high)
                    + "; cast the tensor first, for instance .cast(DType.FLOAT32)");
        }
        return exact.longValueExact();
    }

    /** Exact value; null for infinities and NaN. */
    private static BigDecimal exact(Number value) {
        if (value instanceof Double || value instanceof Float) {
            return Double.isFinite(value.doubleValue()) ? new BigDecimal(value.doubleValue()) : null;
        }
        return value instanceof BigDecimal d ? d : value instanceof BigInteger i ? new BigDecimal(i)
                : BigDecimal.valueOf(value.longValue());
    }

    private static Double real(String name, Number value, DType dtype) {
        double v = value.doubleValue();
        double rounded = switch (dtype) {
            case FLOAT32 -> value instanceof Long ? value.floatValue() : (float) v;
            case FLOAT16 -> Halves.fromFloat16(Halves.toFloat16(v));
            case BFLOAT16 -> Halves.fromBFloat16(Halves.toBFloat16(v));
            default -> v;
        };
        if (Double.isInfinite(rounded) && !Double.isInfinite(v)) {
            throw Errors.dtype(name + ": the number " + value + " is beyond the range of " + dtype
                    + "; use an infinity, or cast the tensor to a wider dtype");
        }
        return rounded;
    }

    /** {@code 0, 1, ..., stop - 1}. */
    public static AbstractTensor arange(Dim stop, DType dtype) {
        Arguments.notNull("arange", "stop", stop);
        Arguments.notNull("arange", "dtype", dtype);
        Operations.numberNow("arange", stop); // refuses symbols that mean nothing here
        if (!Operations.facts("arange").holds(Dim.of(0), Relation.LE, stop)) {
            throw Errors.argument("arange: stop is " + stop + ", expected >= 0; use arange(start, stop, step, dtype)");
        }
        return Operations.apply("arange", new Iota(dtype, Shape.of(stop), 0));
    }

    /** {@code start, start + step, ...} without {@code stop}. */
    public static AbstractTensor arange(Number start, Number stop, Number step, DType dtype) {
        Arguments.notNull("arange", "start", start);
        Arguments.notNull("arange", "stop", stop);
        Arguments.notNull("arange", "step", step);
        Arguments.notNull("arange", "dtype", dtype);
        long count = count(start, stop, step);
        AbstractTensor index = Operations.apply("arange", new Iota(dtype, Arguments.shape("arange", new long[] {count}),
                0));
        return Elementwise.binary("arange", Binary.ADD, Elementwise.binary("arange",
                Binary.MULTIPLY, index, scalarFor("arange", step, index)),
                scalarFor("arange", start, index));
    }

    private static long count(Number start, Number stop, Number step) {
        BigDecimal from = exact(start);
        BigDecimal to = exact(stop);
        BigDecimal by = exact(step);
        if (from == null || to == null || by == null || by.signum() == 0) {
            throw Errors.argument("arange: start " + start + ", stop " + stop + ", step " + step
                    + ": expected finite numbers and a step other than 0");
        }
        double n = Math.ceil(to.subtract(from).doubleValue() / by.doubleValue());
        return (long) Math.max(0, n);
    }

    /** sin^2(pi i / n), which is (1 - cos(2 pi i / n)) / 2 without its cancellation. */
    public static AbstractTensor hannWindow(int length, boolean periodic) {
        if (length < 0) {
            throw Errors.argument("hannWindow: length is " + length + ", expected >= 0");
        }
        int n = periodic ? length : length - 1;
        if (n <= 0 || length == 1) {
            return full("hannWindow", 1, DType.FLOAT32, Shape.of(Math.max(0, length)));
        }
        return (AbstractTensor) arange(Dim.of(length), DType.FLOAT32).mul(Math.PI / n).sin().square();
    }

    /** A 0-d int64 tensor whose value is this dim, which may be symbolic: the last element of a long enough iota. */
    static AbstractTensor dimValue(String name, Dim d) {
        if (d.isFixed()) {
            return full(name, d.value(), DType.INT64, Shape.SCALAR);
        }
        AbstractTensor counting = Operations.apply(name, new Iota(DType.INT64, Shape.of(d.plus(1)), 0));
        AbstractTensor last = Operations.apply(name, new Slice(List.of(d), List.of(Dim.of(1)), List.of(1L)), counting);
        return Operations.apply(name, new Reshape(Shape.SCALAR), last);
    }

    /** A copy of a flat Java array or of a byte buffer's remaining bytes. @param given null for one axis */
    public static AbstractTensor copyOf(DType dtype, Shape given, Object array) {
        Arguments.notNull("Tensor.of", "values", array);
        Arguments.notNull("Tensor.of", "dtype", dtype);
        Shape shape = given != null ? given : Shape.of(Array.getLength(array));
        HostBuffer host = ArrayCopies.copy(dtype, shape, array);
        Number uniform = Trace.current() == null ? null : ArrayCopies.uniformValue(host);
        return uniform != null ? Operations.apply("Tensor.of", new Full(dtype, shape, uniform))
                : ConcreteTensor.of(new TensorType(dtype, shape), host);
    }
}
