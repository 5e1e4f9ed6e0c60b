package org.rebind.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class StolenTest {
    @Test
    void isAPartOfWhatWasWantedAndNotOfIdleTime() {
        Stolen before = Stolen.of("cpu  100 10 50 7000 30 0 5 20 0 0");
        Stolen after = Stolen.of("cpu  150 10 70 9000 90 0 10 45 7 7");
        assertEquals(0.25, after.since(before));
        assertEquals(0, before.since(before));
    }

    @Test
    void oldKernelsCountNothingStolen() {
        assertEquals(0, Stolen.of("cpu 300 0 0 0").since(Stolen.of("cpu 100 0 0 0")));
    }

    @Test
    void thisMachineTells() throws IOException {
        double all = Stolen.now().since(Stolen.of("cpu 0 0 0 0 0 0 0 0"));
        assertTrue(all >= 0 && all < 1, "stolen since the start: " + all);
    }
}
