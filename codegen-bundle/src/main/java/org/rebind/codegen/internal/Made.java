package org.rebind.codegen.internal;

import java.util.List;
import org.rebind.Dim;
import org.rebind.codegen.Kernel;

/**
 * A kernel and what its buffers hold.
 *
 * @param values for each buffer of the kernel the graph value, or {@link #PARTIALS}
 * @param partials elements of that temporary; 0 without one
 */
record Made(Kernel kernel, List<Integer> values, Dim partials) {
    /** The temporary of a split reduction. */
    static final int PARTIALS = -1;

    Made {
        values = List.copyOf(values);
    }
}
