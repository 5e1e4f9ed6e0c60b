package org.rebind.backend.opencl.internal;

import java.util.Arrays;
import java.util.List;
import org.rebind.DType;
import org.rebind.backend.BackendException;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.HostBuffer;
import org.rebind.codegen.BinaryCache;

/** A small kernel through every part of a device: compiler, upload, launch, download. */
final class SelfTest {
    private static final int ELEMENTS = 1000;
    private static final String SOURCE = """
            __kernel void self_test(__global const int *restrict x, __global int *restrict y, int n) {
                int i = get_global_id(0);
                if (i < n) {
                    y[i] = 2 * x[i] + 1;
                }
            }
            """;

    private SelfTest() {
    }

    /** @throws BackendException if the device does not work */
    static void run(OpenClDevice device, BinaryCache cache) {
        int[] x = new int[ELEMENTS];
        Arrays.setAll(x, i -> 3 * i - 7);
        try (Program program = Program.build(device, SOURCE, cache);
                DeviceBuffer input = device.upload(HostBuffer.wrap(DType.INT32, x, ELEMENTS))) {
            int[] y = launch(device, program, (OpenClBuffer) input);
            for (int i = 0; i < ELEMENTS; i++) {
                if (y[i] != 2 * x[i] + 1) {
                    throw new BackendException(BackendException.Kind.EXECUTE, "its test kernel gave " + y[i] + " for 2 * "
                            + x[i] + " + 1");
                }
            }
            if (!program.isFromCache()) {
                program.store(cache);
            }
        }
    }

    private static int[] launch(OpenClDevice device, Program program, OpenClBuffer input) {
        KernelSet kernels = new KernelSet(program, List.of("self_test"));
        CommandQueue queue = device.compute();
        Block out = device.pool().take(ELEMENTS * (long) Integer.BYTES);
        Submission work;
        queue.lock.lock();
        try {
            Submission upload = input.ready();
            queue.waitForTransfers(upload == null ? List.of() : List.of(upload));
            kernels.enqueue(queue.handle(), new Launch("self_test", new int[] {0, 1}, new int[] {ELEMENTS},
                    new long[] {1024}, new long[] {64}), new Block[] {input.block(), out}, true);
            work = Submission.ofKernels("self-test", kernels.takeEvent(), List.of());
            queue.submitted(work);
        } finally {
            queue.lock.unlock();
            kernels.close();
        }
        try (OpenClBuffer result = new OpenClBuffer(device, DType.INT32, ELEMENTS, out, work)) {
            return result.toHost().ints();
        }
    }
}
