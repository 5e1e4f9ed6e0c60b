package org.rebind.tracer.internal.backends;

import org.rebind.backend.Executable;
import org.rebind.cache.Lease;

/**
 * An executable on one arrival of a backend; replaced as a whole, never changed.
 *
 * @param lease keeps the executable open; whoever takes the binding out of use closes it after the running calls
 * @param onHost whether the device works on host memory
 */
record Binding(BackendSlot slot, Lease<ExecutableStore.Compiled> lease, Executable executable, boolean onHost) {
}
