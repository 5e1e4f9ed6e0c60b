package org.rebind.tck.self;

import org.junit.jupiter.api.Tag;
import org.rebind.backend.Backend;
import org.rebind.tck.BackendContract;
import org.rebind.tck.Fuzzer;
import org.rebind.tracer.internal.interpret.InterpreterBackend;

/** The interpreter passes the kit whose oracle it is: the kit agrees with itself. */
@Tag("slow")
@Tag("apart") // ./test runs it in another lane
class InterpreterContractTest extends BackendContract {
    private final Backend interpreter = new InterpreterBackend();

    @Override
    public Backend backend() {
        return interpreter;
    }

    @Override
    public Backend interpreter() {
        return interpreter;
    }

    @Override
    public int fuzzCount() {
        return Fuzzer.count(200);
    }
}
