package org.rebind.backend.opencl.internal;

import org.rebind.tck.OperatorContract;

/** The operators, a part of the contract that takes as long as the golden cases: see {@link OpenClContractTest}. */
class OpenClOperatorsTest extends OnDevice implements OperatorContract {
}
