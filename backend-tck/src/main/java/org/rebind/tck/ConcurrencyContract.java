package org.rebind.tck;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Binary;
import org.rebind.graph.Graph;
import org.rebind.graph.Reduce;
import org.rebind.graph.Unary;

/** Any number of threads, and nothing left behind. Results under load are bit for bit those of a single thread. */
public interface ConcurrencyContract extends Subject {
    /** Number of threads in these tests. */
    int THREADS = 8;

    @Test
    @DisplayName("one executable, many threads, different inputs and sizes")
    default void oneExecutable() throws Exception {
        Graph graph = rowNorm(3);
        try (Executable e = compile(graph, ExecutableOptions.DEFAULT)) {
            List<List<HostBuffer>> inputs = new ArrayList<>();
            List<List<HostBuffer>> expected = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                long[] n = {i * 97 % 513 + 1};
                inputs.add(TestData.inputs(graph, n, List.of(TestData.Kind.WHOLE), seed() + i));
                expected.add(Execution.run(backend(), graph, e, inputs.get(i), n));
            }
            together(t -> {
                for (int call = 0; call < 40; call++) {
                    int i = (t + call) % THREADS;
                    same(expected.get(i), Execution.run(backend(), graph, e, inputs.get(i),
                            new long[] {i * 97 % 513 + 1}), "call " + call + " of thread " + t);
                }
            });
        }
    }

    @Test
    @DisplayName("compiling and running many executables at once")
    default void manyExecutables() throws Exception {
        List<Graph> graphs = new ArrayList<>();
        List<List<HostBuffer>> expected = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Graph graph = rowNorm(i);
            graphs.add(graph);
            expected.add(runAlone(graph));
        }
        together(t -> {
            for (int k = 0; k < graphs.size(); k++) {
                Graph graph = graphs.get((t + k) % graphs.size());
                same(expected.get((t + k) % graphs.size()), runAlone(graph), "graph " + (t + k) % graphs.size());
            }
        });
    }

    private List<HostBuffer> runAlone(Graph graph) {
        long[] n = {207};
        try (Executable e = compile(graph, ExecutableOptions.DEFAULT)) {
            return Execution.run(backend(), graph, e, TestData.inputs(graph, n, List.of(TestData.Kind.WHOLE), seed()), n);
        }
    }

    @Test
    @DisplayName("graphs that look alike do not share an executable")
    default void lookAlikes() {
        List<Executable> open = new ArrayList<>();
        List<Graph> graphs = new ArrayList<>();
        for (Binary op : List.of(Binary.ADD, Binary.SUBTRACT, Binary.MULTIPLY, Binary.MAXIMUM, Binary.MINIMUM)) {
            GraphBuilder g = new GraphBuilder();
            GraphBuilder.Value x = g.param("x", DType.FLOAT32, Dim.symbol("n"));
            graphs.add(g.results(g.op(op, x, g.param("y", DType.FLOAT32, Dim.symbol("n")))).build());
            open.add(compile(graphs.get(graphs.size() - 1), ExecutableOptions.DEFAULT));
        }
        for (int i = 0; i < open.size(); i++) {
            OperatorCase c = new OperatorCase("look-alike " + i, graphs.get(i), List.of(TestData.Kind.ORDINARY),
                    List.of(), false);
            check(open.get(i), graphs.get(i), c, new long[] {13}, false);
        }
        open.forEach(Executable::close);
    }

    @Test
    @DisplayName("closed executables leave no threads and are collected")
    default void nothingLeft() throws Exception {
        cycle(10);
        int before = Thread.activeCount();
        List<WeakReference<Executable>> gone = cycle(30);
        int after = Thread.activeCount();
        assertTrue(after <= before + 4, "threads grew from " + before + " to " + after + " over 30 executables");
        int alive = alive(gone);
        for (int i = 0; i < 50 && alive > 2; i++) {
            System.gc();
            Thread.sleep(20);
            alive = alive(gone);
        }
        assertTrue(alive <= 2, alive + " of " + gone.size() + " closed executables cannot be collected");
    }

    private static int alive(List<WeakReference<Executable>> references) {
        return (int) references.stream().filter(r -> r.get() != null).count();
    }

    private List<WeakReference<Executable>> cycle(int count) {
        List<WeakReference<Executable>> references = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Graph graph = rowNorm(i % 6);
            long[] n = {13};
            try (Executable e = compile(graph, ExecutableOptions.DEFAULT)) {
                references.add(new WeakReference<>(e));
                Execution.run(backend(), graph, e, TestData.inputs(graph, n, List.of(TestData.Kind.WHOLE), seed()), n);
            }
        }
        return references;
    }

    /** Work to be done by thread number t. */
    @FunctionalInterface
    interface Work {
        void run(int t) throws Exception;
    }

    /** Does the work in {@link #THREADS} threads at once. @throws Exception what the first that failed threw */
    static void together(Work work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                int number = t;
                tasks.add(() -> {
                    work.run(number);
                    return null;
                });
            }
            for (Future<Void> f : pool.invokeAll(tasks, 5, TimeUnit.MINUTES)) {
                f.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e;
        } finally {
            pool.shutdownNow();
        }
    }

    private static void same(List<HostBuffer> expected, List<HostBuffer> got, String where) {
        for (int i = 0; i < expected.size(); i++) {
            assertNull(Execution.firstDifference(expected.get(i), got.get(i)), where);
        }
    }

    /** (x + c) / (1 + sum of squares of each row): several kernels and intermediates wherever they are not fused. */
    private static Graph rowNorm(int c) {
        GraphBuilder g = new GraphBuilder();
        GraphBuilder.Value x = g.param("x", DType.FLOAT32, Shape.of(Dim.symbol("n"), Dim.of(37)).dims().toArray(Dim[]::new));
        GraphBuilder.Value y = g.op(Binary.ADD, x, g.fill(c, x));
        GraphBuilder.Value s = g.op(new Reduce(Reduce.Kind.SUM, List.of(1)), g.op(Binary.MULTIPLY, y, y));
        GraphBuilder.Value z = g.op(Binary.DIVIDE, y, g.unreduce(g.op(Binary.ADD, s, g.fill(1, s)), x.shape(), List.of(1)));
        return g.results(g.op(Unary.ABS, z), s).build();
    }
}
