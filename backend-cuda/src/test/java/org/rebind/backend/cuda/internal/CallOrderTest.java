package org.rebind.backend.cuda.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.Shape;
import org.rebind.backend.BackendException;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Graph;
import org.rebind.tck.OperatorSuite;

/** What is asked of the driver, over the whole operator suite: order, lifetimes, leaks, double frees, streams. */
class CallOrderTest {
    /** Allocations a backend keeps: the workspace of cuBLAS. */
    private static final int STANDING = 1;

    private final FakeDriver driver = new FakeDriver();
    private final FakeNatives.Compiler compiler = new FakeNatives.Compiler();
    private final FakeNatives.Blas blas = new FakeNatives.Blas(driver, false);

    @Test
    void everyOperatorLeavesNothingBehind() {
        try (CudaBackend backend = FakeNatives.backend(driver, compiler, blas)) {
            int ran = 0;
            for (OperatorSuite.Case c : OperatorSuite.cases()) {
                if (!backend.supports(c.graph()).supported()) {
                    continue;
                }
                try (Executable executable = backend.compile(c.graph(), ExecutableOptions.DEFAULT)) {
                    for (long[] symbols : c.sizes()) {
                        run(backend, executable, c.graph(), symbols);
                        assertEquals(STANDING, driver.liveAllocations(), c.name());
                    }
                }
                ran++;
            }
            assertTrue(ran > 200, "only " + ran + " cases ran");
            assertTrue(blas.products > 0 && driver.launched.size() > ran, "products and kernels were launched");
        }
        assertEquals(List.of(), driver.leaks());
        assertEquals(0, blas.handles);
    }

    private static void run(CudaBackend backend, Executable executable, Graph graph, long[] symbols) {
        var numbers = graph.symbolMap(symbols);
        DeviceBuffer[] inputs = new DeviceBuffer[graph.params().size()];
        for (int i = 0; i < inputs.length; i++) {
            Shape shape = graph.type(i).shape().evaluate(numbers::get);
            inputs[i] = backend.device().upload(HostBuffer.allocate(graph.type(i).dtype(), shape.elementCount()));
        }
        DeviceBuffer[] results = executable.execute(inputs, symbols);
        for (int i = 0; i < results.length; i++) {
            assertEquals(graph.type(graph.results().get(i)).shape().evaluate(numbers::get).elementCount(),
                    results[i].toHost().elementCount());
        }
        for (DeviceBuffer b : results) {
            b.close();
        }
        for (DeviceBuffer b : inputs) {
            b.close();
        }
    }


    private static Graph chain() {
        return OperatorSuite.cases().stream().filter(c -> c.name().startsWith("exp float32")).findFirst().orElseThrow()
                .graph();
    }

    @Test
    void largeTransfersGoThroughSeveralBlocks() {
        try (CudaBackend backend = FakeNatives.backend(driver, compiler, blas);
                DeviceBuffer b = backend.device().upload(HostBuffer.allocate(DType.INT64, 5_000_000))) {
            assertEquals(5_000_000, b.toHost().elementCount());
        }
        assertEquals(List.of(), driver.leaks());
    }

    @Test
    void outOfMemoryGivesBackWhatTheCallTook() {
        try (CudaBackend backend = FakeNatives.backend(driver, compiler, blas);
                Executable executable = backend.compile(chain(), ExecutableOptions.DEFAULT);
                DeviceBuffer x = backend.device().upload(HostBuffer.allocate(DType.FLOAT32, 4099))) {
            driver.capacity = driver.liveBytes() + 4099;
            BackendException e = assertThrows(BackendException.class,
                    () -> executable.execute(new DeviceBuffer[] {x}, new long[] {4099}));
            assertEquals(BackendException.Kind.OUT_OF_MEMORY, e.kind());
            assertEquals(STANDING + 1, driver.liveAllocations());
            driver.capacity = Long.MAX_VALUE;
            executable.execute(new DeviceBuffer[] {x}, new long[] {4099})[0].close();
        }
        assertEquals(List.of(), driver.leaks());
    }

    @Test
    void aFailedLaunchGivesBackWhatTheCallTook() {
        try (CudaBackend backend = FakeNatives.backend(driver, compiler, blas);
                Executable executable = backend.compile(chain(), ExecutableOptions.DEFAULT);
                DeviceBuffer x = backend.device().upload(HostBuffer.allocate(DType.FLOAT32, 13))) {
            driver.failures.put("launch", "CUDA_ERROR_INVALID_VALUE");
            BackendException e = assertThrows(BackendException.class,
                    () -> executable.execute(new DeviceBuffer[] {x}, new long[] {13}));
            assertEquals(BackendException.Kind.EXECUTE, e.kind());
            assertEquals(STANDING + 1, driver.liveAllocations());
            executable.execute(new DeviceBuffer[] {x}, new long[] {13})[0].close();
        }
        assertEquals(List.of(), driver.leaks());
    }

    @Test
    void aStickyErrorTakesTheDeviceOutOfService() {
        CudaBackend backend = FakeNatives.backend(driver, compiler, blas);
        Executable executable = backend.compile(chain(), ExecutableOptions.DEFAULT);
        DeviceBuffer x = backend.device().upload(HostBuffer.allocate(DType.FLOAT32, 13));
        driver.failures.put("launch", "CUDA_ERROR_ILLEGAL_ADDRESS");
        for (int i = 0; i < 2; i++) { // the second finds the device lost without asking the driver
            assertEquals(BackendException.Kind.DEVICE_LOST, assertThrows(BackendException.class,
                    () -> executable.execute(new DeviceBuffer[] {x}, new long[] {13})).kind());
        }
        assertEquals(BackendException.Kind.DEVICE_LOST,
                assertThrows(BackendException.class, x::toHost).kind());
        x.close();
        executable.close();
        backend.close();
        assertEquals(List.of(), driver.leaks().stream().filter(l -> l.contains("context")).toList());
    }

    @Test
    void repeatedCallsOfSeveralKernelsReplayAGraph() {
        OperatorSuite.Case several = OperatorSuite.cases().stream().filter(c -> {
            FakeDriver other = new FakeDriver();
            try (CudaBackend b = FakeNatives.backend(other, compiler, new FakeNatives.Blas(other, false))) {
                return b.supports(c.graph()).supported() && c.sizes().stream().anyMatch(s -> s.length > 0 && s[0] == 13)
                        && launches(c, b) >= Replays.WORTHWHILE;
            }
        }).findFirst().orElseThrow();
        long[] symbols = several.sizes().stream().filter(s -> s[0] == 13).findFirst().orElseThrow();
        try (CudaBackend backend = FakeNatives.backend(driver, compiler, blas);
                Executable executable = backend.compile(several.graph(), new ExecutableOptions(false, false))) {
            for (int i = 0; i < 5; i++) {
                run(backend, executable, several.graph(), symbols);
            }
        }
        assertTrue(driver.replays >= 3, several.name() + ": " + driver.replays + " replays");
        assertEquals(List.of(), driver.leaks());
    }

    private static int launches(OperatorSuite.Case c, CudaBackend backend) {
        try (Executable e = backend.compile(c.graph(), new ExecutableOptions(false, false))) {
            boolean kernelsOnly = e.kernels().stream().noneMatch(k -> k.language().equals("library"));
            return kernelsOnly ? e.kernels().size() : 0;
        }
    }

    @Test
    void closingTwiceIsOnce() {
        CudaBackend backend = FakeNatives.backend(driver, compiler, blas);
        DeviceBuffer b = backend.device().upload(HostBuffer.allocate(DType.BOOL, 0));
        b.close();
        b.close();
        backend.close();
        backend.close();
        assertEquals(List.of(), driver.leaks());
    }
}
