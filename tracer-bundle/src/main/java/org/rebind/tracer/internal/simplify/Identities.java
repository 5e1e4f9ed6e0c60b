package org.rebind.tracer.internal.simplify;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.RebindException;
import org.rebind.TensorType;
import org.rebind.graph.ArgReduce;
import org.rebind.graph.Binary;
import org.rebind.graph.BroadcastTo;
import org.rebind.graph.Cast;
import org.rebind.graph.Concatenate;
import org.rebind.graph.CumSum;
import org.rebind.graph.DimFacts;
import org.rebind.graph.Flip;
import org.rebind.graph.Full;
import org.rebind.graph.Graph;
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

/**
 * Algebraic identities. Only exact ones: signed zeros, infinities and NaN included, {@code x + 0} for instance is not
 * {@code x} when x is -0, but {@code x - 0} is.
 */
final class Identities extends Rewriter implements Op.Visitor<Integer> {
    /** No identity applies. */
    private static final Integer KEEP = null;

    private List<Integer> in; // inputs of the node at hand
    private TensorType type; // its type
    private final DimFacts facts;

    Identities(Graph source) {
        super(source);
        facts = DimFacts.of(source.guards());
    }

    @Override
    int rewrite(Op op, List<Integer> inputs, TensorType resultType) {
        in = inputs;
        type = resultType;
        Integer found = op.accept(this);
        // an operand stands for the result only if its type is literally the same, symbols included
        return found != KEEP && type(found).equals(resultType) ? found : add(op, inputs, resultType);
    }

    /**
     * The node's result by another op. Not if the op's type rule does not see that sizes fit: what two guarded steps do
     * together, one step may need a guard for that does not follow from theirs alone.
     */
    private Integer make(Op op, int... inputs) {
        try {
            op.type(IntStream.of(inputs).mapToObj(this::type).toList(), facts);
        } catch (RebindException unproved) {
            return KEEP;
        }
        return add(op, IntStream.of(inputs).boxed().toList(), type);
    }

    private Integer sameIf(boolean identity) {
        return identity ? in.get(0) : KEEP;
    }

    @Override
    public Integer unary(Unary op) {
        int x = in.get(0);
        if (!(op(x) instanceof Unary inner)) {
            return KEEP;
        }
        int y = input(x, 0);
        return switch (op) {
            case NEGATIVE, LOGICAL_NOT -> inner == op ? (Integer) y : KEEP;
            case ABS -> inner == Unary.ABS ? (Integer) x : inner == Unary.NEGATIVE ? make(op, y) : KEEP;
            case SIGN -> inner == Unary.SIGN ? (Integer) x : KEEP;
            case FLOOR, CEIL, ROUND, TRUNC -> switch (inner) {
                case FLOOR, CEIL, ROUND, TRUNC -> x; // integral already
                default -> KEEP;
            };
            default -> KEEP;
        };
    }

    private static boolean is(Number constant, double value) {
        return constant instanceof Double d ? Double.compare(d, value) == 0 : constant != null
                && constant.longValue() == (long) value && Double.compare(value, -0.0) != 0;
    }

    @Override
    public Integer binary(Binary op) {
        int a = in.get(0);
        int b = in.get(1);
        Number ca = constant(a);
        Number cb = constant(b);
        boolean whole = !type(a).dtype().isFloating();
        double zero = whole ? 0.0 : -0.0; // the neutral element of addition
        return switch (op) {
            case ADD -> is(cb, zero) ? (Integer) a : is(ca, zero) ? (Integer) b : KEEP;
            case SUBTRACT -> is(cb, 0) ? (Integer) a : is(ca, zero) ? make(Unary.NEGATIVE, b) : KEEP;
            case MULTIPLY -> is(cb, 1) ? (Integer) a : is(ca, 1) ? (Integer) b : is(cb, -1) ? make(Unary.NEGATIVE, a)
                    : is(ca, -1) ? make(Unary.NEGATIVE, b) : KEEP;
            case DIVIDE -> is(cb, 1) ? (Integer) a : cb != null ? reciprocal(a, cb.doubleValue()) : KEEP;
            case POW -> is(cb, 1) ? (Integer) a : is(cb, 2) ? make(Binary.MULTIPLY, a, a) : KEEP;
            case FLOOR_DIVIDE -> whole && is(cb, 1) ? (Integer) a : KEEP;
            case MAXIMUM, MINIMUM -> a == b ? (Integer) a : KEEP;
            case LOGICAL_AND -> a == b || is(cb, 1) ? (Integer) a : is(ca, 1) ? (Integer) b
                    : is(cb, 0) ? (Integer) b : is(ca, 0) ? (Integer) a : KEEP;
            case LOGICAL_OR -> a == b || is(cb, 0) ? (Integer) a : is(ca, 0) ? (Integer) b
                    : is(cb, 1) ? (Integer) b : is(ca, 1) ? (Integer) a : KEEP;
            case LOGICAL_XOR -> is(cb, 0) ? (Integer) a : is(ca, 0) ? (Integer) b
                    : is(cb, 1) ? make(Unary.LOGICAL_NOT, a) : is(ca, 1) ? make(Unary.LOGICAL_NOT, b) : KEEP;
            case REMAINDER, ATAN2, EQUAL, LESS, LESS_EQUAL -> KEEP;
        };
    }

    /** Division by a power of two is multiplication by its reciprocal, while that is a normal number of any dtype. */
    private Integer reciprocal(int a, double divisor) {
        int exponent = Math.getExponent(divisor);
        boolean powerOfTwo = Math.abs(divisor) == Math.scalb(1.0, exponent);
        if (!powerOfTwo || Math.abs(exponent) > 13) { // float16's smallest normal number is 2^-14
            return KEEP;
        }
        int factor = add(new Full(type.dtype(), type.shape(), 1 / divisor), List.of(), type);
        return make(Binary.MULTIPLY, a, factor);
    }

    @Override
    public Integer where(Where op) {
        int c = in.get(0);
        if (constant(c) != null) {
            return constant(c).longValue() != 0 ? in.get(1) : in.get(2);
        }
        if (in.get(1).equals(in.get(2))) {
            return in.get(1);
        }
        return op(c) == Unary.LOGICAL_NOT ? make(op, input(c, 0), in.get(2), in.get(1)) : KEEP;
    }

    @Override
    public Integer cast(Cast op) {
        int x = in.get(0);
        if (type(x).dtype() == op.dtype()) {
            return x;
        }
        if (!(op(x) instanceof Cast)) {
            return KEEP;
        }
        int y = input(x, 0);
        DType from = type(y).dtype();
        if (!exact(from, type(x).dtype())) {
            return KEEP;
        }
        return from == op.dtype() ? (Integer) y : make(op, y);
    }

    /** Whether a conversion keeps every value, so that another one after it sees the same numbers. */
    private static boolean exact(DType from, DType to) {
        return switch (from) {
            case BOOL -> true;
            case INT32 -> to == DType.INT64 || to == DType.FLOAT64;
            case FLOAT16, BFLOAT16 -> to == DType.FLOAT32 || to == DType.FLOAT64;
            case FLOAT32 -> to == DType.FLOAT64;
            case INT64, FLOAT64 -> false;
        };
    }

    @Override
    public Integer reshape(Reshape op) {
        int x = in.get(0);
        return type(x).equals(type) ? (Integer) x : op(x) instanceof Reshape ? make(op, input(x, 0)) : KEEP;
    }

    @Override
    public Integer broadcastTo(BroadcastTo op) {
        int x = in.get(0);
        return type(x).equals(type) ? (Integer) x : op(x) instanceof BroadcastTo ? make(op, input(x, 0)) : KEEP;
    }

    @Override
    public Integer permute(Permute op) {
        int x = in.get(0);
        if (IntStream.range(0, op.axes().size()).allMatch(i -> op.axes().get(i) == i)) {
            return x;
        }
        return op(x) instanceof Permute inner
                ? make(new Permute(op.axes().stream().map(inner.axes()::get).toList()), input(x, 0)) : KEEP;
    }

    @Override
    public Integer flip(Flip op) {
        TreeSet<Integer> axes = new TreeSet<>(op.axes());
        int x = in.get(0);
        boolean twice = op(x) instanceof Flip;
        if (op(x) instanceof Flip inner) {
            for (int a : inner.axes()) {
                if (!axes.remove(a)) {
                    axes.add(a);
                }
            }
        }
        boolean fewer = axes.removeIf(a -> type.shape().dim(a).equals(Dim.of(1)));
        if (!twice && !fewer && !axes.isEmpty()) {
            return KEEP;
        }
        int source = twice ? input(x, 0) : x;
        return axes.isEmpty() ? (Integer) source : make(new Flip(List.copyOf(axes)), source);
    }

    @Override
    public Integer slice(Slice op) {
        int x = in.get(0);
        boolean all = type(x).equals(type) && op.start().stream().allMatch(Dim.of(0)::equals)
                && op.stride().stream().allMatch(s -> s == 1);
        if (all || !(op(x) instanceof Slice inner)) {
            return sameIf(all);
        }
        List<Dim> start = new ArrayList<>();
        List<Long> stride = new ArrayList<>();
        for (int i = 0; i < op.start().size(); i++) {
            start.add(inner.start().get(i).plus(op.start().get(i).times(inner.stride().get(i))));
            stride.add(inner.stride().get(i) * op.stride().get(i));
        }
        // without elements the joined start may lie outside the first operand, which the type rule refuses
        boolean some = op.size().stream().allMatch(d -> d.lowerBound().orElse(0) > 0);
        return some ? make(new Slice(start, op.size(), stride), input(x, 0)) : KEEP;
    }

    @Override
    public Integer pad(Pad op) {
        return sameIf(op.low().stream().allMatch(Dim.of(0)::equals) && op.high().stream().allMatch(Dim.of(0)::equals));
    }

    @Override
    public Integer concatenate(Concatenate op) {
        if (in.size() == 1) {
            return in.get(0);
        }
        List<Integer> some = in.stream().filter(i -> !type(i).shape().dim(op.axis()).equals(Dim.of(0))).toList();
        return some.isEmpty() || some.size() == in.size() ? KEEP
                : some.size() == 1 ? some.get(0) : (Integer) add(op, some, type);
    }

    /** Of single elements, or over no axes; a sum starts from +0, which a -0 does not survive. */
    @Override
    public Integer reduce(Reduce op) {
        int x = in.get(0);
        boolean single = op.axes().stream().allMatch(a -> type(x).shape().dim(a).equals(Dim.of(1)));
        if (!single || op.kind() == Reduce.Kind.SUM && type.dtype().isFloating()) {
            return KEEP;
        }
        return op.axes().isEmpty() ? (Integer) x : make(new Reshape(type.shape()), x);
    }

    @Override
    public Integer full(Full op) {
        return KEEP;
    }

    @Override
    public Integer iota(Iota op) {
        return KEEP;
    }

    @Override
    public Integer take(Take op) {
        return KEEP;
    }

    @Override
    public Integer scatterAdd(ScatterAdd op) {
        return KEEP;
    }

    @Override
    public Integer argReduce(ArgReduce op) {
        return KEEP;
    }

    @Override
    public Integer cumSum(CumSum op) {
        return KEEP;
    }

    @Override
    public Integer matmul(Matmul op) {
        return KEEP;
    }
}
