/**
 * Eager mode: ops outside of compiled functions, each run at once as a graph of one op with symbolic sizes, on the best
 * backend, or by the interpreter where that is quicker.
 */
package org.rebind.tracer.internal.eager;
