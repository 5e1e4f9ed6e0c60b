/**
 * Pytrees: nested records, lists, maps, arrays, optionals and registered classes, flattened to leaves and rebuilt.
 */
@Export
@Version("0.1.0")
package org.rebind.pytree;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
