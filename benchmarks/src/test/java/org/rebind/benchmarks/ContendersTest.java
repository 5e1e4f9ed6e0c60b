package org.rebind.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.rebind.benchmarks.workload.Workload;
import org.rebind.benchmarks.workload.Workloads;

/** Every contender of ours computes every workload, small. */
class ContendersTest {
    @TestFactory
    Stream<DynamicTest> computeWhatTheReferenceComputes() {
        return Stream.of("scalar", "vector", "parallel", "eager", "rebind").flatMap(name -> Workloads.small().stream()
                .map(w -> DynamicTest.dynamicTest(name + " " + w.id(), () -> compute(name, w))));
    }

    private static void compute(String name, Workload w) {
        boolean byHand = name.equals("vector") || name.equals("parallel");
        assumeTrue(!byHand || w.hasVector(), "not written with vectors: " + w.id());
        assumeTrue(!byHand || ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent(), "no vector module");
        Contenders.check(name, Contenders.of(name).prepare(w, 2), w);
    }

    @Test
    void theCheckFindsOneWrongElement() {
        for (Workload w : Workloads.small()) {
            float[][] results = w.scalar();
            float[] last = results[results.length - 1];
            last[last.length - 1] += 0.01f * (1 + Math.abs(last[last.length - 1]));
            IllegalStateException e = assertThrows(IllegalStateException.class, () -> w.check("wrong", results), w.id());
            assertTrue(e.getMessage().contains("element " + (last.length - 1)), e.getMessage());
        }
    }

    @Test
    void theCheckOfLargeProductsFindsOneWrongElement() {
        Workload w = Workloads.of("matmul/1024");
        float[][] results = (float[][]) Contenders.of("parallel").prepare(w, 2).call();
        w.check("right", results);
        results[0][12_345] += 0.5f;
        assertThrows(IllegalStateException.class, () -> w.check("wrong", results));
    }

    @Test
    void everyTrialNamesAWorkloadAndAContender() {
        for (Trial trial : Plan.all(List.of())) {
            if (!trial.workload().isEmpty()) {
                assertTrue(Workloads.ids().contains(trial.workload()), trial.toString());
            }
            assertEquals(trial.runs(), Contenders.of(trial.runs()).name());
        }
    }
}
