package org.rebind.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.rebind.graph.ArgReduce;
import org.rebind.graph.Binary;
import org.rebind.graph.Op;
import org.rebind.graph.Reduce;
import org.rebind.graph.Unary;

class RandomGraphsTest {
    private static final int PROGRAMS = 2000;
    private final long base = Long.getLong("rebind.test.seed", 1);

    @Test
    void everyOpAppears() {
        Set<String> names = new TreeSet<>();
        Set<Class<?>> classes = new HashSet<>();
        for (int i = 0; i < PROGRAMS; i++) {
            RandomGraphs.generate(base + i).graph().nodes().forEach(n -> {
                names.add(n.op().opName());
                classes.add(n.op().getClass());
            });
        }
        for (Class<?> permitted : Op.class.getPermittedSubclasses()) {
            assertTrue(classes.contains(permitted), () -> "no " + permitted.getSimpleName() + " from seed " + base);
        }
        List<Op> ops = new ArrayList<>(List.of(Unary.values()));
        ops.addAll(List.of(Binary.values()));
        for (Reduce.Kind k : Reduce.Kind.values()) {
            ops.add(new Reduce(k, List.of()));
        }
        for (ArgReduce.Kind k : ArgReduce.Kind.values()) {
            ops.add(new ArgReduce(k, 0));
        }
        ops.forEach(op -> assertTrue(names.contains(op.opName()), () -> "no " + op.opName() + " from seed " + base));
    }

    @Test
    void programsAreVaried() {
        int symbolic = 0;
        int several = 0;
        int empty = 0;
        int nodes = 0;
        for (int i = 0; i < PROGRAMS; i++) {
            RandomProgram p = RandomGraphs.generate(base + i);
            assertFalse(p.sizes().isEmpty(), "seed " + p.seed());
            symbolic += p.graph().symbols().isEmpty() ? 0 : 1;
            several += p.graph().results().size() > 1 ? 1 : 0;
            empty += p.sizes().stream().anyMatch(s -> s.length > 0 && s[0] == 0) ? 1 : 0;
            nodes += p.graph().nodes().size();
        }
        assertTrue(symbolic > PROGRAMS / 2 && several > PROGRAMS / 2 && empty > PROGRAMS / 20 && nodes > 4 * PROGRAMS,
                symbolic + " symbolic, " + several + " with several results, " + empty + " at size 0, " + nodes + " nodes");
    }

    @Test
    void oneSeedIsOneProgram() {
        for (int i = 0; i < 50; i++) {
            RandomProgram a = RandomGraphs.generate(base + i);
            RandomProgram b = RandomGraphs.generate(base + i);
            assertEquals(a.graph(), b.graph());
            assertEquals(a.graph().toString(), b.graph().toString());
            long[] sizes = a.sizes().get(0);
            for (int k = 0; k < a.graph().params().size(); k++) {
                assertTrue(Execution.sameBits(a.inputs(sizes).get(k), b.inputs(sizes).get(k)));
            }
        }
    }

    @Test
    void failingProgramsShrinkToWhatFails() {
        Predicate<RandomProgram> fails = p -> p.graph().nodes().stream().anyMatch(n -> n.op() == Binary.MULTIPLY);
        int found = 0;
        for (int i = 0; found < 20; i++) {
            RandomProgram p = RandomGraphs.generate(base + i);
            if (fails.test(p) && p.graph().nodes().size() > 5) {
                found++;
                RandomProgram small = Shrinker.shrink(p, fails);
                assertTrue(fails.test(small));
                assertTrue(small.graph().nodes().size() <= 2, () -> "not small:\n" + small.graph());
                String text = Repro.text(small);
                assertTrue(text.contains("Binary.MULTIPLY") && text.contains("seed " + p.seed()), text);
            }
        }
    }
}
