package org.rebind.pytree;

import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.List;
import org.rebind.Tensor;

/** Arrays of objects, by their exact array class. */
final class ArrayNode extends NodeKind {
    @Override
    TreeDef flatten(Object value, Pytrees.Path path, List<Tensor> leaves) {
        Object[] array = (Object[]) value;
        return inner(array.getClass(), indices(array.length), null, value, Arrays.asList(array), path, leaves);
    }

    @Override
    int match(TreeDef.Inner def, Object value, Tensor[] into, int at) {
        Object[] array = (Object[]) value;
        if (def.type() != array.getClass() || array.length != def.children().size()) {
            return -1;
        }
        int next = at;
        for (int i = 0; i < array.length && next >= 0; i++) {
            next = Pytrees.match(def.children().get(i), array[i], into, next);
        }
        return next;
    }

    @Override
    Object build(TreeDef.Inner def, Object[] children) {
        Object array = Array.newInstance(def.type().getComponentType(), children.length);
        System.arraycopy(children, 0, array, 0, children.length);
        return array;
    }
}
