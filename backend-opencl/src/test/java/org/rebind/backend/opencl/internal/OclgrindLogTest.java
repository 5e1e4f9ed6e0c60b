package org.rebind.backend.opencl.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.rebind.codegen.BinaryCache;

/** The check itself: kernels with an error are reported. */
@Tag("oclgrind")
class OclgrindLogTest {
    @Test
    void anOutOfBoundsWriteIsReported() throws IOException {
        String report = report("x[16 + get_global_id(0)] = 1;", 64);
        assertTrue(report.contains("Invalid write"), report);
    }

    @Test
    void aDataRaceIsReported() throws IOException {
        String report = report("x[get_global_id(0) / 2] = get_global_id(0);", 64);
        assertTrue(report.contains("data race"), report);
    }

    private static String report(String statement, int bytes) throws IOException {
        TestDevices.skipUnless(TestDevices.oclgrind(), "not under Oclgrind");
        OpenClDevice device = TestDevices.open(TestDevices.settings(null));
        // Just so long, not a pool's size class.
        Block block = Block.allocate(device.context(), MemoryMode.MAPPED, bytes);
        long before = OclgrindLog.size();
        try (Program p = Program.build(device, "__kernel void bad(__global int *x) { " + statement + " }\n",
                new BinaryCache(null))) {
            KernelSet kernels = new KernelSet(p, List.of("bad"));
            kernels.enqueue(device.compute().handle(), new Launch("bad", new int[] {0}, new int[0], new long[] {4},
                    new long[] {1}), new Block[] {block}, false);
            device.compute().finish();
            kernels.close();
            return OclgrindLog.since(before);
        } finally {
            block.free(device.context());
            device.close();
        }
    }
}
