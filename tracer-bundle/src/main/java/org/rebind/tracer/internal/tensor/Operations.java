package org.rebind.tracer.internal.tensor;

import java.util.Arrays;
import java.util.List;
import org.rebind.ArgumentException;
import org.rebind.DType;
import org.rebind.DTypeException;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.ShapeException;
import org.rebind.Tensor;
import org.rebind.TensorType;
import org.rebind.graph.DimFacts;
import org.rebind.graph.Guard;
import org.rebind.graph.Op;
import org.rebind.tracer.internal.eager.Eager;
import org.rebind.tracer.internal.trace.Trace;

/**
 * Where primitive ops go: into the trace of this thread if there is one, else to eager execution. Types are checked here
 * for both, by the op's own rule.
 */
public final class Operations {
    /** Facts where all sizes are fixed: everything is decidable. */
    private static final DimFacts FIXED = (left, relation, right) ->
            Boolean.TRUE.equals(Guard.decide(left, relation, right));

    private Operations() {
    }

    /** One primitive op. @param name what the user called, for errors */
    public static AbstractTensor apply(String name, Op op, AbstractTensor... inputs) {
        Trace trace = Trace.current();
        if (trace != null) {
            return trace.add(name, op, List.of(inputs));
        }
        ConcreteTensor[] concrete = concrete(name, inputs);
        TensorType type = type(name, op, types(inputs), FIXED);
        return Eager.current().apply(op, concrete, type);
    }

    /** An elementwise op whose operands are first converted to these dtypes and broadcast to this shape. */
    static AbstractTensor elementwise(String name, Op op, List<DType> dtypes, Shape shape,
            List<AbstractTensor> operands) {
        boolean direct = true;
        for (int i = 0; i < operands.size(); i++) {
            AbstractTensor x = operands.get(i);
            direct &= x.dtype() == dtypes.get(i) && x.shape().equals(shape);
        }
        AbstractTensor[] inputs = operands.toArray(AbstractTensor[]::new);
        if (direct) {
            return apply(name, op, inputs);
        }
        if (Trace.current() == null) {
            ConcreteTensor[] concrete = concrete(name, inputs);
            checkSize(name, shape);
            List<TensorType> types = dtypes.stream().map(d -> new TensorType(d, shape)).toList();
            return Eager.current().elementwise(op, concrete, types, type(name, op, types, FIXED));
        }
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = Elementwise.broadcastTo(name, Elementwise.cast(name, inputs[i], dtypes.get(i)), shape);
        }
        return apply(name, op, inputs);
    }

    private static ConcreteTensor[] concrete(String name, AbstractTensor[] inputs) {
        ConcreteTensor[] concrete = new ConcreteTensor[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            if (!(inputs[i] instanceof ConcreteTensor c)) {
                throw Errors.general(TracedTensor.leaked(name));
            }
            concrete[i] = c;
        }
        return concrete;
    }

    private static List<TensorType> types(AbstractTensor[] inputs) {
        return Arrays.stream(inputs).map(AbstractTensor::type).toList();
    }

    /** The result's type by the op's rule; its errors get the user's name of the operation and line. */
    public static TensorType type(String name, Op op, List<TensorType> inputs, DimFacts facts) {
        TensorType type;
        try {
            type = op.type(inputs, facts);
        } catch (ShapeException | DTypeException | ArgumentException e) {
            throw Errors.located(name, op.opName(), e);
        }
        checkSize(name, type.shape());
        return type;
    }

    private static void checkSize(String name, Shape shape) {
        if (!shape.isFixed()) {
            return;
        }
        try {
            shape.elementCount();
        } catch (ShapeException e) {
            throw Errors.located(name, name, e);
        }
    }

    /** Facts about dims: of the current trace, where questions become guards, or of fixed numbers. */
    static DimFacts facts(String name) {
        Trace trace = Trace.current();
        return trace == null ? FIXED : trace.facts(name);
    }

    /** The number a dim has in this call. Not a guard: what is decided by it has to be made one through {@link #facts}. */
    static long numberNow(String name, Dim d) {
        if (d.isFixed()) {
            return d.value();
        }
        Trace trace = Trace.current();
        if (trace == null) {
            throw Errors.shape(name + ": dim " + d + " is symbolic, which means something only inside the compiled"
                    + " function it comes from");
        }
        return trace.numberNow(name, d);
    }

    /** A tensor from outside as one of ours. @throws org.rebind.ArgumentException if it is null or a stranger's */
    public static AbstractTensor own(String name, Tensor tensor) {
        return Arguments.tensor(name, "tensor", tensor);
    }
}
