package org.rebind.pytree;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.rebind.ArgumentException;
import org.rebind.Tensor;

/** A class its author has registered. */
final class RegisteredNode extends NodeKind {
    private final Class<?> type;
    private final Function<Object, Pytrees.Parts> flatten;
    private final BiFunction<Object, List<Object>, ?> unflatten;

    RegisteredNode(Class<?> type, Function<Object, Pytrees.Parts> flatten,
            BiFunction<Object, List<Object>, ?> unflatten) {
        this.type = type;
        this.flatten = flatten;
        this.unflatten = unflatten;
    }

    @Override
    TreeDef flatten(Object value, Pytrees.Path path, List<Tensor> leaves) {
        Pytrees.Parts parts = flatten.apply(value);
        Object auxiliary = parts.auxiliary();
        if (auxiliary != null && !StaticNode.hasValueEquality(auxiliary.getClass())) {
            throw new ArgumentException(path + ": the auxiliary value of registered class " + type.getTypeName() + ", a "
                    + auxiliary.getClass().getTypeName() + ", has no value equality; make it a record");
        }
        return inner(type, parts.keys(), auxiliary, value, parts.children(), path, leaves);
    }

    @Override
    int match(TreeDef.Inner def, Object value, Tensor[] into, int at) {
        if (def.type() != type) {
            return -1;
        }
        Pytrees.Parts parts = flatten.apply(value);
        if (!parts.keys().equals(def.keys()) || !Objects.equals(parts.auxiliary(), def.auxiliary())) {
            return -1;
        }
        int next = at;
        for (int i = 0; i < parts.children().size() && next >= 0; i++) {
            next = Pytrees.match(def.children().get(i), parts.children().get(i), into, next);
        }
        return next;
    }

    @Override
    Object build(TreeDef.Inner def, Object[] children) {
        return unflatten.apply(def.auxiliary(), Arrays.asList(children));
    }
}
