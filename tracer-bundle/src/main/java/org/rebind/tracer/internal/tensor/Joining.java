package org.rebind.tracer.internal.tensor;

import java.util.List;
import java.util.stream.IntStream;
import org.rebind.DType;
import org.rebind.Shape;
import org.rebind.Tensor;
import org.rebind.graph.Concatenate;

/** Operations on several tensors that are no method of one of them. */
public final class Joining {
    private Joining() {
    }

    /** Elementwise choice: a where the condition is true, else b. */
    public static AbstractTensor where(Tensor condition, Tensor a, Tensor b) {
        return Elementwise.where(Arguments.tensor("where", "condition", condition), Arguments.tensor("where", "a", a),
                Arguments.tensor("where", "b", b));
    }

    public static AbstractTensor concatenate(int axis, List<Tensor> tensors) {
        AbstractTensor[] inputs = operands("concatenate", tensors);
        if (inputs[0].rank() == 0) {
            throw Errors.shape("concatenate: 0-d tensors have no axis to be joined along; use stack");
        }
        int a = Arguments.axis("concatenate", axis, inputs[0]);
        return Operations.apply("concatenate", new Concatenate(a), inputs);
    }

    public static AbstractTensor stack(int axis, List<Tensor> tensors) {
        AbstractTensor[] inputs = operands("stack", tensors);
        Shape first = inputs[0].shape();
        int a = Arguments.axis("stack", axis, first.rank() + 1, first);
        for (int i = 0; i < inputs.length; i++) {
            if (inputs[i].rank() != first.rank() || differ(inputs[i].shape(), first)) {
                throw Errors.shape("stack: tensors[" + i + "] has shape " + inputs[i].shape() + ", expected "
                        + first + " like the first");
            }
            inputs[i] = Movement.expandDims("stack", inputs[i], a);
        }
        return Operations.apply("stack", new Concatenate(a), inputs);
    }

    /** Whether numbers among the sizes differ, whatever symbols are. */
    private static boolean differ(Shape a, Shape b) {
        return IntStream.range(0, a.rank()).anyMatch(i -> a.dim(i).isFixed() && b.dim(i).isFixed() && a.dim(i).value() != b.dim(i).value());
    }

    /** The tensors, promoted to one dtype. */
    private static AbstractTensor[] operands(String name, List<Tensor> tensors) {
        Arguments.notNull(name, "tensors", tensors);
        if (tensors.isEmpty()) {
            throw Errors.argument(name + ": expected at least one tensor, got none");
        }
        AbstractTensor[] inputs = new AbstractTensor[tensors.size()];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = Arguments.tensor(name, "tensors[" + i + "]", tensors.get(i));
        }
        DType common = inputs[0].dtype();
        for (AbstractTensor x : inputs) {
            common = Elementwise.promote(name, common, x.dtype());
        }
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = Elementwise.cast(name, inputs[i], common);
        }
        return inputs;
    }
}
