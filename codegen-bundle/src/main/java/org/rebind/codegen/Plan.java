package org.rebind.codegen;

import java.util.List;
import java.util.function.ToLongFunction;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.graph.Graph;

/**
 * A graph scheduled for a target: steps in launch order over numbered buffers. Immutable.
 *
 * @param buffers parameters first, in order; a buffer's number is its place in this list
 * @param steps run in order; a step reads only what parameters or earlier steps hold
 * @param results buffer number of each result of the graph; may repeat, and may be a parameter's (then that very
 *     buffer is the result, its shape perhaps another)
 * @param slots memory that temporaries share
 */
public record Plan(Graph graph, Target target, List<PlanBuffer> buffers, List<Step> steps, List<Integer> results,
        List<Slot> slots) {
    public Plan {
        buffers = List.copyOf(buffers);
        steps = List.copyOf(steps);
        results = List.copyOf(results);
        slots = List.copyOf(slots);
    }

    /** What a buffer is for. */
    public enum Role {
        /** An input of the graph, lent. */
        PARAM,
        /** Allocated for each execution and handed out. */
        RESULT,
        /** Lives within an execution, in the memory of its slot. */
        TEMPORARY
    }

    /**
     * @param elements number of elements; never more than the memory holds
     * @param slot place in {@link Plan#slots} of a TEMPORARY, else -1
     */
    public record PlanBuffer(String name, Role role, DType dtype, Dim elements, int slot) {
    }

    /** Memory for temporaries of one dtype that are never alive together. @param sizes of each, in elements */
    public record Slot(DType dtype, List<Dim> sizes) {
        public Slot {
            sizes = List.copyOf(sizes);
        }

        /** Elements needed at these sizes. */
        public long elements(ToLongFunction<String> symbols) {
            long most = 0;
            for (Dim d : sizes) {
                most = Math.max(most, d.evaluate(symbols));
            }
            return most;
        }
    }

    /** Bytes of all temporaries' memory at these sizes. */
    public long scratchBytes(ToLongFunction<String> symbols) {
        long bytes = 0;
        for (Slot s : slots) {
            bytes += s.elements(symbols) * s.dtype.byteSize();
        }
        return bytes;
    }

    /** The steps, one a line, with their buffers. */
    @Override
    public String toString() {
        return PlanPrinter.print(this);
    }
}
