package org.rebind.pytree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.rebind.ArgumentException;
import org.rebind.Tensor;

/**
 * Takes nested values apart into tensors and a {@link TreeDef}, and puts them together again. Inner nodes are records,
 * {@link List}s, {@link java.util.Map}s (in the order of their sorted keys), object arrays, {@link java.util.Optional}s
 * and registered classes; null has its own node; a {@link Tensor} is a leaf; everything else is a static leaf and must
 * have value equality. A sub-tree that appears twice is taken apart twice. Thread-safe.
 *
 * <p>What is rebuilt: a record through its canonical constructor, a list as an {@link ArrayList}, a map as a
 * {@link java.util.LinkedHashMap} in key order, static leaves as the very objects that came. Nothing here keeps a class or its
 * loader alive.
 */
public final class Pytrees {
    static final int MAX_DEPTH = 500;

    /**
     * The inside of a registered class.
     *
     * @param keys one a child, as paths print them, for instance {@code .weight}
     * @param children pytrees
     * @param auxiliary what else rebuilding needs, with value equality; may be null
     */
    public record Parts(List<String> keys, List<?> children, Object auxiliary) {
        public Parts {
            keys = List.copyOf(keys);
            children = Collections.unmodifiableList(new ArrayList<>(children));
            if (keys.size() != children.size()) {
                throw new ArgumentException("Pytrees.Parts: " + keys.size() + " keys for " + children.size()
                        + " children, expected as many");
            }
        }
    }

    private Pytrees() {
    }

    /**
     * Makes a class an inner node; exactly that class, not its subclasses.
     *
     * @param flatten gives the same keys and number of children for equal structures
     * @param unflatten makes an object of the auxiliary value and the children
     * @throws ArgumentException if the class already is an inner node of another kind, or a tensor
     */
    public static <T> void register(Class<T> type, Function<? super T, Parts> flatten,
            BiFunction<Object, List<Object>, ? extends T> unflatten) {
        Objects.requireNonNull(flatten, "flatten");
        Objects.requireNonNull(unflatten, "unflatten");
        NodeKind.register(type, o -> flatten.apply(type.cast(o)), unflatten);
    }

    /** @throws ArgumentException if a leaf cannot be part of a signature, naming its path */
    public static Flat flatten(Object tree) {
        return flatten(tree, "");
    }

    /** @param root what error messages put before the path, for instance {@code "arg 1 "} */
    public static Flat flatten(Object tree, String root) {
        List<Tensor> leaves = new ArrayList<>();
        TreeDef def = flatten(tree, new Path(null, root, null, 0), leaves);
        return new Flat(def, leaves);
    }

    static TreeDef flatten(Object tree, Path path, List<Tensor> leaves) {
        if (tree instanceof Tensor t) {
            leaves.add(t);
            return LEAF;
        }
        if (tree == null) {
            return NULL;
        }
        return NodeKind.of(tree.getClass()).flatten(tree, path, leaves);
    }

    private static final TreeDef LEAF = new TreeDef.Leaf();
    private static final TreeDef NULL = new TreeDef.Null();

    /** @throws ArgumentException if there are not exactly as many leaves as the structure has places */
    public static Object unflatten(TreeDef def, List<? extends Tensor> leaves) {
        return unflatten(def, leaves.toArray(Tensor[]::new));
    }

    /** @throws ArgumentException if there are not exactly as many leaves as the structure has places */
    public static Object unflatten(TreeDef def, Tensor... leaves) {
        if (leaves.length != def.leafCount()) {
            throw new ArgumentException("unflatten: expected " + def.leafCount() + " tensors for " + def + ", got "
                    + leaves.length);
        }
        return build(def, leaves, 0);
    }

    static Object build(TreeDef def, Tensor[] leaves, int at) {
        if (def instanceof TreeDef.Leaf) {
            return leaves[at];
        } else if (def instanceof TreeDef.Static s) {
            return s.value();
        } else if (def instanceof TreeDef.Inner inner) {
            Object[] children = new Object[inner.children().size()];
            int next = at;
            for (int i = 0; i < children.length; i++) {
                TreeDef child = inner.children().get(i);
                children[i] = build(child, leaves, next);
                next += child.leafCount();
            }
            return NodeKind.of(inner.type()).build(inner, children);
        }
        return null;
    }

    /**
     * Compares a value with a structure and collects its tensors, in one walk that allocates nothing.
     *
     * @param into gets the tensors, from index {@code at} on
     * @return the index after the last one, or -1 if the value has another structure ({@code into} is then undefined)
     */
    public static int match(TreeDef def, Object tree, Tensor[] into, int at) {
        if (def instanceof TreeDef.Leaf) {
            if (tree instanceof Tensor t) {
                into[at] = t;
                return at + 1;
            }
            return -1;
        } else if (def instanceof TreeDef.Static s) {
            return tree != null && tree.getClass() == s.value().getClass() && s.value().equals(tree) ? at : -1;
        } else if (def instanceof TreeDef.Inner inner) {
            return tree == null || tree instanceof Tensor ? -1
                    : NodeKind.of(tree.getClass()).match(inner, tree, into, at);
        }
        return tree == null ? at : -1;
    }

    /** The paths of the tensor leaves in order, for instance {@code .layers[2].weight}; empty for the root itself. */
    public static List<String> leafPaths(TreeDef def) {
        List<String> paths = new ArrayList<>();
        leafPaths(def, "", paths);
        return paths;
    }

    private static void leafPaths(TreeDef def, String path, List<String> paths) {
        if (def instanceof TreeDef.Leaf) {
            paths.add(path);
        } else if (def instanceof TreeDef.Inner inner) {
            for (int i = 0; i < inner.children().size(); i++) {
                leafPaths(inner.children().get(i), path + inner.keys().get(i), paths);
            }
        }
    }

    /** Where a value is, from the root; made while flattening. */
    record Path(Path parent, String key, Object container, int depth) {
        Path child(String childKey, Object inside) {
            for (Path p = this; p != null; p = p.parent) {
                if (p.container == inside) {
                    throw new ArgumentException(this + ": the " + inside.getClass().getSimpleName() + " at "
                            + p.parentName() + " contains itself; a pytree must not have cycles");
                }
            }
            if (depth > MAX_DEPTH) {
                throw new ArgumentException(parts().subList(0, 3) + "...: nested more than " + MAX_DEPTH
                        + " deep; use flat lists");
            }
            return new Path(this, childKey, inside, depth + 1);
        }

        private String parentName() {
            return parent == null || parent.toString().isBlank() ? "the root" : parent.toString();
        }

        private List<String> parts() {
            String[] parts = new String[depth + 1];
            for (Path p = this; p != null; p = p.parent) {
                parts[p.depth] = p.key;
            }
            return Arrays.asList(parts);
        }

        @Override
        public String toString() {
            String path = String.join("", parts());
            return path.isEmpty() ? "the value" : path.strip();
        }
    }
}
