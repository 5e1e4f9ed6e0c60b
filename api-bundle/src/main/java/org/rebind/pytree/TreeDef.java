package org.rebind.pytree;

import java.util.List;

/**
 * The structure of a pytree without its tensors: what {@link Pytrees#flatten} leaves behind. Equal when structure, keys,
 * classes and static leaves (by type and value; floats by bits, with all NaNs equal and -0.0 unlike 0.0) are equal.
 * Immutable.
 */
public sealed interface TreeDef {
    /** Number of tensor leaves below. */
    int leafCount();

    /** The place of a tensor leaf. */
    record Leaf() implements TreeDef {
        @Override
        public int leafCount() {
            return 1;
        }

        @Override
        public String toString() {
            return "*";
        }
    }

    /** A null. */
    record Null() implements TreeDef {
        @Override
        public int leafCount() {
            return 0;
        }

        @Override
        public String toString() {
            return "null";
        }
    }

    /**
     * A leaf that is no tensor.
     *
     * @param value with value equality; its class counts
     */
    record Static(Object value) implements TreeDef {
        @Override
        public int leafCount() {
            return 0;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Static s && value.getClass() == s.value.getClass() && value.equals(s.value);
        }

        @Override
        public int hashCode() {
            return 31 * value.getClass().hashCode() + value.hashCode();
        }

        @Override
        public String toString() {
            return value instanceof String s ? '"' + s + '"' : value.toString();
        }
    }

    /**
     * An inner node.
     *
     * @param type the container: a record class, List, Map, an array class, Optional or a registered class
     * @param keys component names, indices, map keys; one a child; strings as paths print them, e.g. {@code .w}, {@code [2]}
     * @param auxiliary what else is needed to rebuild the container, with value equality; may be null
     */
    record Inner(Class<?> type, List<String> keys, Object auxiliary, List<TreeDef> children, int leafCount)
            implements TreeDef {
        public Inner {
            keys = List.copyOf(keys);
            children = List.copyOf(children);
        }

        public Inner(Class<?> type, List<String> keys, Object auxiliary, List<TreeDef> children) {
            this(type, keys, auxiliary, children, children.stream().mapToInt(TreeDef::leafCount).sum());
        }

        @Override
        public String toString() {
            StringBuilder s = new StringBuilder(type.getSimpleName()).append('(');
            for (int i = 0; i < children.size(); i++) {
                s.append(i == 0 ? "" : ", ").append(keys.get(i)).append('=').append(children.get(i));
            }
            return s.append(')').toString();
        }
    }
}
