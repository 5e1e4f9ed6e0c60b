package org.rebind.backend.opencl.internal;

/**
 * One kernel launch at known sizes.
 *
 * @param kernel name of its function
 * @param buffers memory of its first arguments, as {@link Launches} numbers it
 * @param numbers int arguments after those
 * @param global work-items along up to three axes, multiples of {@code local}; none is 0
 * @param local work-items of a group, fixed for each kernel so that drivers compile it once
 */
record Launch(String kernel, int[] buffers, int[] numbers, long[] global, long[] local) {
}
