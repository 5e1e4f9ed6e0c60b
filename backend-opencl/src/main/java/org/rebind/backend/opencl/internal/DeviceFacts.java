package org.rebind.backend.opencl.internal;

import static org.bytedeco.opencl.global.OpenCL.*;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.opencl._cl_device_id;
import org.bytedeco.opencl._cl_platform_id;
import org.rebind.backend.DeviceKind;
import org.rebind.codegen.BinaryCache;
import org.rebind.codegen.Kernel;

/**
 * What an OpenCL device says about itself.
 *
 * @param version of OpenCL the device implements, for instance {@code OpenCL 3.0 PoCL ...}
 * @param sharedMemory whether host and device see one fine-grained memory, so that nothing need be copied or mapped
 * @param unifiedMemory whether mapping a buffer costs no copy
 * @param vectorBits width of a vector register
 */
record DeviceFacts(_cl_platform_id platform, _cl_device_id id, String name, String vendor, String platformName,
        String driver, String version, String extensions, DeviceKind kind, long memoryBytes, long maxAllocation,
        boolean sharedMemory, boolean unifiedMemory, int computeUnits, long maxWorkGroup, long localMemory, int vectorBits) {

    static DeviceFacts of(_cl_platform_id platform, String platformName, _cl_device_id id) {
        long type = number(id, CL_DEVICE_TYPE);
        boolean gpu = (type & CL_DEVICE_TYPE_GPU) != 0;
        boolean cpu = (type & CL_DEVICE_TYPE_CPU) != 0;
        return new DeviceFacts(platform, id, text(id, CL_DEVICE_NAME), text(id, CL_DEVICE_VENDOR), platformName,
                text(id, CL_DRIVER_VERSION), text(id, CL_DEVICE_VERSION), text(id, CL_DEVICE_EXTENSIONS),
                gpu ? DeviceKind.GPU : cpu ? DeviceKind.CPU : DeviceKind.ACCELERATOR,
                number(id, CL_DEVICE_GLOBAL_MEM_SIZE), number(id, CL_DEVICE_MAX_MEM_ALLOC_SIZE),
                (number(id, CL_DEVICE_SVM_CAPABILITIES) & CL_DEVICE_SVM_FINE_GRAIN_BUFFER) != 0,
                number(id, CL_DEVICE_HOST_UNIFIED_MEMORY) != 0, (int) number(id, CL_DEVICE_MAX_COMPUTE_UNITS),
                number(id, CL_DEVICE_MAX_WORK_GROUP_SIZE), number(id, CL_DEVICE_LOCAL_MEM_SIZE),
                32 * (int) number(id, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT));
    }

    /** The same device under another driver version. */
    DeviceFacts withDriver(String other) {
        return new DeviceFacts(platform, id, name, vendor, platformName, other, version, extensions, kind, memoryBytes,
                maxAllocation, sharedMemory, unifiedMemory, computeUnits, maxWorkGroup, localMemory, vectorBits);
    }

    /** The same device scheduled for as if it were of another kind. */
    DeviceFacts as(DeviceKind other) {
        return new DeviceFacts(platform, id, name, vendor, platformName, driver, version, extensions, other, memoryBytes,
                maxAllocation, sharedMemory, unifiedMemory, computeUnits, maxWorkGroup, localMemory, vectorBits);
    }

    /** The same device with one more extension. */
    DeviceFacts with(String extension) {
        return new DeviceFacts(platform, id, name, vendor, platformName, driver, version, extensions + " " + extension, kind,
                memoryBytes, maxAllocation, sharedMemory, unifiedMemory, computeUnits, maxWorkGroup, localMemory, vectorBits);
    }

    /** Why no kernel can run on this device, as a sentence; empty if one can. */
    String unusable() {
        if (number(id, CL_DEVICE_AVAILABLE) == 0) {
            return "the device is not available";
        }
        if (number(id, CL_DEVICE_COMPILER_AVAILABLE) == 0) {
            return "its driver has no compiler";
        }
        if (number(id, CL_DEVICE_ENDIAN_LITTLE) == 0) {
            return "the device is big-endian";
        }
        if (version.startsWith("OpenCL 1.0") || version.startsWith("OpenCL 1.1")) {
            return "it implements " + version.trim() + ", and 1.2 is needed";
        }
        if (!isCpu() && maxWorkGroup < Kernel.GROUP_SIZE) {
            return "its work-groups have " + maxWorkGroup + " work-items at most, and " + Kernel.GROUP_SIZE + " are needed";
        }
        if (isPocl() && !ProcessGuards.linkerOnPath()) {
            return "PoCL needs the linker ld on the PATH (package binutils) and would abort the JVM without it";
        }
        return "";
    }

    boolean isCpu() {
        return kind == DeviceKind.CPU;
    }

    boolean isPocl() {
        return platformName.equals("Portable Computing Language");
    }

    boolean fp64() {
        return has("cl_khr_fp64");
    }

    boolean fp16() {
        return has("cl_khr_fp16");
    }

    /**
     * What programs are built with at least. float32 division and square root are rounded correctly where the device can; OpenCL allows
     * them 2.5 and 3 ulp otherwise, and NVIDIA's compiler makes use of that.
     */
    String buildOptions() {
        boolean rounds = (number(id, CL_DEVICE_SINGLE_FP_CONFIG) & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0;
        return "-cl-std=CL1.2" + (rounds ? " -cl-fp32-correctly-rounded-divide-sqrt" : "");
    }

    private boolean has(String extension) {
        return Arrays.asList(extensions.split(" ")).contains(extension);
    }

    /** The facts people ask for, by stable keys. */
    Map<String, String> properties() {
        Map<String, String> p = new LinkedHashMap<>();
        p.put("vendor", vendor);
        p.put("platform", platformName);
        p.put("driver", driver);
        p.put("opencl.version", version.trim());
        p.put("memory", Long.toString(memoryBytes));
        p.put("memory.max.allocation", Long.toString(maxAllocation));
        p.put("memory.shared", sharedMemory ? "fine-grained" : unifiedMemory ? "mapped" : "no");
        p.put("fp64", Boolean.toString(fp64()));
        p.put("fp16", Boolean.toString(fp16()));
        p.put("compute.units", Integer.toString(computeUnits));
        return p;
    }

    /** A number of up to 8 bytes, 0 where the device does not know the question. */
    private static long number(_cl_device_id id, int what) {
        try (BytePointer value = new BytePointer(8)) {
            value.putLong(0, 0);
            return clGetDeviceInfo(id, what, 8, value, null) == CL_SUCCESS ? value.getLong(0) : 0;
        }
    }

    private static String text(_cl_device_id id, int what) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            if (clGetDeviceInfo(id, what, 0, null, size) != CL_SUCCESS || size.get() == 0) {
                return "";
            }
            try (BytePointer value = new BytePointer(size.get())) {
                Status.check(clGetDeviceInfo(id, what, size.get(), value, null), "clGetDeviceInfo");
                return value.getString().trim();
            }
        }
    }

    /** The key of a program compiled for this device: its driver compiles it, so the driver is part of it. */
    String binaryKey(String source, String options) {
        return BinaryCache.key(source, options, name, vendor, version, driver, platformName);
    }
}
