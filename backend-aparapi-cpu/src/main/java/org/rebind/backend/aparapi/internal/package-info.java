/** The CPU backend: generated Java kernels, dispatched through Aparapi. */
@ProvidesBackend(name = "aparapi-cpu", kind = DeviceKind.CPU)
package org.rebind.backend.aparapi.internal;

import org.rebind.backend.DeviceKind;
import org.rebind.backend.ProvidesBackend;
