package org.rebind.backend.aparapi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.graph.Binary;
import org.rebind.graph.Graph;
import org.rebind.graph.Matmul;
import org.rebind.graph.Reduce;
import org.rebind.graph.Unary;
import org.rebind.graph.Where;
import org.rebind.tck.Execution;
import org.rebind.tck.GraphBuilder;
import org.rebind.tck.GraphBuilder.Value;
import org.rebind.tck.TestData;

/**
 * C1 has registers for the methods of usual kernels, with all its counters. A method that fits it only without them stays there for good
 * if C1 comes to it while C2 is busy, with vectors as objects (decision 0020). Run in a JVM of its own that has no C2.
 */
class KernelsFitC1Test {
    private static final int CALLS = 100;
    /** Neither whole vectors nor whole rows of four. */
    private static final int SIZE = 67;
    /** The same of rows long enough that the next one is looked at ahead, in two forms. */
    private static final int LONG = 291;
    /** The same of rows that wide vectors do not look ahead in, if they come from memory. */
    private static final int LONGER = 547;
    private static final Dim FEW = Dim.of(5);
    private static final Dim ROWS = Dim.symbol("rows");

    @TempDir
    Path folder;

    @Test
    void theyDo() throws Exception {
        assumeTrue(VectorCode.detect().available(), "without vectors there are no such kernels");
        Path output = folder.resolve("output");
        int exit = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules",
                "jdk.incubator.vector", "-Xmx512m", "-XX:TieredStopAtLevel=3", "-XX:CompileThresholdScaling=0.1", "-XX:+PrintCompilation", "-cp",
                System.getProperty("java.class.path"), KernelsFitC1Test.class.getName()).redirectErrorStream(true)
                .redirectOutput(output.toFile()).start().waitFor();
        List<String> lines = Files.readAllLines(output);
        assertEquals(0, exit, () -> String.join("\n", lines.subList(Math.max(0, lines.size() - 50), lines.size())));
        List<String> ours = lines.stream().filter(l -> l.contains("rebind.generated.Kernels::")).toList();
        assertTrue(ours.stream().anyMatch(l -> l.contains("_tail1 ")), () -> "tails are compiled: " + ours);
        assertEquals(List.of(), ours.stream().filter(l -> l.contains("COMPILE SKIPPED")).toList());
    }

    /** Calls each program until C1 has compiled all of it. */
    public static void main(String[] args) {
        try (CpuBackend backend = CpuProvider.create(VectorCode.detect())) {
            for (Graph graph : programs()) {
                long[] symbols = graph.symbols().isEmpty() ? new long[0] : new long[] {SIZE};
                DeviceBuffer[] in = Execution.upload(backend, TestData.inputs(graph, symbols, Collections.nCopies(graph.params().size(), TestData.Kind.ORDINARY), 1));
                try (Executable e = backend.compile(graph, ExecutableOptions.DEFAULT)) {
                    for (int i = 0; i < CALLS; i++) {
                        for (DeviceBuffer result : e.execute(in, symbols)) {
                            result.close();
                        }
                    }
                }
            }
        }
    }

    private static List<Graph> programs() {
        List<Graph> programs = new ArrayList<>(List.of(chain(), columns(), norm(FEW, SIZE), norm(FEW, LONG),
                norm(ROWS, LONGER), softmax(FEW, SIZE), softmax(FEW, LONG), softmax(ROWS, LONGER), masked(FEW, SIZE), masked(FEW, LONG),
                masked(ROWS, LONGER), truths(), product()));
        for (int inputs : new int[] {3, 6, 7, 8, 9, 12, 20}) {
            programs.add(wide(inputs));
        }
        for (int inputs : new int[] {1, 4, 6}) { // 8 do not fit along rows on Java 17, 9 on 25, where a fold's rest is not apart
            programs.add(sum(inputs, 0));
            programs.add(sum(inputs, 1));
        }
        return programs;
    }

    private static Graph wide(int inputs) {
        GraphBuilder g = new GraphBuilder();
        Value y = g.param("p0", DType.FLOAT32, Dim.symbol("n"));
        for (int i = 1; i < inputs; i++) {
            Value x = g.param("p" + i, DType.FLOAT32, Dim.symbol("n"));
            y = i % 2 == 0 ? g.op(Binary.MULTIPLY, y, x) : g.op(Binary.MAXIMUM, g.op(Binary.ADD, y, x), y);
        }
        return g.results(y).build();
    }

    private static Graph sum(int inputs, int axis) {
        GraphBuilder g = new GraphBuilder();
        Value y = g.param("p0", DType.FLOAT32, SIZE, SIZE);
        for (int i = 1; i < inputs; i++) {
            y = g.op(i % 2 == 0 ? Binary.MULTIPLY : Binary.ADD, y, g.param("p" + i, DType.FLOAT32, SIZE, SIZE));
        }
        return g.results(g.op(new Reduce(Reduce.Kind.SUM, List.of(axis)), y)).build();
    }

    private static Graph chain() {
        GraphBuilder g = new GraphBuilder();
        Value[] p = new Value[4];
        for (int i = 0; i < p.length; i++) {
            p[i] = g.param("p" + i, DType.FLOAT32, SIZE);
        }
        Value t = g.op(Unary.TANH, g.op(Binary.ADD, g.op(Binary.MULTIPLY, p[0], p[1]), p[2]));
        return g.results(g.op(Binary.MULTIPLY, t, g.op(Unary.EXP, g.op(Unary.NEGATIVE, p[3])))).build();
    }

    /** A step of gradient descent for a bias. */
    private static Graph columns() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT32, SIZE, SIZE);
        Value y = g.param("y", DType.FLOAT32, SIZE, SIZE);
        Value bias = g.param("bias", DType.FLOAT32, SIZE);
        Value sum = g.op(new Reduce(Reduce.Kind.SUM, List.of(0)), g.op(Binary.MULTIPLY, x, y));
        return g.results(g.op(Binary.SUBTRACT, bias, g.op(Binary.MULTIPLY, sum, bias))).build();
    }

    private static Graph norm(Dim rows, int n) {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT32, rows, Dim.of(n));
        Value centred = g.op(Binary.SUBTRACT, x, row(g, Reduce.Kind.SUM, x));
        Value size = g.op(Unary.SQRT, row(g, Reduce.Kind.SUM, g.op(Binary.MULTIPLY, centred, centred)));
        Value scaled = g.op(Binary.MULTIPLY, g.op(Binary.DIVIDE, centred, size), g.broadcast(g.param("w", DType.FLOAT32, n), x.shape()));
        return g.results(g.op(Binary.ADD, scaled, g.broadcast(g.param("b", DType.FLOAT32, n), x.shape()))).build();
    }

    private static Graph masked(Dim rows, int n) {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT32, rows, Dim.of(n));
        return softmax(g, g.op(new Where(), g.param("mask", DType.BOOL, rows, Dim.of(n)), x, g.fill(-1e9, x)));
    }

    /** Truth values read and written, beside a function. */
    private static Graph truths() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT32, Dim.symbol("n"));
        Value y = g.param("y", DType.FLOAT32, Dim.symbol("n"));
        Value mask = g.param("mask", DType.BOOL, Dim.symbol("n"));
        Value chosen = g.op(new Where(), mask, g.op(Unary.TANH, x), y);
        return g.results(chosen, g.op(Binary.LOGICAL_AND, mask, g.op(Binary.LESS, chosen, y))).build();
    }

    private static Graph softmax(Dim rows, int n) {
        GraphBuilder g = new GraphBuilder();
        return softmax(g, g.param("x", DType.FLOAT32, rows, Dim.of(n)));
    }

    private static Graph softmax(GraphBuilder g, Value x) {
        Value e = g.op(Unary.EXP, g.op(Binary.SUBTRACT, x, row(g, Reduce.Kind.MAX, x)));
        return g.results(g.op(Binary.DIVIDE, e, row(g, Reduce.Kind.SUM, e))).build();
    }

    private static Value row(GraphBuilder g, Reduce.Kind kind, Value x) {
        return g.unreduce(g.op(new Reduce(kind, List.of(1)), x), x.shape(), List.of(1));
    }

    private static Graph product() {
        GraphBuilder g = new GraphBuilder();
        return g.results(g.op(new Matmul(), g.param("a", DType.FLOAT32, 8, 8), g.param("b", DType.FLOAT32, 8, 8))).build();
    }
}
