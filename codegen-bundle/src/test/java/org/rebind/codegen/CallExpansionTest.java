package org.rebind.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What becomes of printed kernels before they are compiled. */
class CallExpansionTest {
    private static final Pattern PHASE = Pattern.compile("(?s)    static \\w+ \\w+_phase\\d+\\(.*?\n    }\n");
    private static final Pattern EXPANDED = Pattern.compile("\\bexp\\w+_f\\d+_result\\b");

    @Test
    void loopsWithFunctionsAreTooLongToInline() {
        Kernel kernel = ((Step.KernelStep) Scheduler.schedule(Graphs.softmax(), Target.cpu(512)).steps().get(0)).kernel();
        String source = CallExpansion.expand(Renderer.source(List.of(kernel), Dialects.JAVA_VECTOR));
        List<String> phases = PHASE.matcher(source).results().map(MatchResult::group).toList();
        assertEquals(2, phases.stream().filter(m -> EXPANDED.matcher(m).find()).count(), "near and far: " + source);
        assertTrue(phases.size() > 2, source);
        for (String m : phases) {
            boolean computes = EXPANDED.matcher(m).find();
            int elements = m.split("0, ", -1).length;
            assertEquals(computes, m.contains(".length < 0) {") && 5 * elements > 325, m);
        }
    }
}
