package org.rebind.backend;

import java.util.Map;

/**
 * One piece of hardware that runs executables and holds buffers. Owned by its backend and usable until the backend has
 * departed. All methods may be called from any thread.
 */
public interface Device {
    /** For people and logs, for instance {@code "NVIDIA H200"}. */
    String name();

    DeviceKind kind();

    /** Memory for buffers, in bytes; {@link Long#MAX_VALUE} where no limit is known. */
    long memoryBytes();

    /**
     * Puts the elements of a host buffer on this device. A device that works on host memory returns {@code host}
     * itself. The caller owns the result (unless it is {@code host}) and keeps {@code host}'s array unchanged until this
     * returns; a device that reads it later {@linkplain HostBuffer#retain retains} it.
     *
     * @throws BackendException of kind OUT_OF_MEMORY if it does not fit now, DEVICE_LOST if the device is gone
     */
    DeviceBuffer upload(HostBuffer host);

    /** Facts for people: vendor, driver, memory, vector width and the like; stable keys, printable values. */
    default Map<String, String> properties() {
        return Map.of();
    }
}
