package org.rebind.tck;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.graph.Binary;
import org.rebind.graph.Graph;
import org.rebind.graph.Matmul;
import org.rebind.graph.Reduce;

/** The options exact and fuse mean what they say. */
public interface OptionsContract extends Subject {
    @TestFactory
    @DisplayName("exact: arithmetic is rounded operation by operation, as the interpreter does it")
    default Stream<DynamicTest> exact() {
        List<Graph> graphs = arithmetic().stream().map(OperatorCase::graph).toList();
        backend().prepare(graphs, new ExecutableOptions(true, true));
        backend().prepare(graphs, new ExecutableOptions(true, false));
        return arithmetic().stream().flatMap(c -> Stream.of(true, false).map(fuse -> DynamicTest.dynamicTest(
                c.name() + (fuse ? "" : ", not fused"), () -> {
                    try (Executable e = compile(c.graph(), new ExecutableOptions(true, fuse))) {
                        for (long[] symbols : c.sizes()) {
                            check(e, c.graph(), c, symbols, true);
                        }
                    }
                })));
    }

    @TestFactory
    @DisplayName("not fused: each operation by itself gives results as good")
    default Stream<DynamicTest> unfused() {
        List<OperatorCase> cases = new ArrayList<>(CompositeCases.all());
        cases.addAll(arithmetic());
        backend().prepare(cases.stream().map(OperatorCase::graph).toList(), new ExecutableOptions(false, false));
        return cases.stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> {
            try (Executable e = compile(c.graph(), new ExecutableOptions(false, false))) {
                for (long[] symbols : c.sizes()) {
                    check(e, c.graph(), c, symbols, false);
                }
            }
        }));
    }

    /** Programs without functions of stated error: nothing but rounding can differ. */
    private static List<OperatorCase> arithmetic() {
        List<OperatorCase> cases = new ArrayList<>();
        for (DType d : List.of(DType.FLOAT32, DType.FLOAT64)) {
            cases.add(OperatorCase.of("a*b + c*d - e/f " + d, g -> {
                GraphBuilder.Value[] v = new GraphBuilder.Value[6];
                for (int i = 0; i < 6; i++) {
                    v[i] = g.param("p" + i, d, OperatorCases.N);
                }
                GraphBuilder.Value sum = g.op(Binary.ADD, g.op(Binary.MULTIPLY, v[0], v[1]), g.op(Binary.MULTIPLY, v[2], v[3]));
                g.results(g.op(Binary.SUBTRACT, sum, g.op(Binary.DIVIDE, v[4], v[5])));
            }, TestData.Kind.ORDINARY));
            cases.add(OperatorCase.of("sums of products " + d, List.of(new long[] {1, 1}, new long[] {13, 7},
                    new long[] {7, 4099}, new long[] {4099, 3}), g -> {
                        GraphBuilder.Value x = g.param("x", d, OperatorCases.N, OperatorCases.M);
                        GraphBuilder.Value y = g.op(Binary.MULTIPLY, x, x);
                        g.results(g.op(new Reduce(Reduce.Kind.SUM, List.of(1)), y),
                                g.op(new Reduce(Reduce.Kind.SUM, List.of(0)), y));
                    }, TestData.Kind.ORDINARY));
            cases.add(OperatorCase.of("matmul with a sum " + d, g -> {
                GraphBuilder.Value p = g.op(new Matmul(), g.param("a", d, OperatorCases.N, Dim.of(31)),
                        g.param("b", d, 31, 6));
                g.results(g.op(Binary.ADD, p, g.broadcast(g.param("c", d, 6), p.shape())));
            }, TestData.Kind.ORDINARY));
        }
        return cases;
    }
}
