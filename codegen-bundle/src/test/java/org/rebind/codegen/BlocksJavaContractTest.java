package org.rebind.codegen;

import org.rebind.backend.Backend;
import org.rebind.tck.FuzzContract;
import org.rebind.tck.Fuzzer;
import org.rebind.tck.OptionsContract;

/** Loops in blocks agree with the interpreter, on any Java. */
class BlocksJavaContractTest implements OptionsContract, FuzzContract {
    private static final Backend BACKEND = new JavaBackend(Dialects.JAVA_BLOCKS, Target.cpu(0));

    @Override
    public Backend backend() {
        return BACKEND;
    }

    @Override
    public int fuzzCount() {
        return Fuzzer.count(500);
    }
}
