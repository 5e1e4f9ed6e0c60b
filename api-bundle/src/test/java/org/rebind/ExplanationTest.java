package org.rebind;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.rebind.Explanation.StageTime;

/** What {@code explain} prints. */
class ExplanationTest {
    @Test
    void timesReadTheSameInEveryLocale() {
        Explanation e = new Explanation("f", "()", new MissReason("()", Optional.empty(), "", ""), "", List.of(), "", "cpu",
                List.of(), List.of(), 0, List.of(new StageTime("trace", 1.5), new StageTime("compile", 1234.25)));
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            assertTrue(e.toString().contains("times      trace 1.50 ms, compile 1234.25 ms\n"), e.toString());
        } finally {
            Locale.setDefault(before);
        }
    }
}
