package org.rebind.backend.cuda.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction1;
import org.rebind.DType;
import org.rebind.Rebind;
import org.rebind.Tensor;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendException;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Discovery;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Unary;
import org.rebind.tck.GraphBuilder;

/** Several devices, emulated: each is a backend of its own, and one's trouble is not the others'. */
class DevicesTest {
    private final EmulatedGpu gpu = EmulatedGpu.orSkip();
    private final FakeDriver driver = new FakeDriver(gpu);

    private Discovery discover(int devices) {
        driver.devices = devices;
        Cuda cuda = new Cuda(driver, gpu, new FakeNatives.Blas(driver, true), "", "", "");
        return new CudaProvider(() -> cuda, new CudaProvider.Settings(null, false)).discover();
    }

    @Test
    void eachIsABackendThatComputes() {
        Discovery d = discover(3);
        assertEquals(List.of("cuda", "cuda-1", "cuda-2"), d.backends().stream().map(Backend::name).toList());
        GraphBuilder g = new GraphBuilder();
        g.results(g.op(Unary.NEGATIVE, g.param("x", DType.FLOAT32, 3)));
        for (Backend b : d.backends()) {
            try (Executable e = b.compile(g.build(), ExecutableOptions.DEFAULT);
                    DeviceBuffer x = b.device().upload(HostBuffer.wrap(DType.FLOAT32, new float[] {1, -2, 3}, 3));
                    DeviceBuffer y = e.execute(new DeviceBuffer[] {x}, new long[0])[0]) {
                assertArrayEquals(new float[] {-1, 2, -3}, y.toHost().floats());
                for (Backend other : d.backends()) {
                    if (other != b) {
                        try (Executable there = other.compile(g.build(), ExecutableOptions.DEFAULT)) {
                            BackendException refused = assertThrows(BackendException.class,
                                    () -> there.execute(new DeviceBuffer[] {x}, new long[0]));
                            assertTrue(refused.getMessage().contains("on another device"), refused.getMessage());
                        }
                    }
                }
            }
        }
        d.backends().forEach(Backend::close);
        assertEquals(List.of(), driver.leaks());
    }

    @Test
    void oneThatFailsDoesNotHideTheOthers() {
        driver.failures.put("deviceName 1", "CUDA_ERROR_INVALID_DEVICE");
        Discovery d = discover(3);
        assertEquals(List.of("cuda", "cuda-1"), d.backends().stream().map(Backend::name).toList());
        assertEquals(1, d.declined().size());
        assertTrue(d.declined().get(0).reason().contains("CUDA_ERROR_INVALID_DEVICE"), d.toString());
        d.backends().get(0).close();
        d.backends().get(1).close();
        assertEquals(List.of(), driver.leaks());
    }

    @Test
    void aLibraryThatDoesNotWorkIsLeftOut() {
        CudaBlas broken = new FakeNatives.Blas(driver, false); // computes nothing
        Cuda cuda = new Cuda(driver, gpu, broken, "", "", "");
        Discovery d = new CudaProvider(() -> cuda, new CudaProvider.Settings(null, true)).discover();
        assertEquals(1, d.backends().size(), d.toString());
        assertTrue(!d.backends().get(0).version().contains("TF32"), "products are generated kernels");
        d.backends().get(0).close();
        assertEquals(List.of(), driver.leaks());
    }

    @Test
    void tensorsOfALostDeviceKeepWhatTheHostHas() {
        Assumptions.assumeTrue(!EmulatedProvider.hasRealDevice(), "cuda-1 would be a real device, which cannot be made to fail");
        CompileOptions options = CompileOptions.builder().fullgraph(true).backend("cuda-1").build();
        CompiledFunction1<Tensor, Tensor> f = Rebind.compiler().compile((Tensor x) -> x.mul(2f), options);
        Tensor x = Tensor.of(new float[] {1, 2, 3});
        Tensor y = f.apply(x);
        assertArrayEquals(new float[] {2, 4, 6}, y.toFloatArray()); // y has a copy on the host from here on
        EmulatedProvider.DRIVERS.forEach(d -> d.failures.put("launch", "CUDA_ERROR_ILLEGAL_ADDRESS"));
        assertArrayEquals(new float[] {4, 8, 12}, f.apply(y).toFloatArray(), "another backend takes over");
        EmulatedProvider.DRIVERS.forEach(d -> d.failures.remove("launch"));
        assertArrayEquals(new float[] {2, 4, 6}, y.toFloatArray());
        assertArrayEquals(new float[] {1, 2, 3}, x.toFloatArray());
    }
}
