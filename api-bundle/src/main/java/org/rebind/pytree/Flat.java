package org.rebind.pytree;

import java.util.List;
import org.rebind.Tensor;

/**
 * A pytree taken apart.
 *
 * @param leaves the tensors, in order
 */
public record Flat(TreeDef treeDef, List<Tensor> leaves) {
    public Flat {
        leaves = List.copyOf(leaves);
    }
}
