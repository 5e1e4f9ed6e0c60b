package org.rebind.codegen;

import java.util.Objects;
import org.rebind.backend.DeviceKind;
import org.rebind.backend.ExecutableOptions;

/**
 * What the scheduler has to know of a device.
 *
 * @param kind CPU kernels run chunks of their extent, one thread a chunk; GPU and ACCELERATOR kernels one thread an
 *     element or one group a row
 * @param vectorBits width of a vector register of a CPU, or of the widest access a thread of a GPU makes to memory; 0 if
 *     code is not vectorised explicitly
 * @param localMemory bytes of fast memory: what a group shares on a GPU, the share of cache one row may take on a CPU
 * @param heap whether kernels can allocate scratch memory whose size is known at launch only (Java can)
 * @param float64 whether the device computes in float64
 * @param float16 whether the device reads and writes float16 and bfloat16
 * @param libraryMatmul whether the backend multiplies floating matrices by a library; the plan then has
 *     {@link Step.MatmulStep}s with epilogues, else generated kernels
 * @param exact as in {@link ExecutableOptions}: no multiply-add is contracted and no expression reassociated; sums
 *     still run in several accumulators, in an order that depends on sizes only, never on timing
 * @param fuse false gives one kernel a node
 */
public record Target(DeviceKind kind, int vectorBits, int localMemory, boolean heap, boolean float64, boolean float16,
        boolean libraryMatmul, boolean exact, boolean fuse) {
    public Target {
        Objects.requireNonNull(kind, "kind");
    }

    /** A CPU programmed in Java, without a matrix library. */
    public static Target cpu(int vectorBits) {
        return new Target(DeviceKind.CPU, vectorBits, 256 << 10, true, true, true, false, false, true);
    }

    /** A CPU programmed in a C dialect, without a matrix library. */
    public static Target cpuInC(int vectorBits) {
        return new Target(DeviceKind.CPU, vectorBits, 256 << 10, false, true, true, false, false, true);
    }

    /** A GPU without a matrix library. */
    public static Target gpu() {
        return new Target(DeviceKind.GPU, 128, 32 << 10, false, true, true, false, false, true);
    }

    public boolean isGpu() {
        return kind == DeviceKind.GPU || kind == DeviceKind.ACCELERATOR;
    }

    public Target with(ExecutableOptions options) {
        return new Target(kind, vectorBits, localMemory, heap, float64, float16, libraryMatmul, options.exact(),
                options.fuse());
    }

    public Target withLibraryMatmul(boolean library) {
        return new Target(kind, vectorBits, localMemory, heap, float64, float16, library, exact, fuse);
    }

    public Target withTypes(boolean withFloat64, boolean withFloat16) {
        return new Target(kind, vectorBits, localMemory, heap, withFloat64, withFloat16, libraryMatmul, exact, fuse);
    }

    public Target withLocalMemory(int bytes) {
        return new Target(kind, vectorBits, bytes, heap, float64, float16, libraryMatmul, exact, fuse);
    }
}
