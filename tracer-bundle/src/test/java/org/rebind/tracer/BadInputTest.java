package org.rebind.tracer;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.rebind.CompileOptions;
import org.rebind.DType;
import org.rebind.Rebind;
import org.rebind.RebindException;
import org.rebind.Shape;
import org.rebind.Tensor;

/**
 * Bad input gets an exception of Rebind's that names the operation, the operands, their shapes or dtypes, and the line
 * of user code: eagerly, and the same inside a compiled function.
 */
class BadInputTest {
    private static final Tensor M23 = Tensor.of(new float[6], 2, 3);
    private static final Tensor V4 = Tensor.of(new float[4]);
    private static final Tensor INTS = Tensor.of(new int[] {1, 2, 3});
    private static final Tensor BOOLS = Tensor.of(new boolean[] {true, false, true});

    /** What is wrong, and the words its message must hold. */
    private record Bad(String name, Body body, List<String> words) {
    }

    /** A use of tensors; x is M23, and traced when compiled. */
    @FunctionalInterface
    private interface Body extends java.io.Serializable {
        Tensor run(Tensor x);
    }

    private final List<Bad> cases = new ArrayList<>();

    private void bad(String name, Body body, String... words) {
        cases.add(new Bad(name, body, List.of(words)));
    }

    private void shapes() {
        bad("mismatched shapes", x -> x.add(V4), "add", "[2, 3]", "[4]");
        bad("mismatched shapes of a comparison", x -> x.lt(V4), "[2, 3]", "[4]");
        bad("where of mismatched shapes", x -> Tensor.where(BOOLS, x, V4), "where", "[4]");
        bad("matmul", x -> x.matmul(x), "matmul", "[2, 3]");
        bad("matmul of a scalar", x -> x.matmul(Tensor.scalar(1f)), "matmul", "[2, 3]", "[]");
        bad("reshape of the wrong size", x -> x.reshape(4, 2), "reshape", "[2, 3]", "[4, 2]");
        bad("reshape to a size that does not divide", x -> x.reshape(4, -1), "reshape", "[2, 3]", "-1");
        bad("reshape with two unknown sizes", x -> x.reshape(-1, -1), "reshape", "-1");
        bad("broadcastTo", x -> x.broadcastTo(5, 3), "broadcast", "[2, 3]", "[5, 3]");
        bad("concatenate of other sizes", x -> Tensor.concatenate(0, x, V4), "concatenate", "[2, 3]", "[4]");
        bad("concatenate of nothing", x -> Tensor.concatenate(0, List.of()), "concatenate");
        bad("stack of other shapes", x -> Tensor.stack(0, x, V4), "stack", "[2, 3]", "[4]");
        bad("permute of too few axes", x -> x.permute(0), "permute", "[2, 3]");
        bad("permute of an axis twice", x -> x.permute(0, 0), "permute", "twice");
        bad("squeeze of an axis of size 2", x -> x.squeeze(0), "squeeze", "[2, 3]");
        bad("slice beyond the end", x -> x.slice(1, 0, 4), "slice", "[2, 3]", "4");
        bad("slice with stride 0", x -> x.slice(new long[2], new long[] {1, 1}, new long[] {0, 1}), "slice", "stride");
        bad("sliceUpdate beyond the end", x -> x.sliceUpdate(x, 1, 1), "[2, 3]");
        bad("pad by a negative number", x -> x.pad(new long[][] {{-1, 0}, {0, 0}}, 0), "pad", "-1");
        bad("pad with too few pairs", x -> x.pad(new long[][] {{1, 0}}, 0), "pad", "[2, 3]");
        bad("split into unequal parts", x -> x.split(2, 1).get(0), "split", "[2, 3]");
        bad("item of several elements", x -> Tensor.full((Number) M23.item(), DType.FLOAT32), "item", "[2, 3]");
    }

    private void axes() {
        bad("axis too large", x -> x.sum(2), "sum", "2", "[2, 3]");
        bad("negative axis out of range", x -> x.sum(-3), "sum", "-3", "[2, 3]");
        bad("axis twice", x -> x.sum(0, -2), "sum", "twice");
        bad("axis of argmax", x -> x.argmax(5), "argmax", "5", "[2, 3]");
        bad("axis of softmax", x -> x.softmax(-4), "softmax", "-4", "[2, 3]");
        bad("axis of cumsum", x -> x.cumsum(2), "cumsum", "2", "[2, 3]");
        bad("axis of take", x -> x.take(INTS, 2), "take", "2", "[2, 3]");
        bad("axis of flip", x -> x.flip(7), "flip", "7", "[2, 3]");
        bad("axis of expandDims", x -> x.expandDims(4), "expandDims", "4", "[2, 3]");
        bad("axis of size", x -> x.mul(x.size(2)), "2", "[2, 3]");
    }

    private void dtypes() {
        bad("float and int tensors", x -> x.add(INTS), "add", "float32", "int32");
        bad("bool arithmetic", x -> BOOLS.add(BOOLS), "add", "bool");
        bad("sqrt of integers", x -> INTS.sqrt(), "sqrt", "int32");
        bad("division of integers", x -> INTS.div(INTS), "div", "int32");
        bad("mean of integers", x -> INTS.mean(), "mean", "int32");
        bad("logicalAnd of floats", x -> x.logicalAnd(x), "float32");
        bad("a fraction into an int tensor", x -> INTS.mul(2.5), "2.5", "int32");
        bad("a number too large for the dtype", x -> INTS.add(1L << 40), "1099511627776", "int32");
        bad("indices of floats", x -> x.take(x, 0), "take", "float32");
        bad("condition of floats", x -> Tensor.where(x, x, x), "where", "float32");
        bad("values of another dtype", x -> Tensor.of(M23.toIntArray()), "float32", "int32");
        bad("full of a value that does not fit", x -> Tensor.full(0.5, DType.INT32, 2), "0.5", "int32");
    }

    private void creation() {
        bad("ragged arrays", x -> Tensor.ofNested(new float[][] {{1, 2}, {3}}), "ragged", "[1]", "length 1");
        bad("nested arrays with null", x -> Tensor.ofNested(new int[][] {{1}, null}), "null", "[1]");
        bad("nested strings", x -> Tensor.ofNested(new String[] {"a"}), "String");
        bad("null instead of arrays", x -> Tensor.ofNested(null), "null");
        bad("an array of another size", x -> Tensor.of(new float[5], 2, 3), "5", "[2, 3]");
        bad("null array", x -> Tensor.of((float[]) null, 2), "null");
        bad("a negative size", x -> Tensor.zeros(DType.FLOAT32, 2, -1), "-1");
        bad("too few bytes", x -> Tensor.of(DType.FLOAT32, ByteBuffer.allocate(7), 2), "7", "8");
        bad("2^31 elements", x -> Tensor.zeros(DType.BOOL, 1L << 16, 1L << 15), "2^31");
        bad("2^31 elements by broadcasting", x -> x.broadcastTo(1L << 30, 2, 3), "2^31");
        bad("arange without step", x -> Tensor.arange(0, 1, 0, DType.INT32), "arange", "step");
        bad("null operand", x -> x.add((Tensor) null), "add", "null");
        bad("null number", x -> x.add((Number) null), "add", "null");
        bad("null shape", x -> x.reshape((Shape) null), "reshape", "null");
        bad("null dtype", x -> x.cast(null), "cast", "null");
    }

    @TestFactory
    Stream<DynamicTest> eachSaysWhatIsWrong() {
        shapes();
        axes();
        dtypes();
        creation();
        return cases.stream().map(c -> DynamicTest.dynamicTest(c.name, () -> assertAll(
                () -> check(c, assertThrows(RebindException.class, () -> c.body.run(M23), "eager"), "eager"),
                () -> check(c, compiled(c), "compiled"))));
    }

    private static RebindException compiled(Bad c) {
        Body body = c.body;
        var f = Rebind.compiler().compile((Tensor x) -> body.run(x), CompileOptions.builder().backend("interpreter").build());
        return assertThrows(RebindException.class, () -> f.apply(M23), "compiled");
    }

    private static void check(Bad c, RebindException e, String how) {
        String message = String.valueOf(e.getMessage());
        for (String word : c.words) {
            assertTrue(message.contains(word), how + ": '" + word + "' is not in: " + message);
        }
        assertTrue(message.contains("BadInputTest.java:"), how + ": no line of user code in: " + message);
    }
}
