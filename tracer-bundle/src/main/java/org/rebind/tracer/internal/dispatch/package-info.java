/** Compiled functions: signatures, lookup, entries and their eviction, guards, statistics, explanations. */
package org.rebind.tracer.internal.dispatch;
