/** Scheduling, lowering and printing. */
package org.rebind.codegen.internal;
