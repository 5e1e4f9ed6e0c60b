package org.rebind.tracer.internal.interpret;

import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import java.util.function.ToLongFunction;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.ArgReduce;
import org.rebind.graph.Binary;
import org.rebind.graph.BroadcastTo;
import org.rebind.graph.Cast;
import org.rebind.graph.Concatenate;
import org.rebind.graph.CumSum;
import org.rebind.graph.Flip;
import org.rebind.graph.Full;
import org.rebind.graph.Iota;
import org.rebind.graph.Matmul;
import org.rebind.graph.Op;
import org.rebind.graph.Pad;
import org.rebind.graph.Permute;
import org.rebind.graph.Reduce;
import org.rebind.graph.Reshape;
import org.rebind.graph.ScatterAdd;
import org.rebind.graph.Slice;
import org.rebind.graph.Take;
import org.rebind.graph.Unary;
import org.rebind.graph.Where;

/** One op applied: fills the result from the operands. Elementwise and movement ops; {@link Folds} has the rest. */
final class Evaluation implements Op.Visitor<Void> {
    private final List<Operand> operands;
    private final HostBuffer result;
    private final long[] sizes; // of the result
    private final ToLongFunction<String> symbols;

    Evaluation(List<Operand> operands, HostBuffer result, long[] sizes, ToLongFunction<String> symbols) {
        this.operands = operands;
        this.result = result;
        this.sizes = sizes;
        this.symbols = symbols;
    }

    private Operand in(int i) {
        return operands.get(i);
    }

    private int count() {
        return result.elementCount();
    }

    @Override
    public Void full(Full op) {
        fill(op.value());
        return null;
    }

    private void fill(Number value) {
        Lanes out = Lanes.of(result);
        if (result.dtype().isFloating()) {
            double v = value.doubleValue();
            for (int i = 0; i < count(); i++) {
                out.real(i, v);
            }
        } else {
            long v = value.longValue();
            for (int i = 0; i < count(); i++) {
                out.whole(i, v);
            }
        }
    }

    @Override
    public Void iota(Iota op) {
        Lanes out = Lanes.of(result);
        int inner = count() == 0 ? 1 : Strides.dense(sizes)[op.axis()];
        boolean floating = op.dtype().isFloating();
        for (int i = 0; i < count(); i++) {
            long index = i / inner % sizes[op.axis()];
            if (floating) {
                out.real(i, index);
            } else {
                out.whole(i, index);
            }
        }
        return null;
    }

    @Override
    public Void unary(Unary op) {
        Lanes x = in(0).lanes();
        Lanes out = Lanes.of(result);
        if (op == Unary.ISNAN) {
            for (int i = 0; i < count(); i++) {
                out.truth(i, Double.isNaN(x.real(i)));
            }
        } else if (in(0).floating()) {
            DoubleUnaryOperator f = RealFunctions.of(op);
            for (int i = 0; i < count(); i++) {
                out.real(i, f.applyAsDouble(x.real(i)));
            }
        } else {
            LongUnaryOperator f = WholeFunctions.of(op);
            for (int i = 0; i < count(); i++) {
                out.whole(i, f.applyAsLong(x.whole(i)));
            }
        }
        return null;
    }

    @Override
    public Void binary(Binary op) {
        Lanes a = in(0).lanes();
        Lanes b = in(1).lanes();
        Lanes out = Lanes.of(result);
        if (!in(0).floating()) {
            LongBinaryOperator f = WholeFunctions.of(op);
            for (int i = 0; i < count(); i++) {
                out.whole(i, f.applyAsLong(a.whole(i), b.whole(i)));
            }
            return null;
        }
        DoubleBinaryOperator f = RealFunctions.of(op);
        if (op.isComparison()) {
            for (int i = 0; i < count(); i++) {
                out.whole(i, (long) f.applyAsDouble(a.real(i), b.real(i)));
            }
        } else {
            for (int i = 0; i < count(); i++) {
                out.real(i, f.applyAsDouble(a.real(i), b.real(i)));
            }
        }
        return null;
    }

    @Override
    public Void where(Where op) {
        Lanes condition = in(0).lanes();
        Lanes a = in(1).lanes();
        Lanes b = in(2).lanes();
        Lanes out = Lanes.of(result);
        boolean floating = in(1).floating();
        for (int i = 0; i < count(); i++) {
            Lanes chosen = condition.truth(i) ? a : b;
            if (floating) {
                out.real(i, chosen.real(i));
            } else {
                out.whole(i, chosen.whole(i));
            }
        }
        return null;
    }

    @Override
    public Void cast(Cast op) {
        Lanes x = in(0).lanes();
        Lanes out = Lanes.of(result);
        boolean floating = in(0).floating();
        DType to = op.dtype();
        for (int i = 0; i < count(); i++) {
            if (to.isBool()) {
                out.truth(i, floating ? x.real(i) != 0 : x.whole(i) != 0);
            } else if (to.isFloating()) {
                out.real(i, floating ? x.real(i) : to == DType.FLOAT64 ? x.whole(i) : toOdd(x.whole(i)));
            } else if (floating) {
                out.whole(i, to == DType.INT32 ? (int) x.real(i) : (long) x.real(i));
            } else {
                out.whole(i, x.whole(i));
            }
        }
        return null;
    }

    /** A double from which rounding to a shorter format gives what rounding the long itself would: rounded to odd. */
    private static double toOdd(long value) {
        return Math.abs(value) < 1L << 53 && value != Long.MIN_VALUE ? value
                : (value >> 11 | ((value & 0x7ff) != 0 ? 1 : 0)) * 2048.0;
    }

    @Override
    public Void reshape(Reshape op) {
        System.arraycopy(in(0).buffer().array(), 0, result.array(), 0, count());
        return null;
    }

    /** Fills the whole result from a strided box of operand 0. */
    private void view(int start, int[] strides) {
        Strides.copy(in(0).buffer().array(), start, strides, result.array(), 0, Strides.dense(sizes), sizes);
    }

    @Override
    public Void permute(Permute op) {
        int[] dense = in(0).strides();
        view(0, op.axes().stream().mapToInt(a -> dense[a]).toArray());
        return null;
    }

    @Override
    public Void flip(Flip op) {
        int[] strides = in(0).strides();
        int start = 0;
        for (int a : op.axes()) {
            start += strides[a] * (int) (sizes[a] - 1);
            strides[a] = -strides[a];
        }
        view(start, strides);
        return null;
    }

    @Override
    public Void broadcastTo(BroadcastTo op) {
        int[] dense = in(0).strides();
        int[] strides = new int[sizes.length];
        int lead = sizes.length - dense.length;
        for (int i = 0; i < dense.length; i++) {
            strides[lead + i] = in(0).sizes()[i] == 1 ? 0 : dense[i];
        }
        view(0, strides);
        return null;
    }

    @Override
    public Void slice(Slice op) {
        int[] strides = in(0).strides();
        int start = 0;
        for (int i = 0; i < strides.length; i++) {
            start += strides[i] * Math.toIntExact(op.start().get(i).evaluate(symbols));
            strides[i] *= sizes[i] <= 1 ? 1 : Math.toIntExact(op.stride().get(i));
        }
        view(start, strides);
        return null;
    }

    @Override
    public Void pad(Pad op) {
        fill(op.value());
        int[] strides = Strides.dense(sizes);
        int start = 0;
        for (int i = 0; i < strides.length; i++) {
            Dim low = op.low().get(i);
            start += strides[i] * (int) low.evaluate(symbols);
        }
        Strides.copy(in(0).buffer().array(), 0, in(0).strides(), result.array(), start, strides, in(0).sizes());
        return null;
    }

    @Override
    public Void concatenate(Concatenate op) {
        int[] strides = Strides.dense(sizes);
        int start = 0;
        for (Operand x : operands) {
            Strides.copy(x.buffer().array(), 0, x.strides(), result.array(), start, strides, x.sizes());
            start += strides[op.axis()] * (int) x.sizes()[op.axis()];
        }
        return null;
    }

    @Override
    public Void take(Take op) {
        new Indexing(in(0), op.axis(), in(1)).take(result);
        return null;
    }

    @Override
    public Void scatterAdd(ScatterAdd op) {
        new Indexing(in(0), op.axis(), in(1)).scatterAdd(in(2), result);
        return null;
    }

    @Override
    public Void reduce(Reduce op) {
        new Folds(in(0), op.axes(), result).reduce(op.kind());
        return null;
    }

    @Override
    public Void argReduce(ArgReduce op) {
        new Folds(in(0), List.of(op.axis()), result).argReduce(op.kind());
        return null;
    }

    @Override
    public Void cumSum(CumSum op) {
        new Folds(in(0), List.of(op.axis()), result).cumSum();
        return null;
    }

    @Override
    public Void matmul(Matmul op) {
        MatrixProduct.of(in(0), in(1), result);
        return null;
    }
}
