/** The OpenCL backend: generated OpenCL C kernels on any OpenCL device. */
@ProvidesBackend(name = "opencl", kind = {DeviceKind.GPU, DeviceKind.ACCELERATOR, DeviceKind.CPU})
package org.rebind.backend.opencl.internal;

import org.rebind.backend.DeviceKind;
import org.rebind.backend.ProvidesBackend;
