package org.rebind.graph;

import java.util.List;
import org.rebind.TensorType;

/**
 * A primitive tensor operation. Sealed: a new op does not compile until the interpreter, the code generator and the
 * binary form know it. An op states its type rule here, once; the interpreter defines its meaning, once.
 *
 * <p>Ops are strict: operands of elementwise ops have equal shapes and dtypes, broadcasting and promotion are separate
 * {@link BroadcastTo} and {@link Cast} nodes that the tracer inserts. Axes are counted from the start.
 */
public sealed interface Op permits Full, Iota, Unary, Binary, Where, Cast, Reshape, Permute, Flip, BroadcastTo, Slice,
        Pad, Concatenate, Take, ScatterAdd, Reduce, ArgReduce, CumSum, Matmul {

    /** The name in printed graphs, for instance {@code add}. */
    String opName();

    /**
     * The type of the result.
     *
     * @throws org.rebind.RebindException if the inputs do not fit, saying what was expected and what came
     */
    TensorType type(List<TensorType> inputs, DimFacts facts);

    /** The attributes as printed, for instance {@code axes=[0, 1]}; empty if there are none. */
    default String attributes() {
        return "";
    }

    /** Calls the visitor's method for this op's class. */
    <R> R accept(Visitor<R> visitor);

    /** One case an op class, without a default: a new op breaks the build of whoever has to know it. */
    interface Visitor<R> {
        R full(Full op);

        R iota(Iota op);

        R unary(Unary op);

        R binary(Binary op);

        R where(Where op);

        R cast(Cast op);

        R reshape(Reshape op);

        R permute(Permute op);

        R flip(Flip op);

        R broadcastTo(BroadcastTo op);

        R slice(Slice op);

        R pad(Pad op);

        R concatenate(Concatenate op);

        R take(Take op);

        R scatterAdd(ScatterAdd op);

        R reduce(Reduce op);

        R argReduce(ArgReduce op);

        R cumSum(CumSum op);

        R matmul(Matmul op);
    }
}
