package org.rebind.tracer.internal.dispatch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.rebind.Shape;
import org.rebind.TensorType;
import org.rebind.pytree.TreeDef;

/** What differs between two signatures, place by place. */
final class Differences {
    /**
     * One difference.
     *
     * @param place for instance {@code arg 0 `x`.layers[2]}
     * @param text for instance {@code shape [2, 4] -> [5, 4]}
     */
    record Difference(String place, String text, String advice) {
        @Override
        public String toString() {
            return place + ": " + text;
        }
    }

    private final Signature from;
    private final Signature to;
    private final List<Difference> found = new ArrayList<>();

    private Differences(Signature from, Signature to) {
        this.from = from;
        this.to = to;
    }

    /** All differences, in order of the arguments. */
    static List<Difference> between(Signature from, Signature to) {
        Differences d = new Differences(from, to);
        if (from.arguments().size() != to.arguments().size()) {
            d.add("call", from.arguments().size() + " arguments -> " + to.arguments().size(), "");
            return d.found;
        }
        int fromLeaf = 0;
        int toLeaf = 0;
        for (int i = 0; i < to.arguments().size(); i++) {
            d.trees(from.arguments().get(i), to.arguments().get(i), fromLeaf, toLeaf, to.argument(i));
            fromLeaf += from.arguments().get(i).leafCount();
            toLeaf += to.arguments().get(i).leafCount();
        }
        return d.found;
    }

    private void add(String place, String text, String advice) {
        found.add(new Difference(place, text, advice));
    }

    private void trees(TreeDef a, TreeDef b, int aLeaf, int bLeaf, String place) {
        if (a instanceof TreeDef.Leaf && b instanceof TreeDef.Leaf) {
            types(from.types().get(aLeaf), to.types().get(bLeaf), place);
        } else if (a instanceof TreeDef.Inner x && b instanceof TreeDef.Inner y && x.type() == y.type()
                && x.keys().equals(y.keys())) {
            int i = aLeaf;
            int k = bLeaf;
            for (int c = 0; c < x.children().size(); c++) {
                trees(x.children().get(c), y.children().get(c), i, k, place + x.keys().get(c));
                i += x.children().get(c).leafCount();
                k += y.children().get(c).leafCount();
            }
            if (!Objects.equals(x.auxiliary(), y.auxiliary())) {
                add(place, "auxiliary value " + auxiliary(x) + " -> " + auxiliary(y), "pass few different values");
            }
        } else if (!a.equals(b)) {
            statics(a, b, place);
        }
    }

    /** Of a map the keys, of which texts and classes count. */
    private static Object auxiliary(TreeDef.Inner node) {
        return node.type() != Map.class ? node.auxiliary() : ((List<?>) node.auxiliary()).stream()
                .map(key -> key.getClass().getSimpleName() + " " + key).toList();
    }

    private void types(TensorType a, TensorType b, String place) {
        if (a.dtype() != b.dtype()) {
            add(place, "dtype " + a.dtype() + " -> " + b.dtype(), "cast to one dtype before the call");
        }
        if (!a.shape().equals(b.shape())) {
            add(place, "shape " + a.shape() + " -> " + b.shape(), advice(a.shape(), b.shape()));
        }
    }

    private static String advice(Shape a, Shape b) {
        if (a.rank() != b.rank()) {
            return "pass tensors of one rank";
        }
        List<Integer> dims = new ArrayList<>();
        for (int i = 0; i < a.rank(); i++) {
            if (!a.dim(i).equals(b.dim(i))) {
                dims.add(i);
            }
        }
        return dims.size() == 1 ? "mark dim " + dims.get(0) + " dynamic?" : "mark dims " + dims + " dynamic?";
    }

    private void statics(TreeDef a, TreeDef b, String place) {
        boolean values = a instanceof TreeDef.Static && b instanceof TreeDef.Static;
        boolean numbers = values && ((TreeDef.Static) b).value() instanceof Number;
        boolean sameClass = values
                && ((TreeDef.Static) a).value().getClass() == ((TreeDef.Static) b).value().getClass();
        add(place, sameClass ? "static value " + a + " -> " + b : describe(a) + " -> " + describe(b),
                numbers ? "pass it as a 0-d Tensor" : values ? "pass few different values" : "pass one structure");
    }

    private static String describe(TreeDef def) {
        if (def instanceof TreeDef.Leaf) {
            return "a tensor";
        } else if (def instanceof TreeDef.Static s) {
            return s.value().getClass().getSimpleName() + " " + s;
        }
        return "structure " + def;
    }
}
