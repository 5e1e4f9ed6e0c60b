/**
 * Tracing: a function run on traced tensors leaves a graph, the tensors it captured, its declared effects, and the guards
 * under which the graph is right for other sizes.
 */
package org.rebind.tracer.internal.trace;
