package org.rebind.pytree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;
import org.rebind.Tensor;

/** Lists of any class; rebuilt as an ArrayList. */
final class ListNode extends NodeKind {
    @Override
    TreeDef flatten(Object value, Pytrees.Path path, List<Tensor> leaves) {
        List<?> list = (List<?>) value;
        return inner(List.class, indices(list.size()), null, value, list, path, leaves);
    }

    @Override
    int match(TreeDef.Inner def, Object value, Tensor[] into, int at) {
        List<?> list = (List<?>) value;
        if (def.type() != List.class || list.size() != def.children().size()) {
            return -1;
        }
        int next = at;
        if (list instanceof RandomAccess) {
            for (int i = 0; i < list.size() && next >= 0; i++) {
                next = Pytrees.match(def.children().get(i), list.get(i), into, next);
            }
            return next;
        }
        int i = 0;
        for (Object child : list) {
            next = next < 0 ? next : Pytrees.match(def.children().get(i++), child, into, next);
        }
        return next;
    }

    @Override
    Object build(TreeDef.Inner def, Object[] children) {
        return new ArrayList<>(Arrays.asList(children));
    }
}
