package org.rebind.backend.opencl.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.rebind.Rebind;
import org.rebind.tck.GoldenContract;

/**
 * The golden cases, a part of the contract that takes as long as the operators: see {@link OpenClContractTest}. A kernel for each
 * is a driver's compiler at work for minutes, most of it in its optimiser; so they are not optimised, unlike those of the other
 * parts, except in the long tests.
 */
class OpenClGoldenTest extends OnDevice implements GoldenContract {
    private static final boolean LONG = Boolean.getBoolean("rebind.test.long");
    private static final String PROPERTY = Settings.PREFIX + "buildOptions";
    private static final String OPTIONS = LONG ? "" : "-cl-opt-disable";

    static {
        System.setProperty(PROPERTY, OPTIONS); // the cases run through the public API, whose backend is made of these
    }

    @AfterAll
    static void restore() {
        System.clearProperty(PROPERTY);
    }

    /** Every golden case is compiled for its own sizes; one in four, others with each seed, for symbolic ones as well. */
    @Override
    public int goldenShare(Way way) {
        return way == Way.DYNAMIC && !LONG ? 4 : GoldenContract.super.goldenShare(way);
    }

    @Test
    void theRuntimeIsStartedWithTheseOptions() {
        List<Boolean> optimised = Rebind.compiler().backends().stream().filter(b -> b.name().equals(backend.name()))
                .map(b -> !b.properties().get("build.options").contains("-cl-opt-disable")).toList();
        assertEquals(List.of(LONG), optimised, "another test of this JVM started the runtime before");
    }
}
