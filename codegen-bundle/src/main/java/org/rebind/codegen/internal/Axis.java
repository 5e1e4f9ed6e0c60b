package org.rebind.codegen.internal;

import java.util.List;
import org.rebind.Dim;

/** A loop's axis: one or more neighbouring axes of a group, joined because all memory is walked alike along them. */
record Axis(List<Integer> ids, Dim size, boolean folded) {
    Axis {
        ids = List.copyOf(ids);
    }
}
