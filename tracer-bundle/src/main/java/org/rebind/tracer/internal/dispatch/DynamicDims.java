package org.rebind.tracer.internal.dispatch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import org.rebind.ArgumentException;
import org.rebind.Dim;
import org.rebind.DynamicDim;
import org.rebind.Shape;
import org.rebind.TensorType;
import org.rebind.pytree.Pytrees;
import org.rebind.pytree.TreeDef;

/** The dims a function's options declare symbolic, applied to the arguments of a call. Immutable. */
final class DynamicDims {
    private final List<DynamicDim> declared;
    private final Set<Integer> arguments = new HashSet<>();

    /**
     * @param arity number of arguments, -1 if any
     * @throws ArgumentException for an argument the function does not have
     */
    DynamicDims(List<DynamicDim> declared, int arity) {
        this.declared = declared;
        for (DynamicDim d : declared) {
            if (arity >= 0 && d.argument() >= arity) {
                throw new ArgumentException("dynamicDims: argument " + d.argument() + " (dim " + d.dim() + " \"" + d.name()
                        + "\") does not exist: the function has " + arity + " argument" + (arity == 1 ? "" : "s")
                        + ", numbered from 0");
            }
            arguments.add(d.argument());
        }
    }

    boolean isEmpty() {
        return declared.isEmpty();
    }

    /** Whether any tensor inside this argument has a dynamic dim. */
    boolean touches(int argument) {
        return arguments.contains(argument);
    }

    /**
     * The types of a call's leaves with symbols in place of declared sizes.
     *
     * @throws ArgumentException if a declaration does not fit the arguments, or sizes that must be equal are not
     */
    List<TensorType> apply(List<TreeDef> trees, List<TensorType> types, List<String> names) {
        return apply(trees, types, names, Dim::equals);
    }

    /** @param equal whether two sizes are the same; within a trace that may be a question for a guard */
    List<TensorType> apply(List<TreeDef> trees, List<TensorType> types, List<String> names,
            BiPredicate<Dim, Dim> equal) {
        if (declared.isEmpty()) {
            return types;
        }
        List<TensorType> symbolic = new ArrayList<>(types);
        Map<String, Place> sizes = new HashMap<>();
        Map<String, DynamicDim> taken = new HashMap<>();
        for (DynamicDim d : declared) {
            if (d.argument() >= trees.size()) {
                throw new ArgumentException("dynamicDims: argument " + d.argument() + " does not exist: this call has "
                        + trees.size() + " arguments");
            }
            int leaf = leaf(d, trees, names);
            Shape shape = types.get(leaf).shape();
            String tensor = Signature.argument(d.argument(), names) + d.path();
            int axis = d.dim() < 0 ? d.dim() + shape.rank() : d.dim();
            if (axis < 0 || axis >= shape.rank()) {
                throw new ArgumentException("dynamicDims: " + tensor + ": dim " + d.dim() + " (\"" + d.name()
                        + "\") is out of range for shape " + shape + " of rank " + shape.rank());
            }
            DynamicDim other = taken.put(leaf + "/" + axis, d);
            if (other != null && !other.name().equals(d.name())) {
                throw new ArgumentException("dynamicDims: " + tensor + ": dim " + axis + " has two names, \""
                        + other.name() + "\" and \"" + d.name() + "\"; give it one");
            }
            checkEqual(d, sizes, new Place(tensor, axis, shape.dim(axis)), equal);
            List<Dim> dims = new ArrayList<>(symbolic.get(leaf).shape().dims());
            dims.set(axis, Dim.symbol(d.name()));
            symbolic.set(leaf, new TensorType(types.get(leaf).dtype(), Shape.of(dims)));
        }
        return symbolic;
    }

    private record Place(String tensor, int axis, Dim size) {
        @Override
        public String toString() {
            return size + " at " + tensor + " dim " + axis;
        }
    }

    private static void checkEqual(DynamicDim d, Map<String, Place> sizes, Place here, BiPredicate<Dim, Dim> equal) {
        Place first = sizes.putIfAbsent(d.name(), here);
        if (first != null && !equal.test(first.size, here.size)) {
            throw new ArgumentException("dynamicDims: \"" + d.name() + "\" is " + first + " but " + here
                    + "; one name means one size: pass tensors of equal sizes, or use two names");
        }
    }

    private static int leaf(DynamicDim d, List<TreeDef> trees, List<String> names) {
        int before = 0;
        for (int i = 0; i < d.argument(); i++) {
            before += trees.get(i).leafCount();
        }
        List<String> paths = Pytrees.leafPaths(trees.get(d.argument()));
        int index = paths.indexOf(d.path());
        if (index < 0 && d.path().isEmpty() && paths.size() == 1) {
            index = 0;
        }
        if (index < 0) {
            String argument = Signature.argument(d.argument(), names);
            String there = paths.isEmpty() ? "it holds no tensor" : "its tensors are at "
                    + paths.stream().limit(12).map(p -> p.isEmpty() ? "\"\" (the argument itself)" : p).toList();
            throw new ArgumentException("dynamicDims: " + argument + (d.path().isEmpty()
                    ? " is no single tensor and needs the path of one; " : " has no tensor at " + d.path() + "; ") + there);
        }
        return before + index;
    }
}
