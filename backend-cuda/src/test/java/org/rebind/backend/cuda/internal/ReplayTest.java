package org.rebind.backend.cuda.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.CumSum;
import org.rebind.graph.Graph;
import org.rebind.graph.Matmul;
import org.rebind.graph.Unary;
import org.rebind.tck.GraphBuilder;
import org.rebind.tck.GraphBuilder.Value;

/** CUDA graphs of executables of several launches: when they are made, used, refused and kept apart. */
class ReplayTest {
    private final FakeDriver driver = new FakeDriver();
    private final FakeNatives.Compiler compiler = new FakeNatives.Compiler();
    private final FakeNatives.Blas blas = new FakeNatives.Blas(driver, false);

    /** Kernels that cannot be one: running sums of running sums. */
    static Graph sums() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT32, 4, 5);
        for (int i = 0; i < 4; i++) {
            x = g.op(new CumSum(i % 2), x);
        }
        return g.results(x).build();
    }

    /** Two layers: products by the library and kernels between. */
    private static Graph layers() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT32, 8, 8);
        Value w = g.param("w", DType.FLOAT32, 8, 8);
        Value y = g.op(Unary.TANH, g.op(new Matmul(), x, w));
        return g.results(g.op(Unary.TANH, g.op(new Matmul(), y, w))).build();
    }

    private static void call(Executable e, DeviceBuffer... inputs) {
        for (DeviceBuffer b : e.execute(inputs, new long[0])) {
            b.close();
        }
    }

    private static DeviceBuffer input(CudaBackend b, int n) {
        return b.device().upload(HostBuffer.allocate(DType.FLOAT32, n));
    }

    @Test
    void theSecondCallOnTheSameAddressesCapturesAndLaterOnesReplay() {
        try (CudaBackend b = FakeNatives.backend(driver, compiler, blas); DeviceBuffer x = input(b, 20);
                Executable e = b.compile(sums(), ExecutableOptions.DEFAULT)) {
            for (int i = 0; i < 5; i++) {
                call(e, x);
            }
            assertEquals(1, driver.captured);
            assertEquals(4, driver.replays);
            assertEquals(20, driver.launched.size(), "four kernels a call, however they are launched");
        }
        assertEquals(List.of(), driver.leaks());
    }

    @Test
    void productsAreCapturedToo() {
        try (CudaBackend b = FakeNatives.backend(driver, compiler, blas); DeviceBuffer x = input(b, 64);
                DeviceBuffer w = input(b, 64); Executable e = b.compile(layers(), ExecutableOptions.DEFAULT)) {
            for (int i = 0; i < 8; i++) {
                call(e, x, w);
            }
            int ways = driver.captured; // the pool may hand two blocks out in turns
            assertTrue(ways == 1 || ways == 2, ways + " captures");
            assertEquals(8 - ways, driver.replays);
            assertEquals(2 * 2 * ways, blas.products, "asked of the library in first calls and in captures only");
        }
        assertEquals(List.of(), driver.leaks());
    }

    @Test
    void otherAddressesAreOtherGraphsAndTheOldestGo() {
        try (CudaBackend b = FakeNatives.backend(driver, compiler, blas);
                Executable e = b.compile(sums(), ExecutableOptions.DEFAULT)) {
            List<DeviceBuffer> inputs = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                inputs.add(input(b, 20));
            }
            for (int round = 0; round < 3; round++) {
                for (DeviceBuffer x : inputs) {
                    call(e, x);
                    call(e, x);
                }
            }
            assertEquals(36, driver.captured, "twelve inputs take turns in eight places");
            inputs.forEach(DeviceBuffer::close);
        }
        assertEquals(List.of(), driver.leaks());
    }

    @Test
    void aDriverThatMakesNoGraphIsAskedOnce() {
        refused("endCapture", "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", 1);
    }

    @Test
    void aDriverThatDoesNotCaptureIsAskedOnce() {
        refused("beginCapture", "CUDA_ERROR_NOT_SUPPORTED", 0);
    }

    private void refused(String call, String result, int captured) {
        try (CudaBackend b = FakeNatives.backend(driver, compiler, blas); DeviceBuffer x = input(b, 20);
                Executable e = b.compile(sums(), ExecutableOptions.DEFAULT)) {
            driver.failures.put(call, result);
            for (int i = 0; i < 5; i++) {
                call(e, x);
            }
            assertEquals(captured, driver.captured);
            assertEquals(0, driver.replays);
            assertEquals(20, driver.launched.size(), "all calls ran, the second one by one");
        }
        assertEquals(List.of(), driver.leaks());
    }

    @Test
    void anErrorEndsTheCaptureToo() {
        try (CudaBackend b = FakeNatives.backend(driver, compiler, blas); DeviceBuffer x = input(b, 20);
                Executable e = b.compile(sums(), ExecutableOptions.DEFAULT)) {
            call(e, x);
            driver.launching = () -> {
                throw new OutOfMemoryError("Java heap space");
            };
            assertThrows(OutOfMemoryError.class, () -> call(e, x));
            driver.launching = () -> { };
            for (int i = 0; i < 3; i++) {
                call(e, x);
            }
            assertTrue(driver.replays > 0, "a later call made the graph");
        }
        assertEquals(List.of(), driver.leaks());
    }

    @Test
    void transfersOfOtherThreadsStayOutOfCaptures() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (CudaBackend b = FakeNatives.backend(driver, compiler, blas);
                Executable e = b.compile(layers(), ExecutableOptions.DEFAULT)) {
            List<Future<?>> running = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                running.add(threads.submit(() -> {
                    for (int i = 0; i < 100; i++) { // the driver fails whoever joins the capture of another
                        try (DeviceBuffer x = input(b, 64); DeviceBuffer w = input(b, 64)) {
                            DeviceBuffer[] y = e.execute(new DeviceBuffer[] {x, w}, new long[0]);
                            call(e, x, w);
                            y[0].toHost();
                            y[0].close();
                        }
                    }
                }));
            }
            for (Future<?> f : running) {
                f.get();
            }
            assertTrue(driver.captured > 0, "some calls were captured");
        } finally {
            threads.shutdownNow();
        }
        assertEquals(List.of(), driver.leaks());
    }

    @Test
    void tf32IsAskedForOnlyWhereItIsSetAndNeverForExactResults() {
        try (CudaBackend plain = FakeNatives.backend(driver, 0, compiler, blas, false)) {
            run(plain, ExecutableOptions.DEFAULT);
            assertEquals(0, blas.tf32);
            assertTrue(blas.products > 0);
            assertTrue(!plain.version().contains("TF32"), plain.version());
        }
        try (CudaBackend rounding = FakeNatives.backend(driver, 0, compiler, blas, true)) {
            int before = blas.products;
            run(rounding, new ExecutableOptions(true, true));
            assertEquals(before, blas.products, "exact products are generated kernels");
            run(rounding, ExecutableOptions.DEFAULT);
            assertEquals(blas.products - before, blas.tf32);
            assertTrue(rounding.version().contains("TF32"), "the version is part of cache keys: " + rounding.version());
        }
        assertEquals(List.of(), driver.leaks());
    }

    private static void run(CudaBackend b, ExecutableOptions options) {
        try (DeviceBuffer x = input(b, 64); DeviceBuffer w = input(b, 64); Executable e = b.compile(layers(), options)) {
            call(e, x, w);
        }
    }
}
