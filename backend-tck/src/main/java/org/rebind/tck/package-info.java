/** The contract tests every backend must pass. */
@Export
@Version("0.1.0")
package org.rebind.tck;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
