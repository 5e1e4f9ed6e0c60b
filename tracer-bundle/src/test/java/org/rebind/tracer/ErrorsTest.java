package org.rebind.tracer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.rebind.ArgumentException;
import org.rebind.CompileOptions;
import org.rebind.DType;
import org.rebind.DTypeException;
import org.rebind.Dim;
import org.rebind.Rebind;
import org.rebind.RebindException;
import org.rebind.Shape;
import org.rebind.ShapeException;
import org.rebind.Tensor;

/** Bad input: each error names the operation, what came and the way out, and the line of the user's code. */
class ErrorsTest {
    private final Tensor f23 = Tensor.of(new float[6], 2, 3);
    private final Tensor f45 = Tensor.of(new float[20], 4, 5);
    private final Tensor i3 = Tensor.of(new int[3]);
    private final Tensor b3 = Tensor.of(new boolean[3]);
    private final Tensor empty = Tensor.of(new float[0], 0, 3);

    /** The message holds all fragments and this file's line; traced, the same happens. */
    private static void refused(Class<? extends RebindException> type, Executable action, String... fragments) {
        check(assertThrows(type, action), fragments);
        RebindException traced = assertThrows(type, () -> Traced.of(a -> {
            try {
                action.execute();
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
            return List.of();
        }));
        check(traced, fragments);
    }

    private static void check(RebindException e, String... fragments) {
        for (String f : fragments) {
            assertTrue(e.getMessage().contains(f), () -> "'" + f + "' is not in: " + e.getMessage());
        }
        assertTrue(e.getMessage().matches("(?s).*\\(at ErrorsTest.java:\\d+\\)"), e.getMessage());
    }

    @Test
    void shapesThatDoNotFit() {
        refused(ShapeException.class, () -> f23.add(f45), "add:", "[2, 3]", "[4, 5]", "broadcast");
        refused(ShapeException.class, () -> f23.matmul(f45), "matmul:", "[2, 3]", "[4, 5]", "transpose");
        refused(ShapeException.class, () -> f23.matmul(Tensor.scalar(1f)), "matmul:", "mul");
        refused(ShapeException.class, () -> Tensor.ones(DType.FLOAT32, 2, 2, 3).matmul(Tensor.ones(DType.FLOAT32, 5, 3, 2)), "matmul:",
                "[2, 2, 3], [5, 3, 2]", "axis -3 has sizes 2 and 5");
        refused(ShapeException.class, () -> Tensor.where(b3, f23, f45), "where:", "[4, 5]");
        refused(ShapeException.class, () -> f23.reshape(4, 2), "reshape:", "[2, 3]", "6", "8");
        refused(ShapeException.class, () -> f23.reshape(-1, 4), "reshape:", "4 does not divide");
        refused(ShapeException.class, () -> f23.reshape(-1, -1), "reshape:", "one of them may be -1");
        refused(ShapeException.class, () -> f23.reshape(-2, 3), "reshape:", "[-2, 3]");
        refused(ShapeException.class, () -> empty.reshape(-1, 0), "reshape:", "-1 could be any size");
        refused(ShapeException.class, () -> f23.broadcastTo(4, 2, 4), "broadcastTo:", "[2, 3]", "[4, 2, 4]");
        refused(ShapeException.class, () -> f23.broadcastTo(3), "broadcastTo:", "[2, 3]");
        refused(ShapeException.class, () -> f23.broadcastTo(-2, 3), "broadcastTo:", "-2");
        refused(ShapeException.class, () -> Tensor.concatenate(0, f23, f45), "concatenate:", "[2, 3]", "[4, 5]");
        refused(ShapeException.class, () -> Tensor.stack(0, f23, i3.cast(DType.FLOAT32)), "stack:", "[3]", "[2, 3]");
        refused(ShapeException.class, () -> f23.squeeze(1), "squeeze:", "axis 1", "3");
        refused(ShapeException.class, () -> f23.split(2, 1), "split:", "axis 1", "2");
        refused(ShapeException.class, () -> f23.slice(1, 1, 5), "slice:", "[2, 3]");
        refused(ShapeException.class, () -> f23.slice(1, 2, 1), "slice:", "stop 1", "start 2");
        refused(ShapeException.class, () -> f23.slice(new long[2], new long[] {1, 1}, new long[] {1, 0}), "slice:", "flip");
        refused(ShapeException.class, () -> f23.slice(new long[1], new long[1], new long[1]), "slice:", "2 starts");
        refused(ShapeException.class, () -> f23.pad(new long[][] {{-1, 0}, {0, 0}}, 0), "pad:", "-1");
        refused(ShapeException.class, () -> f23.pad(new long[][] {{1, 0}}, 0), "pad:", "2 pairs");
        refused(ShapeException.class, () -> f23.sliceUpdate(f45, 0, 0), "sliceUpdate:", "[4, 5]");
        refused(ShapeException.class, () -> i3.scatterAdd(i3, Tensor.of(new int[2]), 0), "scatterAdd:", "[2]");
        refused(ShapeException.class, () -> empty.max(0), "max:", "no elements");
        refused(ShapeException.class, () -> empty.argmin(0), "argmin:", "no elements");
        refused(ShapeException.class, () -> empty.take(i3, 0), "take:", "no elements");
        refused(ShapeException.class, () -> i3.tril(0), "tril:", "two axes", "[3]");
        refused(ShapeException.class, () -> Tensor.scalar(1f).layerNorm(1e-5), "layerNorm:", "one axis");
    }

    @Test
    void axesOutOfRange() {
        refused(ShapeException.class, () -> f23.sum(2), "sum:", "axis 2", "[2, 3]", "-2 to 1");
        refused(ShapeException.class, () -> f23.softmax(-3), "softmax:", "axis -3");
        refused(ShapeException.class, () -> f23.sum(0, -2), "sum:", "twice");
        refused(ShapeException.class, () -> f23.permute(0), "permute:", "all 2 axes");
        refused(ShapeException.class, () -> f23.permute(0, 0), "permute:", "twice");
        refused(ShapeException.class, () -> f23.expandDims(3), "expandDims:", "-3 to 2");
        refused(ShapeException.class, () -> f23.swapAxes(0, 5), "swapAxes:", "5");
        refused(ShapeException.class, () -> Tensor.scalar(1f).cumsum(0), "cumsum:", "no axes");
        refused(ShapeException.class, () -> f23.unbind(7), "unbind:", "7");
        refused(ShapeException.class, () -> Tensor.stack(4, f23), "stack:", "4");
        refused(ShapeException.class, () -> Tensor.stack(0, f23, f23.transpose()), "stack: tensors[1] has shape [3, 2], expected [2, 3]");
        refused(ShapeException.class, () -> Tensor.concatenate(2, f23), "concatenate:", "2");
        refused(ShapeException.class, () -> f23.take(i3, 2), "take:", "2");
    }

    @Test
    void dtypesThatDoNotFit() {
        refused(DTypeException.class, () -> f23.add(i3), "add:", "float32", "int32", "cast");
        refused(DTypeException.class, () -> i3.div(i3), "div:", "int32", "floorDiv");
        refused(DTypeException.class, () -> i3.mul(2.5), "mul:", "2.5", "int32", "cast");
        refused(DTypeException.class, () -> i3.add(1L << 31), "add:", "2147483648", "int32");
        refused(DTypeException.class, () -> i3.add(Double.NaN), "add:", "NaN");
        refused(DTypeException.class, () -> f23.add(1e300), "add:", "1.0E300", "float32");
        refused(DTypeException.class, () -> b3.eq(2), "eq:", "0 or 1");
        refused(DTypeException.class, () -> b3.add(b3), "add:", "bool");
        refused(DTypeException.class, () -> i3.exp(), "exp:", "int32", "cast");
        refused(DTypeException.class, () -> i3.softmax(0), "softmax:", "int32");
        refused(DTypeException.class, () -> i3.mean(), "mean:", "int32");
        refused(DTypeException.class, () -> f23.any(), "any:", "float32", "ne(0)");
        refused(DTypeException.class, () -> f23.logicalAnd(f23), "logicalAnd:", "bool");
        refused(DTypeException.class, () -> f23.take(f23, 0), "take:", "float32");
        refused(DTypeException.class, () -> Tensor.where(f23, f23, f23), "where:", "float32");
        refused(DTypeException.class, () -> Tensor.concatenate(0, i3, b3), "concatenate:", "bool");
        refused(DTypeException.class, () -> Tensor.full(0.5, DType.INT64, 2), "full:", "0.5");
        refused(DTypeException.class, () -> Tensor.arange(0, 1, 0.25, DType.INT32), "arange:", "0.25");
        refused(DTypeException.class, () -> f23.pad(new long[2][2], "x".isEmpty() ? 1 : 1e200), "pad:", "1.0E200");
    }

    @Test
    void nullsBeforeThereIsATensor() {
        assertTrue(assertThrows(ArgumentException.class, () -> Tensor.of(new float[2], (long[]) null)).getMessage()
                .contains("sizes is null"));
        assertTrue(assertThrows(ArgumentException.class, () -> CompileOptions.builder().name(null).build()).getMessage()
                .contains("name is null"));
        assertTrue(assertThrows(ArgumentException.class, () -> CompileOptions.builder().backend(null).build()).getMessage()
                .contains("backend is null"));
    }

    @Test
    void nullsAndStrangers() {
        refused(ArgumentException.class, () -> f23.add((Tensor) null), "add:", "other is null");
        refused(ArgumentException.class, () -> f23.add((Number) null), "add:", "other is null");
        refused(ArgumentException.class, () -> f23.cast(null), "cast:", "dtype is null");
        refused(ArgumentException.class, () -> f23.reshape((Shape) null), "reshape:", "shape is null");
        refused(ArgumentException.class, () -> f23.slice(0, null, Dim.of(1)), "slice:", "start is null");
        refused(ArgumentException.class, () -> f23.pad((long[][]) null, 0), "pad:", "paddings is null");
        refused(ArgumentException.class, () -> f23.pad(new long[][] {{1}, {2}}, 0), "pad:", "paddings[0]", "2");
        refused(ArgumentException.class, () -> Tensor.where(null, f23, f23), "where:", "condition is null");
        refused(ArgumentException.class, () -> Tensor.of((float[]) null), "Tensor.of: values is null");
        refused(ArgumentException.class, () -> Tensor.of((DType) null, ByteBuffer.allocate(8), 2), "Tensor.of: dtype is null");
        refused(ArgumentException.class, () -> f23.copyTo(null), "copyTo: target is null");
        refused(ArgumentException.class, () -> Tensor.stack(0, f23, null), "stack:", "tensors[1] is null");
        refused(ArgumentException.class, () -> Tensor.concatenate(0, (Tensor[]) null), "concatenate:", "tensors is null");
        refused(ArgumentException.class, () -> Rebind.onExecute(v -> { }, f23, null), "onExecute:", "null");
        refused(ArgumentException.class, () -> Tensor.stack(0, List.of()), "stack:", "at least one");
        refused(ArgumentException.class, () -> Tensor.full(null, DType.INT32, 2), "full:", "value is null");
        refused(ArgumentException.class, () -> Tensor.arange(0, 1, 0, DType.INT32), "arange:", "step");
        refused(ArgumentException.class, () -> Tensor.arange(Dim.of(-1), DType.INT32), "arange:", "-1");
        refused(ArgumentException.class, () -> Tensor.hannWindow(-1, true), "hannWindow:", "-1");
        refused(ArgumentException.class, () -> f23.split(0, 1), "split:", "parts is 0");
    }

    @Test
    void arraysThatDoNotFit() {
        refused(ShapeException.class, () -> Tensor.of(new float[5], 2, 3), "[2, 3]", "6", "5");
        refused(ArgumentException.class, () -> Tensor.of(DType.INT32, ByteBuffer.allocate(7), 2), "8 bytes", "7");
        refused(ShapeException.class, () -> Tensor.ofNested(new float[][] {{1, 2}, {3}}), "ragged", "[1]", "length 1");
        refused(ShapeException.class, () -> Tensor.ofNested(new int[][][] {{{1}}, {null}}), "ragged", "[1][0] is null");
        refused(ArgumentException.class, () -> Tensor.ofNested("x"), "java.lang.String");
        refused(ArgumentException.class, () -> Tensor.ofNested(null), "null");
    }

    @Test
    void moreElementsThanOneTensorHolds() {
        Tensor row = Tensor.of(new float[1 << 16], 1 << 16, 1);
        refused(ShapeException.class, () -> row.broadcastTo(1 << 16, 1 << 16), "broadcastTo:", "2^31", "split");
        refused(ShapeException.class, () -> row.add(row.transpose()), "add:", "[65536, 65536]", "2^31");
        refused(ShapeException.class, () -> row.matmul(row.transpose()), "matmul:", "2^31");
        refused(ShapeException.class, () -> Tensor.full(0, DType.FLOAT32, 1L << 31), "full:", "2^31");
        refused(ShapeException.class, () -> Tensor.zeros(DType.FLOAT32, 1L << 40, 1L << 40), "full:", "2^31");
        refused(ShapeException.class, () -> Tensor.arange(0, 1e12, 1, DType.FLOAT64), "arange:", "2^31");
        assertEquals(Shape.of(0, 1L << 20, 1L << 20), Tensor.zeros(DType.FLOAT32, 0, 1L << 20, 1L << 20).shape());
    }
}
