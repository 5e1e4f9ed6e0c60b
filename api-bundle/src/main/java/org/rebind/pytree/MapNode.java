package org.rebind.pytree;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.rebind.ArgumentException;
import org.rebind.Tensor;

/** Maps in the order of their sorted keys; rebuilt as a LinkedHashMap in that order. The keys are the auxiliary value. */
final class MapNode extends NodeKind {
    private static final Object ABSENT = new Object();

    @Override
    TreeDef flatten(Object value, Pytrees.Path path, List<Tensor> leaves) {
        Map<?, ?> map = (Map<?, ?>) value;
        List<Object> sorted = sortedKeys(map, path);
        List<String> keys = new ArrayList<>(sorted.size());
        List<Object> children = new ArrayList<>(sorted.size());
        for (Object key : sorted) {
            keys.add(key instanceof String s ? "[\"" + s + "\"]" : "[" + key + "]");
            children.add(map.get(key));
        }
        return inner(Map.class, keys, Collections.unmodifiableList(sorted), value, children, path, leaves);
    }

    private static List<Object> sortedKeys(Map<?, ?> map, Pytrees.Path path) {
        List<Object> keys = new ArrayList<>(map.keySet());
        try {
            keys.sort(null);
        } catch (ClassCastException | NullPointerException e) {
            throw new ArgumentException(path + ": the keys of a map must be comparable with each other, not null;"
                    + " got " + keys.stream().limit(5).map(k -> k == null ? "null" : k.getClass().getSimpleName() + " " + k)
                            .toList() + "; use keys of one class such as String", e);
        }
        for (int i = 0; i < keys.size(); i++) {
            Object key = keys.get(i);
            if (!StaticNode.hasValueEquality(key.getClass())) {
                throw new ArgumentException(path + ": map keys of " + key.getClass().getTypeName()
                        + " have no value equality; use String, Integer or an enum");
            }
        }
        return keys;
    }

    @Override
    int match(TreeDef.Inner def, Object value, Tensor[] into, int at) {
        Map<?, ?> map = (Map<?, ?>) value;
        if (def.type() != Map.class || map.size() != def.children().size()) {
            return -1;
        }
        List<?> keys = (List<?>) def.auxiliary();
        Map<?, ?> byEquals = asksEquals(map) ? map : new HashMap<>(map);
        int next = at;
        for (int i = 0; i < keys.size() && next >= 0; i++) {
            Object child = get(byEquals, keys.get(i));
            if (child == ABSENT) {
                return -1;
            }
            next = Pytrees.match(def.children().get(i), child, into, next);
        }
        return next;
    }

    private static Object get(Map<?, ?> map, Object key) {
        try {
            Object child = map.get(key);
            return child == null && !map.containsKey(key) ? ABSENT : child;
        } catch (ClassCastException e) { // a sorted map, which cannot compare the key with its own
            return ABSENT;
        }
    }

    /** Whether the map finds exactly the keys that are equal; a comparator may take others for the same. */
    private static boolean asksEquals(Map<?, ?> map) {
        return !(map instanceof IdentityHashMap) && !(map instanceof SortedMap<?, ?> s && s.comparator() != null);
    }

    @Override
    Object build(TreeDef.Inner def, Object[] children) {
        List<?> keys = (List<?>) def.auxiliary();
        Map<Object, Object> map = new LinkedHashMap<>(children.length * 2);
        for (int i = 0; i < children.length; i++) {
            map.put(keys.get(i), children[i]);
        }
        return map;
    }
}
