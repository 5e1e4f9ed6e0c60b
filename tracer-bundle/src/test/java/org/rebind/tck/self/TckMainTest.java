package org.rebind.tck.self;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.rebind.tck.TckMain;

class TckMainTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... args) {
        PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
        return TckMain.run(args, stream, stream);
    }

    @Test
    void anUnknownBackendIsAnsweredWithTheKnownOnes() {
        assertEquals(2, run("abacus"));
        String text = err.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("abacus") && text.contains("interpreter"), text);
    }

    @Test
    void noNameIsAnsweredWithTheUsage() {
        assertEquals(2, run());
        assertEquals(2, run("--help"));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("usage: TckMain NAME"));
    }
}
