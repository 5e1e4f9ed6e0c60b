/**
 * Tensors: the operators of the API in one class, what each does to shapes and dtypes, and the two kinds of tensor there
 * are, concrete and traced. {@code Operations} decides whether an op is traced or run.
 */
package org.rebind.tracer.internal.tensor;
