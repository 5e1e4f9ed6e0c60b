/** Runnable examples on real data. */
package org.rebind.examples;
