package org.rebind.backend.opencl.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.rebind.backend.Backend;
import org.rebind.codegen.BinaryCache;

class ProcessGuardsTest {
    private static final int[] SIGNALS = {4, 5, 6, 7, 8, 11};

    @Test
    void divisionByZeroStillThrowsAfterTheBackendStarted() {
        Backend backend = TestDevices.backend(TestDevices.settings(null));
        try {
            int zero = Integer.parseInt("0");
            assertThrows(ArithmeticException.class, () -> Integer.toString(1 / zero));
            assertThrows(ArithmeticException.class, () -> Long.toString(1L % zero));
            assertEquals("", ProcessGuards.verify());
        } finally {
            backend.close();
        }
    }

    /** PoCL's LLVM replaces them at a build, and again at the next build after any signal. */
    @Test
    void everyBuildLeavesTheHandlersOfTheJvm() {
        ProcessGuards guards = ProcessGuards.install();
        Map<Integer, Long> before = handlers(guards);
        OpenClDevice device = TestDevices.open(TestDevices.settings(null));
        try {
            for (int i = 0; i < 3; i++) {
                String source = "__kernel void k" + System.nanoTime() + "(__global int *x) { x[0] = 1; }";
                Program.build(device, source, new BinaryCache(null)).close();
                assertEquals(before, handlers(guards), "handlers after build " + i);
                assertEquals("", ProcessGuards.verify());
            }
        } finally {
            device.close();
        }
    }

    private static Map<Integer, Long> handlers(ProcessGuards guards) {
        Map<Integer, Long> all = new TreeMap<>();
        for (int s : SIGNALS) {
            all.put(s, guards.handler(s));
        }
        return all;
    }
}
