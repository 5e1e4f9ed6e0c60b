package org.rebind.graph;

import java.util.List;
import org.rebind.TensorType;

/**
 * One operation of a graph.
 *
 * @param inputs value numbers: parameters first (0 to params - 1), then earlier nodes in order
 * @param type of the result
 */
public record Node(Op op, List<Integer> inputs, TensorType type) {
    public Node {
        inputs = List.copyOf(inputs);
    }
}
