package org.rebind.codegen;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.rebind.backend.Backend;
import org.rebind.tck.FuzzContract;
import org.rebind.tck.Fuzzer;
import org.rebind.tck.OptionsContract;

/** Java kernels on vectors agree with the interpreter; the CPU backend, which runs the same ones, passes the whole kit. */
class VectorJavaContractTest implements OptionsContract, FuzzContract {
    private static final Backend BACKEND = new JavaBackend(Dialects.JAVA_VECTOR, Target.cpu(JavaBackend.vectorBits() < 256 ? 128 : 512));

    @BeforeAll
    static void needsVectors() {
        Assumptions.assumeTrue(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent(),
                "the JVM runs without jdk.incubator.vector");
    }

    @Override
    public Backend backend() {
        return BACKEND;
    }

    @Override
    public int fuzzCount() {
        return Fuzzer.count(500);
    }
}
