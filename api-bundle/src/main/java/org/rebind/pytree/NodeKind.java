package org.rebind.pytree;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.rebind.ArgumentException;
import org.rebind.Tensor;

/** How values of one class are taken apart. One per class, remembered by the class itself. */
abstract class NodeKind {
    /** Where a class keeps its kind; registering replaces it. */
    private static final class Slot {
        private volatile NodeKind kind;

        Slot(NodeKind kind) {
            this.kind = kind;
        }
    }

    /** What a class holds itself, so that it lives as long. */
    private static final class Held extends WeakReference<Slot> {
        @SuppressWarnings("unused") // keeps it
        private final Slot slot;

        Held(Slot slot) {
            super(slot);
            this.slot = slot;
        }
    }

    /** The slots of classes that live longer than ours, such as lists and strings: held by these they would keep our loader. */
    private static final Map<Class<?>, Slot> LASTING = new ConcurrentHashMap<>();

    private static final ClassValue<WeakReference<Slot>> SLOTS = new ClassValue<>() {
        @Override
        protected WeakReference<Slot> computeValue(Class<?> type) {
            return outlivesUs(type) ? new WeakReference<>(LASTING.computeIfAbsent(type, t -> new Slot(find(t))))
                    : new Held(new Slot(find(type)));
        }
    };

    private static boolean outlivesUs(Class<?> type) {
        ClassLoader its = type.getClassLoader();
        ClassLoader ours = NodeKind.class.getClassLoader();
        while (ours != null && ours != its) {
            ours = ours.getParent();
        }
        return its == null || ours != null;
    }

    static NodeKind of(Class<?> type) {
        return SLOTS.get(type).get().kind;
    }

    static void register(Class<?> type, Function<Object, Pytrees.Parts> flatten,
            BiFunction<Object, List<Object>, ?> unflatten) {
        Slot slot = SLOTS.get(type).get();
        boolean free = slot.kind instanceof StaticNode || slot.kind instanceof RegisteredNode
                || slot.kind instanceof RecordNode;
        if (!free || Tensor.class.isAssignableFrom(type) || type.isPrimitive()) {
            throw new ArgumentException("Pytrees.register: " + type.getTypeName()
                    + " already has a meaning in pytrees; wrap it in a class of your own");
        }
        slot.kind = new RegisteredNode(type, flatten, unflatten);
    }

    private static NodeKind find(Class<?> type) {
        if (type.isRecord()) {
            return new RecordNode(type);
        } else if (List.class.isAssignableFrom(type)) {
            return new ListNode();
        } else if (Map.class.isAssignableFrom(type)) {
            return new MapNode();
        } else if (type == Optional.class) {
            return new OptionalNode();
        } else if (type.isArray() && !type.getComponentType().isPrimitive()) {
            return new ArrayNode();
        }
        return new StaticNode(type);
    }

    abstract TreeDef flatten(Object value, Pytrees.Path path, List<Tensor> leaves);

    /** See {@link Pytrees#match}; the value is no tensor and not null. */
    abstract int match(TreeDef.Inner def, Object value, Tensor[] into, int at);

    Object build(TreeDef.Inner def, Object[] children) {
        throw new IllegalStateException(def + " is no inner node");
    }

    static TreeDef inner(Class<?> type, List<String> keys, Object auxiliary, Object value, Collection<?> children,
            Pytrees.Path path, List<Tensor> leaves) {
        List<TreeDef> defs = new ArrayList<>(children.size());
        int i = 0;
        for (Object child : children) {
            defs.add(Pytrees.flatten(child, path.child(keys.get(i++), value), leaves));
        }
        return new TreeDef.Inner(type, keys, auxiliary, defs);
    }

    static List<String> indices(int n) {
        List<String> keys = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            keys.add("[" + i + "]");
        }
        return keys;
    }
}
