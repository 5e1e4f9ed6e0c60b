package org.rebind.codegen.internal;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.rebind.codegen.ir.Array;
import org.rebind.graph.Graph;

/** The stored values a kernel may read and those it writes, as its buffers. */
final class Buffers {
    private final Graph graph;
    private final BitSet stored;
    private final Group group;
    private final IntFunction<Integer> home;
    private final IntFunction<String> name;

    /**
     * @param stored every value with memory, whether directly or as a reshape of another
     * @param group what the kernel computes
     * @param home the value whose memory a stored value is in
     * @param name of a home value's buffer
     */
    Buffers(Graph graph, BitSet stored, Group group, IntFunction<Integer> home, IntFunction<String> name) {
        this.graph = graph;
        this.stored = stored;
        this.group = group;
        this.home = home;
        this.name = name;
    }

    Map<Integer, Array.Buffer> reads(Names names) {
        Map<Integer, Array.Buffer> byHome = new LinkedHashMap<>();
        Map<Integer, Array.Buffer> reads = new LinkedHashMap<>();
        for (int v : reached()) {
            reads.put(v, byHome.computeIfAbsent(home.apply(v), x -> new Array.Buffer(names.fresh(name.apply(x)),
                    graph.type(x).dtype(), Array.Access.READ)));
        }
        return reads;
    }

    /**
     * The stored values that the group's values come from, and those that these are views of, since a product reads its operands
     * there; in the graph's order.
     */
    private Set<Integer> reached() {
        Set<Integer> reached = new TreeSet<>();
        Set<Integer> seen = new HashSet<>();
        Deque<Integer> open = new ArrayDeque<>(group.members);
        open.addAll(group.outputs);
        while (!open.isEmpty()) {
            int v = open.pop();
            if (!seen.add(v)) {
                continue;
            }
            boolean isRead = stored.get(v) && !group.outputs.contains(v)
                    && !group.outputs.contains(home.apply(v)); // else perhaps a reshape of what the kernel computes
            if (isRead) {
                reached.add(v);
            }
            if (!graph.isParam(v) && (!isRead || Costs.isMovement(graph.node(v).op()))) {
                open.addAll(graph.node(v).inputs());
            }
        }
        return reached;
    }

    Map<Integer, Array.Buffer> writes(Names names) {
        Map<Integer, Array.Buffer> writes = new LinkedHashMap<>();
        for (int v : group.outputs) {
            writes.put(v, new Array.Buffer(names.fresh("out"), graph.type(v).dtype(), Array.Access.WRITE));
        }
        return writes;
    }
}
