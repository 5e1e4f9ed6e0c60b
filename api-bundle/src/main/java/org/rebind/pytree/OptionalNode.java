package org.rebind.pytree;

import java.util.List;
import java.util.Optional;
import org.rebind.Tensor;

/** Optionals, with one child or none. */
final class OptionalNode extends NodeKind {
    private static final List<String> KEYS = List.of(".get()");

    @Override
    TreeDef flatten(Object value, Pytrees.Path path, List<Tensor> leaves) {
        List<?> children = ((Optional<?>) value).map(List::of).orElse(List.of());
        return inner(Optional.class, children.isEmpty() ? List.of() : KEYS, null, value, children, path, leaves);
    }

    @Override
    int match(TreeDef.Inner def, Object value, Tensor[] into, int at) {
        Optional<?> optional = (Optional<?>) value;
        if (def.type() != Optional.class || optional.isPresent() == def.children().isEmpty()) {
            return -1;
        }
        return optional.isEmpty() ? at : Pytrees.match(def.children().get(0), optional.get(), into, at);
    }

    @Override
    Object build(TreeDef.Inner def, Object[] children) {
        return children.length == 0 ? Optional.empty() : Optional.of(children[0]);
    }
}
