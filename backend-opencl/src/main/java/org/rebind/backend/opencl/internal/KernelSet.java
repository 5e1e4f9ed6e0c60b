package org.rebind.backend.opencl.internal;

import static org.bytedeco.opencl.global.OpenCL.*;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.opencl._cl_command_queue;
import org.bytedeco.opencl._cl_event;
import org.bytedeco.opencl._cl_kernel;

/**
 * One instance of each kernel of a program and the native cells a call writes arguments through. Used by one call at a
 * time, since a {@code cl_kernel} holds its arguments; they are copied when a launch is queued.
 */
final class KernelSet {
    private final Map<String, Instance> kernels = new HashMap<>();
    private final PointerPointer<Pointer> cell = new PointerPointer<>(1);
    private final IntPointer number = new IntPointer(1);
    private final SizeTPointer global = new SizeTPointer(3);
    private final SizeTPointer local = new SizeTPointer(3);
    private final PointerPointer<Pointer> event = new PointerPointer<>(1);

    /** A kernel and the arguments it has: setting one costs a driver far more than comparing it. */
    private static final class Instance {
        final _cl_kernel handle;
        Block[] buffers = {};
        int[] numbers = {};

        Instance(_cl_kernel handle) {
            this.handle = handle;
        }
    }

    KernelSet(Program program, List<String> names) {
        boolean done = false;
        try {
            for (String name : names) {
                kernels.put(name, new Instance(program.kernel(name)));
            }
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    /**
     * Queues a launch.
     *
     * @param memory by the numbers of {@link Launch#buffers}
     * @param withEvent whether {@link #takeEvent} will be asked for the launch's event
     */
    void enqueue(_cl_command_queue queue, Launch launch, Block[] memory, boolean withEvent) {
        Instance kernel = kernels.get(launch.kernel());
        setBuffers(kernel, launch, memory);
        setNumbers(kernel, launch);
        for (int i = 0; i < launch.global().length; i++) {
            global.put(i, launch.global()[i]);
            local.put(i, launch.local()[i]);
        }
        launch(queue, launch, withEvent);
    }

    private void setBuffers(Instance kernel, Launch launch, Block[] memory) {
        int[] buffers = launch.buffers();
        if (kernel.buffers.length != buffers.length) {
            kernel.buffers = new Block[buffers.length];
        }
        for (int i = 0; i < buffers.length; i++) {
            Block b = memory[buffers[i]];
            if (kernel.buffers[i] != b) {
                kernel.buffers[i] = null;
                check(b.bind(kernel.handle, i, cell), "an argument", launch);
                kernel.buffers[i] = b;
            }
        }
    }

    private void setNumbers(Instance kernel, Launch launch) {
        int[] numbers = launch.numbers();
        if (kernel.numbers == numbers) {
            return; // those of the same launch as before
        }
        kernel.numbers = null;
        for (int i = 0; i < numbers.length; i++) {
            number.put(0, numbers[i]);
            int arg = launch.buffers().length + i;
            check(clSetKernelArg(kernel.handle, arg, Integer.BYTES, number), "an argument", launch);
        }
        kernel.numbers = numbers;
    }

    /** Queues a launch with the arguments and sizes of the one before. */
    void launchAgain(_cl_command_queue queue, Launch launch) {
        launch(queue, launch, false);
    }

    private void launch(_cl_command_queue queue, Launch launch, boolean withEvent) {
        check(clEnqueueNDRangeKernel(queue, kernels.get(launch.kernel()).handle, launch.global().length, null, global,
                local, 0, (PointerPointer<?>) null, withEvent ? event : null), "launch", launch);
    }

    private static void check(int status, String what, Launch launch) {
        if (status != CL_SUCCESS) {
            throw Status.failure(status, what + " of kernel " + launch.kernel());
        }
    }

    /** The event of the last launch queued with one; the caller owns it. */
    _cl_event takeEvent() {
        return new _cl_event(event.get(0));
    }

    void close() {
        kernels.values().forEach(k -> clReleaseKernel(k.handle));
        cell.close();
        number.close();
        global.close();
        local.close();
        event.close();
    }
}
