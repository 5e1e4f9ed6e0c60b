package org.rebind.backend.opencl.internal;

import org.rebind.tck.OperatorContract;

/** The operators, a part of the contract that takes as long as the golden cases: see {@link OpenClContractTest}. */
class OpenClOperatorsTest extends OnDevice implements OperatorContract {
    /** Every operator is compiled for symbolic sizes; one case in four, others with each seed, for a fixed one as well. */
    @Override
    public int fixedShare() {
        return Boolean.getBoolean("rebind.test.long") ? OperatorContract.super.fixedShare() : 4;
    }
}
