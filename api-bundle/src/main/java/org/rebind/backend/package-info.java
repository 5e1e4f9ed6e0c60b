/**
 * The backend SPI: what a device vendor implements (Backend, Device, DeviceBuffer, Executable) and the host's own buffers.
 */
@Export
@Version("0.1.0")
package org.rebind.backend;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
