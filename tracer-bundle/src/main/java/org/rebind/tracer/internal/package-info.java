/** Traces functions into graphs and dispatches calls to compiled entries. */
package org.rebind.tracer.internal;
