package org.rebind.tracer.internal.dispatch;

import java.util.List;
import org.rebind.Explanation;
import org.rebind.pytree.TreeDef;
import org.rebind.tracer.internal.backends.BoundGraph;
import org.rebind.tracer.internal.tensor.ConcreteTensor;
import org.rebind.tracer.internal.trace.TraceResult;

/**
 * What compiling a signature made.
 *
 * @param trace as traced, not simplified
 * @param results structure of the function's result
 * @param captured inputs of the bound graph after the arguments' tensors
 * @param traceNanos time of each stage, nanoseconds
 */
record Compilation(TraceResult trace, TreeDef results, List<ConcreteTensor> captured, BoundGraph bound, long traceNanos,
        long simplifyNanos, long compileNanos) {
    long totalNanos() {
        return traceNanos + simplifyNanos + compileNanos;
    }

    List<Explanation.StageTime> times() {
        return List.of(new Explanation.StageTime("trace", traceNanos / 1e6),
                new Explanation.StageTime("simplify", simplifyNanos / 1e6),
                new Explanation.StageTime("compile", compileNanos / 1e6));
    }
}
