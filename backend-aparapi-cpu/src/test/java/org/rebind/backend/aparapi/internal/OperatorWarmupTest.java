package org.rebind.backend.aparapi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.rebind.codegen.internal.math.MathLibrary;

class OperatorWarmupTest {
    private static final Pattern OPERATOR = Pattern.compile("lanewise\\(VectorOperators\\.(\\w+)");

    @BeforeEach
    void vectors() {
        VectorCode vector = VectorCode.detect();
        assumeTrue(vector.available(), vector.reason());
    }

    @Test
    void floatsUseWhatKernelsCall() throws ReflectiveOperationException {
        for (String type : new String[] {"FloatVector", "DoubleVector"}) {
            Set<String> used = OperatorWarmup.use(type);
            assertTrue(used.containsAll(Set.of("NEG", "ABS", "SQRT", "ADD", "SUB", "MUL", "DIV", "MIN", "MAX", "FMA")), type + " " + used);
            assertFalse(used.contains("AND") || used.contains("LSHL"), type + " " + used);
        }
    }

    @Test
    void integersUseWhatFunctionsCall() throws ReflectiveOperationException {
        Set<String> called = new TreeSet<>();
        MathLibrary.helpers().forEach((key, text) -> {
            Matcher m = OPERATOR.matcher(text);
            while (m.find()) {
                called.add(m.group(1));
            }
        });
        assertTrue(called.contains("LSHL"), "no shifts among " + called);
        for (String type : new String[] {"IntVector", "LongVector"}) {
            Set<String> used = OperatorWarmup.use(type);
            assertTrue(used.containsAll(called), type + " " + used + " lacks some of " + called);
            assertTrue(used.containsAll(Set.of("ADD", "SUB", "MUL", "MIN", "MAX", "AND", "OR", "ASHR")), type + " " + used);
        }
    }

    @Test
    void aBackendStartsIt() {
        CpuProvider.create(VectorCode.detect()).close();
        assertTrue(OperatorWarmup.isStarted());
    }

    @Test
    void loadsNoMathLibrary() throws ReflectiveOperationException {
        Set<String> used = OperatorWarmup.use("FloatVector");
        used.retainAll(Set.of("SIN", "EXP", "POW", "TANH", "ATAN2"));
        assertEquals(Set.of(), used);
    }
}
