/**
 * The interpreter: the meaning of every op, written once, in plain Java over host buffers; and the backend made of it.
 */
package org.rebind.tracer.internal.interpret;
