package org.rebind.benchmarks.peers;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.rebind.benchmarks.Contender;
import org.rebind.benchmarks.Contenders;
import org.rebind.benchmarks.workload.Workloads;

/** The peer computes every workload, small. */
class OnnxRuntimeContenderTest {
    @TestFactory
    Stream<DynamicTest> computesWhatTheReferenceComputes() {
        return Stream.<Contender>of(new OnnxRuntimeContender()).flatMap(c -> Workloads.small().stream().map(w ->
                DynamicTest.dynamicTest(c.name() + " " + w.id(), () -> Contenders.check(c.name(), c.prepare(w, 2), w))));
    }
}
