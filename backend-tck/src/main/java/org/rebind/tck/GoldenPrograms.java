package org.rebind.tck;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.rebind.DType;
import org.rebind.FunctionN;
import org.rebind.Tensor;

/** How golden operations are written with tensors. */
public final class GoldenPrograms {
    private GoldenPrograms() {
    }

    /** The function a case describes, from its inputs to its outputs. */
    public static FunctionN<List<Tensor>> of(GoldenCase golden) {
        String op = golden.op();
        Map<String, Object> attributes = golden.attributes();
        return args -> apply(op, attributes, args);
    }

    private static List<Tensor> apply(String op, Map<String, Object> a, Object[] args) {
        if (args.length == 0) {
            return List.of(create(op, a));
        }
        Tensor x = (Tensor) args[0];
        if (op.equals("split")) {
            return x.split(integer(a, "num_splits"), integer(a, "axis"));
        }
        if (op.equals("unbind")) {
            return x.unbind(integer(a, "axis"));
        }
        Tensor result = unary(op, a, x);
        result = result != null ? result : reduction(op, a, x);
        result = result != null ? result : movement(op, a, x);
        result = result != null ? result : several(op, a, args);
        if (result == null) {
            throw new IllegalStateException("the kit does not know the golden operation '" + op + "'");
        }
        return List.of(result);
    }

    private static Tensor create(String op, Map<String, Object> a) {
        return switch (op) {
            case "arange" -> Tensor.arange((Number) a.get("start"), (Number) a.get("stop"), (Number) a.get("step"),
                    dtype(a));
            case "full" -> Tensor.full((Number) a.get("value"), dtype(a), longs(a, "shape"));
            case "hann_window" -> Tensor.hannWindow(integer(a, "length"), (Boolean) a.get("periodic"));
            default -> throw new IllegalStateException("the kit does not know the golden operation '" + op + "'");
        };
    }

    private static Tensor unary(String op, Map<String, Object> a, Tensor x) {
        return switch (op) {
            case "negative" -> x.neg();
            case "abs" -> x.abs();
            case "exp" -> x.exp();
            case "expm1" -> x.expm1();
            case "log" -> x.log();
            case "log1p" -> x.log1p();
            case "sqrt" -> x.sqrt();
            case "rsqrt" -> x.rsqrt();
            case "sin" -> x.sin();
            case "cos" -> x.cos();
            case "tan" -> x.tan();
            case "tanh" -> x.tanh();
            case "acos" -> x.acos();
            case "asin" -> x.asin();
            case "atan" -> x.atan();
            case "atanh" -> x.atanh();
            case "sinh" -> x.sinh();
            case "cosh" -> x.cosh();
            case "erf" -> x.erf();
            case "floor" -> x.floor();
            case "ceil" -> x.ceil();
            case "round" -> x.round();
            case "trunc" -> x.trunc();
            case "sign" -> x.sign();
            case "square" -> x.square();
            case "isnan" -> x.isNan();
            case "isinf" -> x.isInf();
            case "isfinite" -> x.isFinite();
            case "logical_not" -> x.logicalNot();
            case "relu" -> x.relu();
            case "sigmoid" -> x.sigmoid();
            case "silu" -> x.silu();
            case "gelu" -> "tanh".equals(a.get("approximate")) ? x.geluTanh() : x.gelu();
            case "softmax" -> x.softmax(integer(a, "axis"));
            case "log_softmax" -> x.logSoftmax(integer(a, "axis"));
            case "cast" -> x.cast(dtype(a));
            default -> null;
        };
    }

    private static Tensor reduction(String op, Map<String, Object> a, Tensor x) {
        boolean keep = Boolean.TRUE.equals(a.get("keepdims"));
        return switch (op) {
            case "sum" -> x.sum(keep, axes(a));
            case "prod" -> x.prod(keep, axes(a));
            case "max" -> x.max(keep, axes(a));
            case "min" -> x.min(keep, axes(a));
            case "mean" -> x.mean(keep, axes(a));
            case "var" -> x.var(keep, axes(a));
            case "any" -> x.any(keep, axes(a));
            case "all" -> x.all(keep, axes(a));
            case "argmax" -> a.get("axis") == null ? kept(x, x.argmax(), keep) : x.argmax(integer(a, "axis"), keep);
            case "argmin" -> a.get("axis") == null ? kept(x, x.argmin(), keep) : x.argmin(integer(a, "axis"), keep);
            case "cumsum" -> x.cumsum(integer(a, "axis"));
            default -> null;
        };
    }

    private static Tensor kept(Tensor x, Tensor scalar, boolean keep) {
        long[] ones = new long[keep ? x.rank() : 0];
        Arrays.fill(ones, 1);
        return scalar.reshape(ones);
    }

    private static Tensor movement(String op, Map<String, Object> a, Tensor x) {
        return switch (op) {
            case "reshape" -> x.reshape(longs(a, "shape"));
            case "permute" -> x.permute(ints(a, "axes"));
            case "flip" -> x.flip(axes(a));
            case "expand_dims" -> x.expandDims(integer(a, "axis"));
            case "squeeze" -> x.squeeze(axes(a));
            case "broadcast_to" -> x.broadcastTo(longs(a, "shape"));
            case "moveaxis" -> x.moveAxis(integer(a, "source"), integer(a, "destination"));
            case "swapaxes" -> x.swapAxes(integer(a, "axis1"), integer(a, "axis2"));
            case "slice" -> x.slice(longs(a, "start"), longs(a, "size"), strides(a));
            case "pad" -> x.pad(pairs(a, "paddings"), (Number) a.get("value"));
            case "triu" -> x.triu(integer(a, "k"));
            case "tril" -> x.tril(integer(a, "k"));
            default -> null;
        };
    }

    private static Tensor several(String op, Map<String, Object> a, Object[] args) {
        Tensor x = (Tensor) args[0];
        Tensor y = (Tensor) args[1];
        return switch (op) {
            case "add" -> x.add(y);
            case "subtract" -> x.sub(y);
            case "multiply" -> x.mul(y);
            case "divide" -> x.div(y);
            case "floor_divide" -> x.floorDiv(y);
            case "remainder" -> x.remainder(y);
            case "pow" -> x.pow(y);
            case "atan2" -> x.atan2(y);
            case "maximum" -> x.maximum(y);
            case "minimum" -> x.minimum(y);
            case "equal" -> x.eq(y);
            case "not_equal" -> x.ne(y);
            case "less" -> x.lt(y);
            case "less_equal" -> x.le(y);
            case "greater" -> x.gt(y);
            case "greater_equal" -> x.ge(y);
            case "logical_and" -> x.logicalAnd(y);
            case "logical_or" -> x.logicalOr(y);
            case "logical_xor" -> x.logicalXor(y);
            case "where" -> Tensor.where(x, y, (Tensor) args[2]);
            case "matmul" -> x.matmul(y);
            case "concatenate" -> Tensor.concatenate(integer(a, "axis"), x, y);
            case "stack" -> Tensor.stack(integer(a, "axis"), x, y);
            case "slice_update" -> x.sliceUpdate(y, longs(a, "start"));
            case "take" -> x.take(y, integer(a, "axis"));
            case "scatter_add" -> x.scatterAdd(y, (Tensor) args[2], integer(a, "axis"));
            default -> null;
        };
    }

    private static DType dtype(Map<String, Object> a) {
        return DType.named((String) a.get("dtype"));
    }

    private static int integer(Map<String, Object> a, String name) {
        return ((Number) a.get(name)).intValue();
    }

    private static long[] longs(Map<String, Object> a, String name) {
        return ((List<?>) a.get(name)).stream().mapToLong(v -> ((Number) v).longValue()).toArray();
    }

    private static int[] ints(Map<String, Object> a, String name) {
        return ((List<?>) a.get(name)).stream().mapToInt(v -> ((Number) v).intValue()).toArray();
    }

    private static int[] axes(Map<String, Object> a) {
        Object axis = a.get("axis");
        return axis == null ? new int[0] : axis instanceof Number n ? new int[] {n.intValue()} : ints(a, "axis");
    }

    private static long[] strides(Map<String, Object> a) {
        long[] ones = new long[longs(a, "start").length];
        Arrays.fill(ones, 1);
        return a.containsKey("stride") ? longs(a, "stride") : ones;
    }

    private static long[][] pairs(Map<String, Object> a, String name) {
        return ((List<?>) a.get(name)).stream().map(p -> ((List<?>) p).stream()
                .mapToLong(v -> ((Number) v).longValue()).toArray()).toArray(long[][]::new);
    }
}
