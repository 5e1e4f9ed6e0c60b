package org.rebind.codegen.internal;

import org.rebind.DType;
import org.rebind.backend.Support;
import org.rebind.codegen.Target;
import org.rebind.graph.Graph;

/** What a target cannot compute. */
public final class Limits {
    private Limits() {
    }

    public static Support check(Graph g, Target target) {
        for (int v = 0; v < g.valueCount(); v++) {
            DType d = g.type(v).dtype();
            if (d == DType.FLOAT64 && !target.float64() || d == DType.BFLOAT16 && !target.float16()
                    || d == DType.FLOAT16 && !target.float16()) {
                return Support.no(d + " is not supported by this device");
            }
        }
        return Support.YES;
    }
}
