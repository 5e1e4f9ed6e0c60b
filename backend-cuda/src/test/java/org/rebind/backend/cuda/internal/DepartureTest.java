package org.rebind.backend.cuda.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.backend.BackendException;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Graph;
import org.rebind.graph.Unary;
import org.rebind.tck.GraphBuilder;

/** What is left of a device when a call fails, when it is closed with things still open, and when it is lost. */
class DepartureTest {
    private static final String[] OPENING = {"keepFreedMemory", "createStream", "createEvent"};

    private final FakeDriver driver = new FakeDriver();
    private final FakeNatives.Compiler compiler = new FakeNatives.Compiler();
    private final FakeNatives.Blas blas = new FakeNatives.Blas(driver, false);

    @AfterEach
    void nothingIsLeft() {
        assertEquals(List.of(), driver.leaks());
    }

    private CudaBackend backend() {
        return FakeNatives.backend(driver, compiler, blas);
    }

    private static Graph negative() {
        GraphBuilder g = new GraphBuilder();
        return g.results(g.op(Unary.NEGATIVE, g.param("x", DType.FLOAT32, 13))).build();
    }

    private static DeviceBuffer input(CudaBackend b) {
        return b.device().upload(HostBuffer.allocate(DType.FLOAT32, 13));
    }

    @Test
    void aContextThatDoesNotOpenGivesBackWhatItTook() {
        for (String call : OPENING) {
            driver.failures.put(call, "CUDA_ERROR_OUT_OF_MEMORY");
            assertThrows(CudaException.class, () -> new CudaContext(driver, 0), call);
            assertEquals(List.of(), driver.leaks(), call);
        }
    }

    @Test
    void closingTakesOpenBuffersAndExecutablesAlong() {
        CudaBackend b = backend();
        Executable e = b.compile(negative(), ExecutableOptions.DEFAULT);
        DeviceBuffer x = input(b);
        DeviceBuffer y = e.execute(new DeviceBuffer[] {x}, new long[0])[0];
        b.close();
        assertEquals(List.of(), driver.leaks());
        assertEquals(BackendException.Kind.DEVICE_LOST, assertThrows(BackendException.class, y::toHost).kind());
        x.close();
        y.close();
        e.close();
        assertEquals(BackendException.Kind.DEVICE_LOST, assertThrows(BackendException.class, () -> input(b)).kind());
    }

    @Test
    void closingTakesGraphsOfOpenExecutablesAlong() {
        CudaBackend b = backend();
        Executable e = b.compile(ReplayTest.sums(), ExecutableOptions.DEFAULT);
        DeviceBuffer x = b.device().upload(HostBuffer.allocate(DType.FLOAT32, 20));
        for (int i = 0; i < 3; i++) {
            e.execute(new DeviceBuffer[] {x}, new long[0])[0].close();
        }
        assertTrue(driver.leaks().contains("graph"), "the calls were replayed");
        b.close();
        assertEquals(List.of(), driver.leaks());
        e.close();
    }

    @Test
    void anExecutableClosesOnceAndRunsNoMore() {
        try (CudaBackend b = backend(); DeviceBuffer x = input(b)) {
            Executable e = b.compile(negative(), ExecutableOptions.DEFAULT);
            e.close();
            e.close();
            BackendException refused = assertThrows(BackendException.class,
                    () -> e.execute(new DeviceBuffer[] {x}, new long[0]));
            assertEquals(BackendException.Kind.EXECUTE, refused.kind());
            assertTrue(refused.getMessage().contains("has been closed"), refused.getMessage());
        }
    }

    @Test
    void aModuleWithoutItsKernelIsUnloaded() {
        try (CudaBackend b = backend()) {
            driver.failures.put("function", "CUDA_ERROR_NOT_FOUND");
            assertThrows(BackendException.class, () -> b.compile(negative(), ExecutableOptions.DEFAULT));
            assertFalse(driver.leaks().contains("module"), driver.leaks().toString());
        }
    }

    @Test
    void anUploadThatFailsWaitsForItsCopiesBeforeItGivesMemoryBack() {
        try (CudaBackend b = backend()) {
            int before = driver.liveAllocations();
            for (String call : new String[] {"copyToDevice", "recordEvent", "allocateHost"}) {
                driver.failures.put(call, "CUDA_ERROR_INVALID_VALUE");
                assertThrows(BackendException.class, () -> b.device().upload(HostBuffer.allocate(DType.INT64, 2_000_000)), call);
                assertEquals(before, driver.liveAllocations(), call);
            }
        }
    }

    @Test
    void aDownloadThatFailsCanBeRepeated() {
        try (CudaBackend b = backend(); DeviceBuffer x = input(b)) {
            driver.failures.put("copyToHost", "CUDA_ERROR_INVALID_VALUE");
            assertThrows(BackendException.class, x::toHost);
            assertArrayEquals(new float[13], x.toHost().floats());
        }
    }

    @Test
    void memoryIsAskedForTwice() {
        try (CudaBackend b = backend()) {
            driver.failures.put("allocate", "CUDA_ERROR_OUT_OF_MEMORY");
            int trims = driver.trims;
            input(b).close();
            assertEquals(trims + 1, driver.trims, "the pool gave up what it did not use in between");
        }
    }

    @Test
    void codeThatFindsNoMemoryGetsThePools() {
        try (CudaBackend b = backend()) {
            driver.failures.put("loadModule", "CUDA_ERROR_OUT_OF_MEMORY");
            int trims = driver.trims;
            b.compile(negative(), ExecutableOptions.DEFAULT).close();
            assertEquals(trims + 1, driver.trims);
            driver.failures.put("loadModule", "CUDA_ERROR_INVALID_IMAGE");
            assertThrows(CudaException.class, () -> b.compile(negative(), ExecutableOptions.DEFAULT));
        }
    }

    @Test
    void anErrorThatTheDriverReportsLaterTakesTheDeviceOutOfService() {
        CudaBackend b = backend();
        DeviceBuffer x = input(b);
        driver.failures.put("synchronizeEvent", "CUDA_ERROR_ILLEGAL_ADDRESS");
        assertEquals(BackendException.Kind.DEVICE_LOST, assertThrows(BackendException.class, x::toHost).kind());
        assertEquals(BackendException.Kind.DEVICE_LOST, assertThrows(BackendException.class, () -> input(b)).kind());
        b.close();
        assertFalse(driver.leaks().contains("context of device 0"), "the context is released");
        driver.forget(); // the rest went with the context
    }

    @Test
    void closingGoesOnAfterAFailure() {
        CudaBackend b = backend();
        input(b);
        driver.failures.put("synchronize", "CUDA_ERROR_INVALID_HANDLE");
        driver.failures.put("destroyEvent", "CUDA_ERROR_INVALID_HANDLE");
        b.close();
        assertEquals(List.of("event"), driver.leaks(), "all but what could not be destroyed");
        driver.forget();
    }

    @Test
    void closingGoesOnWhereProductsCannotBeGivenBack() {
        CudaBackend b = backend();
        driver.failures.put("free", "CUDA_ERROR_INVALID_HANDLE");
        b.close();
        assertEquals(0, blas.handles);
    }
}
