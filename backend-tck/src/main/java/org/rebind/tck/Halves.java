package org.rebind.tck;

import java.util.ArrayList;
import java.util.List;
import org.rebind.DType;
import org.rebind.backend.Backend;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Graph;

/** Data of float16 and bfloat16 by way of float32, which holds them all; the interpreter converts. */
final class Halves {
    private Halves() {
    }

    static boolean isHalf(DType dtype) {
        return dtype == DType.FLOAT16 || dtype == DType.BFLOAT16;
    }

    /** The buffers in the dtypes of the graph's parameters. @param inputs float32 where a parameter is a half */
    static List<HostBuffer> narrow(Backend interpreter, Graph graph, List<HostBuffer> inputs) {
        List<HostBuffer> narrow = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            DType wanted = graph.params().get(i).type().dtype();
            narrow.add(isHalf(wanted) ? cast(interpreter, inputs.get(i), wanted) : inputs.get(i));
        }
        return narrow;
    }

    /** Halves as float32, anything else as it is. */
    static HostBuffer widen(Backend interpreter, HostBuffer b) {
        return isHalf(b.dtype()) ? cast(interpreter, b, DType.FLOAT32) : b;
    }

    private static HostBuffer cast(Backend interpreter, HostBuffer b, DType to) {
        GraphBuilder g = new GraphBuilder();
        Graph graph = g.results(g.cast(g.param("x", b.dtype(), b.elementCount()), to)).build();
        return Execution.run(interpreter, graph, ExecutableOptions.DEFAULT, List.of(b), new long[0]).get(0);
    }
}
