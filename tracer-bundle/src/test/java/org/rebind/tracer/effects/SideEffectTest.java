package org.rebind.tracer.effects;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction1;
import org.rebind.Rebind;
import org.rebind.SideEffectException;
import org.rebind.Tensor;
import org.rebind.tracer.effects.EffectCases.Case;
import org.rebind.tracer.effects.EffectCases.When;

/** The table of docs/EFFECTS.md: every kind of effect, with fullgraph and with eager fallback. */
class SideEffectTest {
    private static final float[] EXPECTED = {2, 3, 4};

    static List<Case> cases() {
        return EffectCases.all();
    }

    private static Tensor x() {
        return Tensor.of(new float[] {1, 2, 3});
    }

    private static int happened(Case c) {
        return c.happened().get();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void fullgraphIsAnErrorBeforeTheEffect(Case c) {
        CompiledFunction1<Tensor, Tensor> f = Rebind.compiler().compile(c.function(),
                CompileOptions.builder().fullgraph(true).build());
        int before = happened(c);
        if (c.when() == When.NEVER || c.when() == When.SECOND_CALL) {
            assertArrayEquals(EXPECTED, f.apply(x()).toFloatArray());
            if (c.when() == When.NEVER) {
                return;
            }
        }
        SideEffectException e = assertThrows(SideEffectException.class, () -> f.apply(x()));
        assertEquals(c.kind(), e.kind(), e.getMessage());
        assertTrue(e.getMessage().contains(e.where()) && e.getMessage().contains(e.fix()), e.getMessage());
        assertTrue(e.where().matches("(EffectCases|OtherBundle)(\\.java)?:\\d+"), e.where());
        assertEquals(c.when() == When.BEFORE ? 0 : c.when() == When.DURING ? 1 : 2, c.runs().get(), "runs");
        if (before >= 0 && c.when() == When.BEFORE) {
            assertEquals(before, happened(c), "the effect has not happened");
        }
        assertEquals(0, f.stats().fallbacks());
        assertEquals(0, f.stats().cacheSize());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void fallbackHasEffectsExactlyOnceACall(Case c) {
        CompiledFunction1<Tensor, Tensor> f = Rebind.compiler().compile(c.function());
        int before = happened(c);
        for (int call = 1; call <= 4; call++) {
            float[] result = f.apply(x()).toFloatArray();
            if (c.kind() != SideEffectException.Kind.HIDDEN_STATE) {
                assertArrayEquals(EXPECTED, result, "call " + call);
            }
            if (c.when() == When.NEVER) {
                continue;
            }
            assertEquals(call, c.runs().get(), "runs");
            if (before >= 0) {
                assertEquals(before + call, happened(c), "effects after call " + call);
            }
        }
        var s = f.stats();
        switch (c.when()) {
            case BEFORE, DURING -> assertEquals(List.of(0L, 0L, 4L), List.of(s.hits(), s.misses(), s.fallbacks()));
            case SECOND_CALL -> assertEquals(List.of(0L, 1L, 3L), List.of(s.hits(), s.misses(), s.fallbacks()));
            case NEVER -> assertEquals(List.of(3L, 1L, 0L), List.of(s.hits(), s.misses(), s.fallbacks()));
        }
    }

    @Test
    void theTableIsLongEnough() {
        assertTrue(cases().size() >= 25, "" + cases().size());
    }
}
