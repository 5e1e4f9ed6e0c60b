/** Elementary functions as Java source, from one definition for scalars and vectors, float32 and float64. */
package org.rebind.codegen.internal.math;
