package org.rebind.tracer.internal.eager;

import java.util.List;
import org.rebind.TensorType;
import org.rebind.graph.Graph;
import org.rebind.graph.Op;
import org.rebind.tracer.internal.tensor.ConcreteTensor;

/** Runs single ops outside of traces. Thread-safe. */
public interface Eager {
    /** One op on operands that fit it. @param type of the result */
    ConcreteTensor apply(Op op, ConcreteTensor[] inputs, TensorType type);

    /** An elementwise op on operands that are first converted and broadcast to these types. @param type of the result */
    ConcreteTensor elementwise(Op op, ConcreteTensor[] inputs, List<TensorType> operandTypes, TensorType type);

    /** A whole graph. @param symbols the numbers of {@code graph.symbols()} */
    ConcreteTensor[] run(Graph graph, ConcreteTensor[] inputs, long[] symbols);

    /** The way ops run now. */
    static Eager current() {
        return CurrentEager.get();
    }

    /** Eager mode on the interpreter alone. */
    static Eager interpreted() {
        return CurrentEager.INTERPRETED;
    }

    /** Sets how ops run from now on. */
    static void use(Eager eager) {
        CurrentEager.use(eager);
    }

    /** Back to the interpreter, unless ops already run in another way than this. */
    static void withdraw(Eager eager) {
        CurrentEager.withdraw(eager);
    }
}
