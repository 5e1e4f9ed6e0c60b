/** The Kernel IR: typed expressions and structured statements of one kernel, immutable, between scheduling and source text. */
@Export
@Version("0.1.0")
package org.rebind.codegen.ir;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
