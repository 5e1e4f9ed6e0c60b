package org.rebind.tracer.internal.simplify;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.rebind.TensorType;
import org.rebind.graph.Binary;
import org.rebind.graph.Graph;
import org.rebind.graph.Node;
import org.rebind.graph.Op;

/** Merging of equal nodes; operands of commutative ops may be swapped. */
final class Duplicates extends Rewriter {
    private final Map<Node, Integer> seen = new HashMap<>();

    Duplicates(Graph source) {
        super(source);
    }

    @Override
    int rewrite(Op op, List<Integer> inputs, TensorType type) {
        List<Integer> ordered = commutes(op) && inputs.get(0) > inputs.get(1)
                ? List.of(inputs.get(1), inputs.get(0)) : inputs;
        return seen.computeIfAbsent(new Node(op, ordered, type), n -> add(op, inputs, type));
    }

    private static boolean commutes(Op op) {
        return op instanceof Binary b && switch (b) {
            case ADD, MULTIPLY, MAXIMUM, MINIMUM, EQUAL, LOGICAL_AND, LOGICAL_OR, LOGICAL_XOR -> true;
            case SUBTRACT, DIVIDE, FLOOR_DIVIDE, REMAINDER, POW, ATAN2, LESS, LESS_EQUAL -> false;
        };
    }
}
