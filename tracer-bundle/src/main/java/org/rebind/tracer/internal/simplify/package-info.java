/**
 * Simplify: pure passes from graph to graph that keep every result bit for bit; {@code Pass} lists them in order.
 */
package org.rebind.tracer.internal.simplify;
