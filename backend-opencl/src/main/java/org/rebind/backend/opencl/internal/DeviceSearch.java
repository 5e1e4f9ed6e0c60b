package org.rebind.backend.opencl.internal;

import static org.bytedeco.opencl.global.OpenCL.*;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.opencl._cl_device_id;
import org.bytedeco.opencl._cl_platform_id;
import org.rebind.backend.BackendException;

/** The devices of all OpenCL platforms of this machine, best first: GPU, accelerator, CPU; then more memory. */
final class DeviceSearch {
    private static final int NO_PLATFORM = -1001;

    private DeviceSearch() {
    }

    /**
     * All devices, usable or not; none where there is no driver.
     *
     * @param broken gets a sentence for each platform that fails, which hides no other
     * @throws BackendException if the platforms cannot be listed
     * @throws LinkageError if the OpenCL binding has no natives for this platform
     */
    static List<DeviceFacts> all(List<String> broken) {
        List<DeviceFacts> found = new ArrayList<>();
        for (_cl_platform_id platform : platforms()) {
            String name = "an OpenCL platform";
            try {
                name = platformName(platform);
                for (_cl_device_id id : devices(platform)) {
                    found.add(DeviceFacts.of(platform, name, id));
                }
            } catch (BackendException e) {
                broken.add(name + " does not work: " + e.getMessage());
            }
        }
        found.sort(Comparator.comparing(DeviceFacts::kind)
                .thenComparing(Comparator.comparingLong(DeviceFacts::memoryBytes).reversed()));
        return found;
    }

    private static List<_cl_platform_id> platforms() {
        try (IntPointer count = new IntPointer(1)) {
            int status = clGetPlatformIDs(0, (PointerPointer<?>) null, count);
            if (status == NO_PLATFORM || status == CL_SUCCESS && count.get() == 0) {
                return List.of();
            }
            Status.check(status, "clGetPlatformIDs");
            try (PointerPointer<_cl_platform_id> ids = new PointerPointer<>(count.get())) {
                Status.check(clGetPlatformIDs(count.get(), ids, (IntPointer) null), "clGetPlatformIDs");
                List<_cl_platform_id> all = new ArrayList<>();
                for (int i = 0; i < count.get(); i++) {
                    all.add(new _cl_platform_id(ids.get(i)));
                }
                return all;
            }
        }
    }

    private static List<_cl_device_id> devices(_cl_platform_id platform) {
        try (IntPointer count = new IntPointer(1)) {
            int status = clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, (PointerPointer<?>) null, count);
            if (status == CL_DEVICE_NOT_FOUND || status == CL_SUCCESS && count.get() == 0) {
                return List.of();
            }
            Status.check(status, "clGetDeviceIDs");
            try (PointerPointer<_cl_device_id> ids = new PointerPointer<>(count.get())) {
                Status.check(clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, count.get(), ids, (IntPointer) null),
                        "clGetDeviceIDs");
                List<_cl_device_id> all = new ArrayList<>();
                for (int i = 0; i < count.get(); i++) {
                    all.add(new _cl_device_id(ids.get(i)));
                }
                return all;
            }
        }
    }

    private static String platformName(_cl_platform_id platform) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            Status.check(clGetPlatformInfo(platform, CL_PLATFORM_NAME, 0, null, size), "clGetPlatformInfo");
            try (BytePointer value = new BytePointer(Math.max(1, size.get()))) {
                Status.check(clGetPlatformInfo(platform, CL_PLATFORM_NAME, size.get(), value, null),
                        "clGetPlatformInfo");
                return value.getString().trim();
            }
        }
    }
}
