/** Dispatch of chunked work to Java threads through Aparapi. */
@Export
@Version("0.1.0")
package org.rebind.bindings.aparapi;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
