package org.rebind.backend.opencl.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rebind.DType;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.DeviceKind;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.codegen.BinaryCache;
import org.rebind.graph.Binary;
import org.rebind.graph.Graph;
import org.rebind.tck.GraphBuilder;
import org.rebind.tck.GraphBuilder.Value;

/**
 * float16 on a device that says it has it. Drivers without need not take more of it than pointers, and of those with it the
 * ones made of clang do not take variables either unless a pragma asks for them: so kernels that compile here do there.
 */
class HalvesTest {
    private static OpenClBackend backend(DeviceKind kind) {
        DeviceFacts facts = TestDevices.facts().as(kind).with("cl_khr_fp16");
        return new OpenClBackend("opencl", new OpenClDevice(facts, TestDevices.settings(null)),
                new BinaryCache(TestDevices.settings(null).binaryCache()));
    }

    /** The first sum has 12 bits and float16 11, so that it is rounded, to even, before the difference. */
    private static Graph rounded() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT16, 2);
        Value y = g.param("y", DType.FLOAT16, 2);
        return g.results(g.op(Binary.SUBTRACT, g.op(Binary.ADD, x, y), x)).build();
    }

    @ParameterizedTest
    @EnumSource(value = DeviceKind.class, names = {"CPU", "GPU"})
    void whatIsNotStoredIsRoundedToo(DeviceKind kind) {
        short thousands = 0x6800; // 2048
        try (OpenClBackend b = backend(kind)) {
            assertTrue(b.supports(rounded()).supported());
            try (Executable e = b.compile(rounded(), ExecutableOptions.DEFAULT);
                    DeviceBuffer x = b.device().upload(HostBuffer.wrap(DType.FLOAT16, new short[] {thousands, thousands}, 2));
                    DeviceBuffer y = b.device().upload(HostBuffer.wrap(DType.FLOAT16, new short[] {0x3c00, 0x4000}, 2));
                    DeviceBuffer z = e.execute(new DeviceBuffer[] {x, y}, new long[0])[0]) {
                assertArrayEquals(new short[] {0, 0x4000}, z.toHost().shorts(), "2048 + 1 - 2048 and 2048 + 2 - 2048");
            }
        }
    }
}
