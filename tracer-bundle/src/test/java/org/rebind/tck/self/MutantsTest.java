package org.rebind.tck.self;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.rebind.tck.Kit;

/** The kit finds each deliberately broken backend, by the part that is there for it, and nothing wrong with an unbroken one. */
@Tag("slow")
@Tag("apart") // ./test runs it in another lane
class MutantsTest {
    private static final int RANDOM_PROGRAMS = 100;

    @Test
    void unbrokenBackendPasses() {
        try (WrapperSubject subject = new WrapperSubject(Wrapper::new, new Wrapper.Provider())) {
            Kit.Report report = Kit.run(subject, RANDOM_PROGRAMS, (p, t, s, e) -> { });
            assertEquals("", summary(report));
            assertEquals(1, report.skippedCount(), report.skipped().toString()); // the golden cases: not on the class path
            assertTrue(report.passed() > 400, report.toString());
        }
    }

    @TestFactory
    Stream<DynamicTest> theKitFindsTheBackendThat() {
        return Stream.of(Mutants.all(), LifeMutants.all()).flatMap(all -> all.entrySet().stream())
                .map(m -> DynamicTest.dynamicTest(m.getKey(), () -> find(m.getKey(), m.getValue())));
    }

    private static void find(String name, Mutant mutant) {
        try (WrapperSubject subject = new WrapperSubject(mutant.maker(), mutant.provider())) {
            Kit.Report report = Kit.run(subject, RANDOM_PROGRAMS, (p, t, s, e) -> {
                if (e != null) {
                    subject.enough();
                }
            }, mutant.part());
            System.getLogger("mutants").log(System.Logger.Level.INFO, name + ": " + report + ", such as "
                    + report.failures().stream().map(Kit.Failure::test).limit(3).toList());
            assertFalse(report.failures().isEmpty(), "not found: a backend that " + name);
        }
    }

    private static String summary(Kit.Report report) {
        return report.failures().stream().limit(5).map(f -> f.test() + ": " + f.error()).collect(Collectors.joining("\n"));
    }
}
