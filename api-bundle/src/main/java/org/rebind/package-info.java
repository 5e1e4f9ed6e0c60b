/**
 * User types: tensors, dtypes, shapes, the compiler and compiled functions.

 <pre>{@code
 Compiler compiler = Rebind.compiler();
 var f = compiler.compile((Tensor x) -> x.mul(2).add(1).tanh());
 Tensor y = f.apply(Tensor.of(new float[] {1, 2, 3}));
 }</pre>
 */
@Export
@Version("0.1.0")
package org.rebind;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
