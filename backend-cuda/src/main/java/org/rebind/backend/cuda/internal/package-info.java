/** The CUDA backend: generated CUDA C kernels on NVIDIA devices. */
@ProvidesBackend(name = "cuda", kind = DeviceKind.GPU)
package org.rebind.backend.cuda.internal;

import org.rebind.backend.DeviceKind;
import org.rebind.backend.ProvidesBackend;
