package org.rebind.tck;

import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Binary;
import org.rebind.graph.Graph;
import org.rebind.graph.Matmul;
import org.rebind.graph.Pad;
import org.rebind.graph.Permute;
import org.rebind.graph.Reduce;
import org.rebind.graph.ScatterAdd;
import org.rebind.graph.Unary;

/**
 * Memory of closed results is used again: what a result holds is written, element by element, and nothing is read that was
 * closed. Sizes are such that a backend which recycles memory does so.
 */
public interface ReleaseContract extends Subject {
    /** Elements a side of the square matrices here: 256 KiB of float32. */
    int SIDE = 256;

    @Test
    @DisplayName("results in memory of closed results hold nothing of them")
    default void recycledMemory() {
        int n = (int) Math.min(SIDE, largestSize());
        try (Executable dirt = compile(dirt(), ExecutableOptions.DEFAULT)) {
            for (Graph graph : graphs()) {
                if (!backend().supports(graph).supported()) {
                    continue;
                }
                List<HostBuffer> inputs = TestData.inputs(graph, new long[] {n}, kinds(graph), seed());
                try (Executable e = compile(graph, ExecutableOptions.DEFAULT)) {
                    List<HostBuffer> expected = Execution.run(interpreter(), graph, ExecutableOptions.DEFAULT, inputs, new long[] {n});
                    for (int call = 0; call < 3; call++) {
                        soil(dirt, n);
                        List<HostBuffer> got = Execution.run(backend(), graph, e, inputs, new long[] {n});
                        for (int i = 0; i < got.size(); i++) {
                            assertNull(Execution.firstDifference(expected.get(i), got.get(i)), "call " + call + ", result " + i
                                    + " of\n" + graph);
                        }
                    }
                }
            }
        }
    }

    /** Leaves memory of all sizes that come here full of NaN. */
    private void soil(Executable dirt, int n) {
        HostBuffer nan = HostBuffer.allocate(DType.FLOAT32, n * n);
        Arrays.fill(nan.floats(), Float.NaN);
        DeviceBuffer[] in = Execution.upload(backend(), List.of(nan));
        Execution.close(in, dirt.execute(in, new long[] {n}));
    }

    private static List<TestData.Kind> kinds(Graph graph) {
        return graph.params().stream().map(p -> p.type().dtype() == DType.INT32 ? TestData.Kind.INDICES : TestData.Kind.WHOLE)
                .toList();
    }

    private static GraphBuilder.Value square(GraphBuilder g, String name) {
        return g.param(name, DType.FLOAT32, Dim.symbol("n"), Dim.symbol("n"));
    }

    /** Three matrices and two vectors. */
    private static Graph dirt() {
        GraphBuilder g = new GraphBuilder();
        GraphBuilder.Value x = square(g, "x");
        return g.results(g.op(Unary.NEGATIVE, x), g.op(Binary.ADD, x, x), g.op(Unary.ABS, x),
                g.op(new Reduce(Reduce.Kind.SUM, List.of(0)), x), g.op(new Reduce(Reduce.Kind.SUM, List.of(1)), x)).build();
    }

    /** Data of small whole numbers, so that every order of summation gives the same. */
    private static List<Graph> graphs() {
        List<Graph> graphs = new ArrayList<>();
        GraphBuilder g = new GraphBuilder();
        GraphBuilder.Value x = square(g, "x");
        graphs.add(g.results(g.op(Binary.ADD, x, x), g.op(new Permute(List.of(1, 0)), x)).build());
        g = new GraphBuilder();
        x = square(g, "x");
        graphs.add(g.results(g.op(new Reduce(Reduce.Kind.SUM, List.of(0)), x), g.op(new Reduce(Reduce.Kind.MAX, List.of(1)), x),
                g.op(new Reduce(Reduce.Kind.SUM, List.of(0, 1)), x)).build());
        g = new GraphBuilder();
        graphs.add(g.results(g.op(new Matmul(), square(g, "x"), square(g, "y"))).build());
        g = new GraphBuilder();
        x = square(g, "x");
        GraphBuilder.Value indices = g.param("indices", DType.INT32, Dim.symbol("n"));
        graphs.add(g.results(g.op(new ScatterAdd(0), x, indices, x)).build());
        g = new GraphBuilder();
        x = square(g, "x");
        List<Dim> edges = List.of(Dim.of(1), Dim.of(2));
        graphs.add(g.results(g.op(new Pad(edges, edges, 7.0), x)).build());
        g = new GraphBuilder();
        Dim n = Dim.symbol("n");
        GraphBuilder.Value v = g.param("v", DType.FLOAT32, n);
        graphs.add(g.results(g.broadcast(v, Shape.of(n, n)), g.fill(3, g.broadcast(v, Shape.of(n, n)))).build());
        return graphs;
    }

    @Test
    @DisplayName("results closed by other threads, in any order, disturb no call")
    default void closedAnywhere() throws Exception {
        int n = (int) Math.min(SIDE, largestSize());
        Graph graph = dirt();
        try (Executable e = compile(graph, ExecutableOptions.DEFAULT)) {
            ConcurrencyContract.together(t -> {
                Random random = new Random(seed() + t);
                DeviceBuffer[] in = Execution.upload(backend(), List.of(SmallGraphs.constant(t + 1, n * n)));
                List<DeviceBuffer[]> open = new ArrayList<>();
                for (int call = 0; call < 20; call++) {
                    open.add(e.execute(in, new long[] {n}));
                    DeviceBuffer[] some = open.get(random.nextInt(open.size()));
                    assertNull(Execution.firstDifference(SmallGraphs.constant(2 * (t + 1), n * n), some[1].toHost()),
                            "call " + call + " of thread " + t);
                    assertNull(Execution.firstDifference(SmallGraphs.constant(n * (t + 1), n), some[4].toHost()),
                            "call " + call + " of thread " + t);
                    if (open.size() > 3) {
                        Execution.close(open.remove(random.nextInt(open.size())));
                    }
                }
                open.forEach(Execution::close);
                Execution.close(in);
            });
        }
    }
}
