package org.rebind.codegen.internal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.rebind.codegen.ir.Array;
import org.rebind.graph.Graph;

/** The stored values a kernel may read and those it writes, as its buffers. */
final class Buffers {
    private final Graph graph;
    private final List<Integer> stored;
    private final List<Integer> outputs;
    private final IntFunction<Integer> home;
    private final IntFunction<String> name;

    /**
     * @param stored every value with memory, whether directly or as a reshape of another
     * @param home the value whose memory a stored value is in
     * @param name of a home value's buffer
     */
    Buffers(Graph graph, List<Integer> stored, List<Integer> outputs, IntFunction<Integer> home, IntFunction<String> name) {
        this.graph = graph;
        this.stored = stored;
        this.outputs = outputs;
        this.home = home;
        this.name = name;
    }

    Map<Integer, Array.Buffer> reads(Names names) {
        Map<Integer, Array.Buffer> byHome = new LinkedHashMap<>();
        Map<Integer, Array.Buffer> reads = new LinkedHashMap<>();
        for (int v : stored) {
            if (!outputs.contains(v)) {
                int h = home.apply(v);
                if (outputs.contains(h)) {
                    continue; // a reshape of what this very kernel computes
                }
                reads.put(v, byHome.computeIfAbsent(h, x -> new Array.Buffer(names.fresh(name.apply(x)),
                        graph.type(x).dtype(), Array.Access.READ)));
            }
        }
        return reads;
    }

    Map<Integer, Array.Buffer> writes(Names names) {
        Map<Integer, Array.Buffer> writes = new LinkedHashMap<>();
        for (int v : outputs) {
            writes.put(v, new Array.Buffer(names.fresh("out"), graph.type(v).dtype(), Array.Access.WRITE));
        }
        return writes;
    }
}
