package org.rebind.backend.aparapi.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.TensorType;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Graph;
import org.rebind.graph.Matmul;
import org.rebind.tck.GraphBuilder;

/** When right operands are copied, that nobody gets another's copy, and that products by copies are right. */
class PaddedOperandTest {
    private static final int K = 70;
    private static final int N = 24;
    private static final int LEADING = 29;
    private static final int THREADS = 2;

    private final Dispatcher dispatcher = new Dispatcher(THREADS);
    private final Recording gemm = new Recording();
    private final CpuBackend backend = new CpuBackend(VectorCode.detect(), dispatcher, new ArrayPool(1 << 28, 1, true),
            new SourceCompiler(PaddedOperandTest.class.getClassLoader()), List.of(gemm), new StripRule(THREADS, StripRule.USUAL));

    /** Three plain loops that want rows of b some distance apart, and what b they got. */
    private static final class Recording implements Gemm {
        private final List<Matrix> operands = Collections.synchronizedList(new ArrayList<>());

        @Override
        public String name() {
            return "loops";
        }

        @Override
        public boolean takes(DType dtype, int m, int n, int k) {
            return dtype == DType.FLOAT32;
        }

        @Override
        public int ownRows() {
            return Integer.MAX_VALUE;
        }

        @Override
        public int leading(int rows, int n, int k, int leading) {
            return leading == N ? LEADING : leading;
        }

        @Override
        public Product product(int m, int n, int k, int threads) {
            return (a, b, c, cOffset) -> multiply(a, b, c, cOffset, m, n, k);
        }

        private void multiply(Matrix a, Matrix b, Object c, int cOffset, int m, int n, int k) {
            operands.add(b);
            float[] out = (float[]) c;
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    float sum = 0;
                    for (int p = 0; p < k; p++) {
                        sum += ((float[]) a.array())[a.offset() + i * a.leading() + p] * ((float[]) b.array())[b.offset() + p * b.leading() + j];
                    }
                    out[cOffset + i * n + j] = sum;
                }
            }
        }

        Matrix last() {
            return operands.get(operands.size() - 1);
        }
    }

    @AfterEach
    void close() {
        backend.close();
    }

    private static Graph product(Dim rows) {
        GraphBuilder g = new GraphBuilder();
        var x = g.param("x", new TensorType(DType.FLOAT32, Shape.of(List.of(rows, Dim.of(K)))));
        var w = g.param("w", new TensorType(DType.FLOAT32, Shape.of(List.of(Dim.of(K), Dim.of(N)))));
        return g.results(g.op(new Matmul(), x, w)).build();
    }

    private static HostBuffer buffer(int rows, int columns, float first) {
        float[] a = new float[rows * columns];
        for (int i = 0; i < a.length; i++) {
            a[i] = first + i % 7; // sums are exact
        }
        return HostBuffer.wrap(DType.FLOAT32, a, a.length);
    }

    /** Multiplies and checks the result. @return the b that was taken */
    private Gemm.Matrix multiply(Executable e, int rows, HostBuffer w, long... symbols) {
        HostBuffer x = buffer(rows, K, -2);
        HostBuffer c = e.execute(new DeviceBuffer[] {x, w}, symbols)[0].toHost();
        float[] want = new float[rows * N];
        new Recording().multiply(new Gemm.Matrix(x.array(), 0, K, false), new Gemm.Matrix(w.array(), 0, N, false), want, 0, rows, N, K);
        assertArrayEquals(want, java.util.Arrays.copyOf(c.floats(), want.length));
        c.close();
        return gemm.last();
    }

    @Test
    void weightsAreCopiedWhenTheyComeAgainAndOnce() {
        try (Executable e = backend.compile(product(Dim.of(3)), ExecutableOptions.DEFAULT)) {
            HostBuffer w = buffer(K, N, 1);
            assertSame(w.array(), multiply(e, 3, w).array(), "few rows of a, the first time");
            Gemm.Matrix copy = multiply(e, 3, w);
            assertEquals(LEADING, copy.leading(), "the second time");
            assertSame(copy.array(), multiply(e, 3, w).array(), "the third time");
        }
    }

    @Test
    void anotherBufferGetsNoCopyOfTheOneBefore() {
        try (Executable e = backend.compile(product(Dim.of(3)), ExecutableOptions.DEFAULT)) {
            HostBuffer w = buffer(K, N, 1);
            multiply(e, 3, w);
            Object copy = multiply(e, 3, w).array();
            HostBuffer other = buffer(K, N, 2);
            assertSame(other.array(), multiply(e, 3, other).array());
            assertNotSame(copy, multiply(e, 3, other).array());
            HostBuffer again = HostBuffer.wrap(DType.FLOAT32, w.array(), K * N); // the same array may hold something else by now
            again.floats()[5] = 11;
            assertSame(again.array(), multiply(e, 3, again).array());
        }
    }

    @Test
    void manyRowsAreWorthACopyForOneCall() {
        int rows = 128 * THREADS;
        try (Executable e = backend.compile(product(Dim.of(rows)), ExecutableOptions.DEFAULT)) {
            assertEquals(LEADING, multiply(e, rows, buffer(K, N, 1)).leading());
            assertEquals(LEADING, multiply(e, rows, buffer(K, N, 3)).leading());
        }
    }

    @Test
    void copiesOutliveOtherSizesOfTheBatch() {
        try (Executable e = backend.compile(product(Dim.symbol("batch")), ExecutableOptions.DEFAULT)) {
            HostBuffer w = buffer(K, N, 1);
            multiply(e, 3, w, 3);
            Object copy = multiply(e, 5, w, 5).array();
            assertNotSame(w.array(), copy);
            assertSame(copy, multiply(e, 3, w, 3).array());
            assertSame(copy, multiply(e, 100, w, 100).array());
        }
    }

    @Test
    void callersWithOtherWeightsDoNotMeet() throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(4);
        HostBuffer shared = buffer(K, N, 9);
        try (Executable e = backend.compile(product(Dim.of(3)), ExecutableOptions.DEFAULT)) {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                HostBuffer own = buffer(K, N, t);
                all.add(callers.submit(() -> {
                    for (int i = 0; i < 300; i++) {
                        multiply(e, 3, i % 5 < 3 ? own : shared);
                    }
                }));
            }
            for (Future<?> f : all) {
                f.get();
            }
        } finally {
            callers.shutdown();
        }
    }

    @Test
    void theLibraryWantsNoCopyWhereItPacks() {
        assumeTrue(VectorCode.detect().available(), "no library without vectors");
        Gemm oneDnn = OneDnn.find(dispatcher, System.getLogger("test")).orElse(null);
        assumeTrue(oneDnn != null, "oneDNN is not here");
        for (int leading : new int[] {1, 13, 255, 257, 528}) {
            assertEquals(leading, oneDnn.leading(64, Math.min(leading, 512), 784, leading), "rows " + leading + " apart");
        }
        assertEquals(1024, oneDnn.leading(1024, 1024, 1024, 1024), "a large product");
        assertEquals(512, oneDnn.leading(64, 512, 5, 512), "few terms");
        int better = oneDnn.leading(64, 512, 784, 512);
        assertEquals(0, better % 16);
        assertEquals(true, better == 512 || better % 256 != 0, "rows 512 apart become " + better);
    }
}
