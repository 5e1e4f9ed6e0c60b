package org.rebind.tracer.internal.dispatch;

import java.util.ArrayList;
import java.util.List;
import org.rebind.RebindException;
import org.rebind.Tensor;
import org.rebind.TensorType;
import org.rebind.graph.DimFacts;
import org.rebind.graph.Graph;
import org.rebind.graph.Relation;
import org.rebind.pytree.Flat;
import org.rebind.pytree.Pytrees;
import org.rebind.pytree.TreeDef;
import org.rebind.tracer.internal.tensor.AbstractTensor;
import org.rebind.tracer.internal.tensor.ConcreteTensor;
import org.rebind.tracer.internal.tensor.Errors;

/**
 * The arguments of one call, taken apart.
 *
 * @param hash as {@link ArgumentHash} gives it for all of them
 */
record Arguments(Signature signature, ConcreteTensor[] leaves, int hash) {
    /** @throws org.rebind.ArgumentException if they cannot be part of a signature, or do not fit the dynamic dims */
    static Arguments of(Object[] args, DynamicDims dynamic, List<String> names, int hash) {
        List<TreeDef> trees = new ArrayList<>();
        List<ConcreteTensor> leaves = new ArrayList<>();
        List<TensorType> types = new ArrayList<>();
        for (int i = 0; i < args.length; i++) {
            String argument = Signature.argument(i, names);
            Flat flat = Pytrees.flatten(args[i], argument + " ");
            trees.add(flat.treeDef());
            for (int k = 0; k < flat.leaves().size(); k++) {
                leaves.add(concrete(flat.leaves().get(k), argument, flat, k));
                types.add(flat.leaves().get(k).type());
            }
        }
        return new Arguments(new Signature(trees, dynamic.apply(trees, types, names), names),
                leaves.toArray(ConcreteTensor[]::new), hash);
    }

    /**
     * Checks the dims declared dynamic for a call that needs no signature: it runs eagerly, or within another function's
     * trace, where sizes may be symbolic.
     *
     * @throws org.rebind.ArgumentException if sizes of one name differ
     */
    static void checkDims(Object[] args, DynamicDims dynamic, List<String> names, DimFacts facts) {
        if (dynamic.isEmpty()) {
            return;
        }
        List<TreeDef> trees = new ArrayList<>();
        List<TensorType> types = new ArrayList<>();
        for (int i = 0; i < args.length; i++) {
            Flat flat = Pytrees.flatten(args[i], Signature.argument(i, names) + " ");
            trees.add(flat.treeDef());
            flat.leaves().forEach(t -> types.add(t.type()));
        }
        dynamic.apply(trees, types, names, (a, b) -> facts.holds(a, Relation.EQ, b));
    }

    private static ConcreteTensor concrete(Tensor t, String argument, Flat flat, int leaf) {
        if (t instanceof ConcreteTensor c) {
            return c;
        }
        throw new RebindException(argument + Pytrees.leafPaths(flat.treeDef()).get(leaf) + " is "
                + (t instanceof AbstractTensor ? "a tensor of another compiled function that was used outside of it, after its"
                + " trace ended or in another thread; return it from that function instead of storing it" : Errors.foreign(t)));
    }

    /** The parameters of a graph for these arguments. */
    List<Graph.Param> params() {
        List<Graph.Param> params = new ArrayList<>();
        List<String> names = signature.leafNames();
        for (int i = 0; i < leaves.length; i++) {
            params.add(new Graph.Param(names.get(i), signature.types().get(i)));
        }
        return params;
    }

    List<long[]> sizes() {
        List<long[]> sizes = new ArrayList<>();
        for (ConcreteTensor t : leaves) {
            sizes.add(t.type().shape().sizes());
        }
        return sizes;
    }
}
