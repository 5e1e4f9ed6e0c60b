package org.rebind.tck;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.rebind.backend.ExecutableOptions;

/** Random programs agree with the interpreter. */
public interface FuzzContract extends Subject {
    /** Number of random programs; see {@link Fuzzer#count}. */
    default int fuzzCount() {
        return Fuzzer.count(2000);
    }

    @Test
    @DisplayName("random programs, fused")
    default void randomPrograms() {
        decided(Fuzzer.run(backend().name(), fuzzCount(), backend(), ExecutableOptions.DEFAULT,
                Fuzzer.against(backend(), interpreter(), ExecutableOptions.DEFAULT)));
    }

    @Test
    @DisplayName("random programs, exact")
    default void randomProgramsExact() {
        ExecutableOptions exact = new ExecutableOptions(true, true);
        decided(Fuzzer.run(backend().name() + ", exact", fuzzCount() / 10, backend(), exact,
                Fuzzer.against(backend(), interpreter(), exact)));
    }

    private static void decided(Comparison c) {
        assertTrue(c.undecided() <= c.compared() || c.compared() < 1000, "the fuzz says too little: " + c.undecided()
                + " of " + (c.compared() + c.undecided()) + " elements undecided");
    }
}
