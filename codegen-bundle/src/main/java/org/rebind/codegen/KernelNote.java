package org.rebind.codegen;

import java.util.List;
import org.rebind.Dim;

/**
 * What the scheduler decided about a kernel, for people.
 *
 * @param ops names of the graph's ops it computes, in order
 * @param space the iteration space, for instance {@code "rows [batch] x 512, reduced"}
 * @param bytes read and written, counting each buffer once
 */
public record KernelNote(List<String> ops, String space, Dim bytes) {
    public KernelNote {
        ops = List.copyOf(ops);
    }

    /** For instance {@code fuses mul, add, tanh over [1024, 512]; moves 4194304 bytes}. */
    @Override
    public String toString() {
        return (ops.size() == 1 ? "computes " : "fuses ") + String.join(", ", ops) + " over " + space + "; moves " + bytes
                + " bytes";
    }
}
