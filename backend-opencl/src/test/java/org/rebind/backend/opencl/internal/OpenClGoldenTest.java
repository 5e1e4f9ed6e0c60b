package org.rebind.backend.opencl.internal;

import org.rebind.tck.GoldenContract;

/** The golden cases, a part of the contract that takes as long as the operators: see {@link OpenClContractTest}. */
class OpenClGoldenTest extends OnDevice implements GoldenContract {
    /** Every golden case is compiled for its own sizes; one in four, others with each seed, for symbolic ones as well. */
    @Override
    public int goldenShare(Way way) {
        return way == Way.DYNAMIC && !Boolean.getBoolean("rebind.test.long") ? 4 : GoldenContract.super.goldenShare(way);
    }
}
