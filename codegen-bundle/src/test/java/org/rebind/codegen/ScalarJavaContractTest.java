package org.rebind.codegen;

import org.rebind.backend.Backend;
import org.rebind.tck.FuzzContract;
import org.rebind.tck.Fuzzer;
import org.rebind.tck.OptionsContract;

/** Plain Java kernels agree with the interpreter; the CPU backend, which runs the same ones, passes the whole kit. */
class ScalarJavaContractTest implements OptionsContract, FuzzContract {
    private static final Backend BACKEND = new JavaBackend(Dialects.JAVA, Target.cpu(0));

    @Override
    public Backend backend() {
        return BACKEND;
    }

    @Override
    public int fuzzCount() {
        return Fuzzer.count(500);
    }
}
