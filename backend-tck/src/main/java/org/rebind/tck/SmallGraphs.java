package org.rebind.tck;

import java.lang.reflect.Array;
import java.util.List;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendException;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Binary;
import org.rebind.graph.Graph;
import org.rebind.graph.Unary;

/** The few graphs and buffers that tests of memory and of life cycles need. */
final class SmallGraphs {
    private SmallGraphs() {
    }

    /** x + y for float32 of a symbolic length. */
    static Graph sum() {
        GraphBuilder g = new GraphBuilder();
        GraphBuilder.Value x = g.param("x", DType.FLOAT32, Dim.symbol("n"));
        GraphBuilder.Value y = g.param("y", DType.FLOAT32, Dim.symbol("n"));
        return g.results(g.op(Binary.ADD, x, y)).build();
    }

    /** Three results as large as the parameter. */
    static Graph threeResults() {
        GraphBuilder g = new GraphBuilder();
        GraphBuilder.Value x = g.param("x", DType.FLOAT32, Dim.symbol("n"));
        return g.results(g.op(Binary.ADD, x, x), g.op(Unary.NEGATIVE, x), g.op(Binary.MULTIPLY, x, x)).build();
    }

    /** x[i] + y[j]: n + m elements in, n * m out. */
    static Graph outerSum() {
        GraphBuilder g = new GraphBuilder();
        GraphBuilder.Value x = g.param("x", DType.FLOAT32, Dim.symbol("n"), Dim.of(1));
        GraphBuilder.Value y = g.param("y", DType.FLOAT32, Dim.of(1), Dim.symbol("m"));
        var full = org.rebind.Shape.of(Dim.symbol("n"), Dim.symbol("m"));
        return g.results(g.op(Binary.ADD, g.broadcast(x, full), g.broadcast(y, full))).build();
    }

    static HostBuffer constant(float value, int count) {
        HostBuffer b = HostBuffer.allocate(DType.FLOAT32, count);
        for (int i = 0; i < count; i++) {
            Array.setFloat(b.array(), i, value);
        }
        return b;
    }

    /** Whether it adds: the least that says it works. @throws AssertionError if the sum is wrong */
    static void works(Backend backend) {
        HostBuffer got = Execution.run(backend, sum(), ExecutableOptions.DEFAULT,
                List.of(constant(2, 13), constant(3, 13)), new long[] {13}).get(0);
        String wrong = Execution.firstDifference(constant(5, 13), got);
        if (wrong != null) {
            throw new AssertionError(backend.name() + ": 2 + 3: " + wrong);
        }
    }

    /** What fails must fail with an exception of this kind. @throws AssertionError if it does otherwise, or succeeds */
    static void fails(BackendException.Kind kind, String what, Runnable action) {
        try {
            action.run();
        } catch (BackendException e) {
            if (e.kind() == kind) {
                return;
            }
            throw new AssertionError(what + ": expected a BackendException of kind " + kind + ", got " + e.kind(), e);
        } catch (RuntimeException | Error e) {
            throw new AssertionError(what + ": expected a BackendException of kind " + kind + ", got " + e, e);
        }
        throw new AssertionError(what + ": expected a BackendException of kind " + kind + ", but it succeeded");
    }
}
