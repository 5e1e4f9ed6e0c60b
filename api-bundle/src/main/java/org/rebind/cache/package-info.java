/**
 * The cache service contract: bounded LRU caches whose values are leased, filled once per key and closed after the last lease.
 */
@Export
@Version("0.1.0")
package org.rebind.cache;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
