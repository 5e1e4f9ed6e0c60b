package org.rebind.backend.opencl.internal;

import static org.bytedeco.opencl.global.OpenCL.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.opencl._cl_kernel;
import org.bytedeco.opencl._cl_program;
import org.junit.jupiter.api.Test;
import org.rebind.backend.BackendException;
import org.rebind.codegen.BinaryCache;

class KernelSetTest {
    private static final String SOURCE = "__kernel void one(__global int *x) { x[get_global_id(0)] = 1; }\n";

    @Test
    void aKernelThatIsNotMadeLeavesNoOtherBehind() {
        OpenClDevice device = TestDevices.open(TestDevices.settings(null));
        try (Program p = Program.build(device, SOURCE, new BinaryCache(null))) {
            assertThrows(BackendException.class, () -> new KernelSet(p, List.of("one", "another")));
            _cl_kernel kernel = p.kernel("one");
            assertEquals(2, references(kernel), "the program is its owner's and this kernel's");
            clReleaseKernel(kernel);
        } finally {
            device.close();
        }
    }

    /** Of the kernel's program. */
    private static int references(_cl_kernel kernel) {
        try (PointerPointer<Pointer> program = new PointerPointer<>(1); IntPointer count = new IntPointer(1)) {
            Status.check(clGetKernelInfo(kernel, CL_KERNEL_PROGRAM, program.sizeof(), program, null), "clGetKernelInfo");
            Status.check(clGetProgramInfo(new _cl_program(program.get(0)), CL_PROGRAM_REFERENCE_COUNT, Integer.BYTES, count, null),
                    "clGetProgramInfo");
            return count.get();
        }
    }
}
