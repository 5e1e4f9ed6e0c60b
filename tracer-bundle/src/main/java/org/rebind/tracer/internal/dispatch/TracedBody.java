package org.rebind.tracer.internal.dispatch;

import java.util.List;
import java.util.function.Function;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.SideEffectException;
import org.rebind.Tensor;
import org.rebind.TensorType;
import org.rebind.pytree.Flat;
import org.rebind.pytree.Pytrees;
import org.rebind.pytree.TreeDef;
import org.rebind.tracer.internal.effects.Finding;
import org.rebind.tracer.internal.trace.Trace;

/**
 * A user function between flat lists of tensors: rebuilds the arguments, calls, takes the result apart. Notices when the
 * function changed an argument; it then has changed only the rebuilt copy. Used for one trace, by one thread.
 */
final class TracedBody implements Function<List<Tensor>, List<Tensor>> {
    private final UserFunction function;
    private final List<TreeDef> arguments;
    private TreeDef results;
    private int changedArgument = -1;

    TracedBody(UserFunction function, List<TreeDef> arguments) {
        this.function = function;
        this.arguments = arguments;
    }

    @Override
    public List<Tensor> apply(List<Tensor> leaves) {
        Object[] args = new Object[arguments.size()];
        int leaf = 0;
        for (int i = 0; i < args.length; i++) {
            int next = leaf + arguments.get(i).leafCount();
            args[i] = Pytrees.unflatten(arguments.get(i), leaves.subList(leaf, next));
            leaf = next;
        }
        Object[] handed = args.clone();
        Object result = function.call(args);
        leaf = 0;
        for (int i = 0; i < args.length; i++) {
            int next = leaf + arguments.get(i).leafCount();
            if (changedArgument < 0 && changed(arguments.get(i), handed[i], leaves.subList(leaf, next))) {
                changedArgument = i;
            }
            leaf = next;
        }
        Flat flat = Pytrees.flatten(result, "result ");
        results = numbered(flat.treeDef());
        return flat.leaves();
    }

    /** A size that leaves the function as such, not as that of a tensor, is its number in this call, which becomes a guard. */
    private static TreeDef numbered(TreeDef def) {
        if (def instanceof TreeDef.Inner inner) {
            return new TreeDef.Inner(inner.type(), inner.keys(), inner.auxiliary(),
                    inner.children().stream().map(TracedBody::numbered).toList());
        } else if (def instanceof TreeDef.Static s) {
            return s.value() instanceof Dim d ? new TreeDef.Static(Trace.current().numbered(d))
                    : s.value() instanceof Shape shape ? new TreeDef.Static(numbered(shape))
                    : s.value() instanceof TensorType type
                            ? new TreeDef.Static(new TensorType(type.dtype(), numbered(type.shape()))) : def;
        }
        return def;
    }

    private static Shape numbered(Shape shape) {
        return shape.isFixed() ? shape : Shape.of(shape.dims().stream().map(Trace.current()::numbered).toList());
    }

    private static boolean changed(TreeDef def, Object value, List<Tensor> leaves) {
        if (def instanceof TreeDef.Leaf) {
            return false;
        }
        Tensor[] now = new Tensor[leaves.size()];
        if (Pytrees.match(def, value, now, 0) < 0) {
            return true;
        }
        for (int i = 0; i < now.length; i++) {
            if (now[i] != leaves.get(i)) {
                return true;
            }
        }
        return false;
    }

    TreeDef results() {
        return results;
    }

    /** Why this trace cannot stand for the function; null if it can. */
    Finding argumentChange(List<String> names) {
        return changedArgument < 0 ? null : new Finding(SideEffectException.Kind.ARGUMENT_MUTATION,
                "it changes " + Signature.argument(changedArgument, names), function.place(),
                "Arguments are values: return the new one instead");
    }
}
