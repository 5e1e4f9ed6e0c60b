/**
 * The graph: a flat, immutable, typed SSA program of tensor operations; its type rules, checker, printer and binary form.
 */
@Export
@Version("0.1.0")
package org.rebind.graph;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
