/**
 * Turns a graph into scheduled, fused kernels and their source text in a Dialect. A backend needs these lines, and a way to
 * compile and launch the source:
 *
 * <pre>{@code
 * Plan plan = Scheduler.schedule(graph, Target.gpu().with(options));
 * List<Kernel> kernels = ...;                              // of plan.steps(), in order
 * String source = Renderer.source(kernels, Dialects.OPENCL);
 * // per execution: memory for plan.slots() and RESULT buffers, then the steps in order
 * }</pre>
 *
 * <p>In the order in which data flows, {@code internal} holds: Grouping (which values are computed together), KernelMaker
 * and Lowering (loops around what Pull evaluates at one index), Tidy, InPlace and Memories (buffers by lifetime),
 * SourceWriter (text).
 */
@Export
@Version("0.1.0")
package org.rebind.codegen;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
