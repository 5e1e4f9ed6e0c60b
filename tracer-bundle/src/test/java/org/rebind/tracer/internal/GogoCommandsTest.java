package org.rebind.tracer.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.rebind.ArgumentException;
import org.rebind.BackendStatus;
import org.rebind.CompilationStats;
import org.rebind.CompiledFunction;
import org.rebind.Compiler;
import org.rebind.DeclinedBackend;
import org.rebind.Explanation;
import org.rebind.MissReason;

class GogoCommandsTest {
    private final List<String> cleared = new ArrayList<>();
    private final List<CompiledFunction<?>> functions = new ArrayList<>();
    private final GogoCommands commands = new GogoCommands(answering(Compiler.class, Map.of(
            "functions", functions,
            "backends", List.of(new BackendStatus("fast", "1.2", "Device X", "GPU", 7, "ok", 3, Map.of())),
            "declinedBackends", List.of(new DeclinedBackend("slow", "no driver")))));

    @Test
    void backendsShowsThoseThatWorkAndWhyOthersDoNot() {
        String text = commands.backends();
        assertTrue(text.lines().anyMatch(l -> l.matches("fast +GPU +7 +3 +ok +Device X +1\\.2")), text);
        assertTrue(text.contains("slow: declined, no driver"), text);
    }

    @Test
    void functionsShowsSignaturesAndStats() {
        assertTrue(commands.functions().contains("no compiled function"));
        functions.add(function("step", 2));
        String text = commands.functions();
        assertTrue(text.lines().anyMatch(l -> l.matches("step +2 +6 +2 +0 +75\\.0% +1\\.5 *")), text);
    }

    @Test
    void explainShowsEveryLiveEntry() {
        functions.add(function("step", 1));
        assertTrue(commands.explain("step").contains("the graph of step"));
        ArgumentException unknown = assertThrows(ArgumentException.class, () -> commands.explain("stop"));
        assertTrue(unknown.getMessage().contains("'stop'") && unknown.getMessage().contains("step"),
                unknown.getMessage());
    }

    @Test
    void explainSaysWhenThereIsNothingYet() {
        functions.add(function("idle", 0));
        assertEquals("idle: no live entry; call it first\n", commands.explain("idle"));
    }

    @Test
    void clearDropsOneOrAll() {
        functions.add(function("a", 1));
        functions.add(function("b", 3));
        assertEquals("3 entries of 1 functions dropped", commands.clear("b").strip());
        assertEquals(List.of("b"), cleared);
        assertEquals("4 entries of 2 functions dropped", commands.clear().strip());
        assertEquals(List.of("b", "a", "b"), cleared);
    }

    private CompiledFunction<?> function(String name, int entries) {
        List<Explanation> explanations = new ArrayList<>();
        for (int i = 0; i < entries; i++) {
            explanations.add(new Explanation(name, "(f32[2])", new MissReason("(f32[2])", Optional.empty(), "", ""),
                    "the graph of " + name, List.of(), "", "fast", List.of(), List.of(), 0, List.of()));
        }
        CompilationStats stats = new CompilationStats(6, 2, 0, 1.5, 0.1, entries);
        return answering(CompiledFunction.class, Map.of("name", name, "stats", stats, "explanations", explanations,
                "clearCache", (Runnable) () -> cleared.add(name)));
    }

    /** An instance that gives these answers by method name, and fails on anything else. */
    private static <T> T answering(Class<T> type, Map<String, Object> answers) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
            Object answer = answers.get(method.getName());
            if (answer == null) {
                throw new AssertionError("unexpected call of " + method);
            }
            if (answer instanceof Runnable action) {
                action.run();
                return null;
            }
            return answer;
        }));
    }
}
