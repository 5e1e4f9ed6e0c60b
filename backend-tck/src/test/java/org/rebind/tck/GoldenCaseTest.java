package org.rebind.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.rebind.DType;

class GoldenCaseTest {
    @Test
    void allCasesLoad() {
        int count = 0;
        for (List<String> groups : List.of(GoldenCase.GROUPS, GoldenCase.LATER_GROUPS)) {
            for (String g : groups) {
                count += GoldenCase.load(g).size();
            }
        }
        assertEquals(1718, count);
    }

    @Test
    void valuesAreReadExactly() {
        GoldenCase c = GoldenCase.load("edge").get(0);
        assertEquals("negative", c.op());
        assertEquals(DType.FLOAT32, c.inputs().get(0).dtype());
        float[] x = (float[]) c.inputs().get(0).data();
        assertEquals(Float.POSITIVE_INFINITY, x[4]);
        assertTrue(Float.isNaN(x[6]));
        assertEquals(1e-38f, x[7], 0);
        assertEquals(-0.0f, ((float[]) c.outputs().get(0).data())[0]);
        assertEquals(List.of(2L, 3L), GoldenCase.load("create").get(2).attributes().get("shape"));
    }

    @Test
    void anUnknownGroupNamesTheKnownOnes() {
        String message = assertThrows(IllegalArgumentException.class, () -> GoldenCase.load("quantum")).getMessage();
        assertTrue(message.contains("quantum") && message.contains("reduce"), message);
    }
}
