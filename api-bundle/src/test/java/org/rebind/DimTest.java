package org.rebind;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Dim arithmetic against plain numbers. */
class DimTest {
    private final Dim n = Dim.symbol("n");
    private final Dim m = Dim.symbol("m");

    @Test
    void equalPolynomialsAreEqualHoweverTheyWereBuilt() {
        assertEquals(n.plus(m).times(n), n.times(n).plus(m.times(n)));
        assertEquals(n.plus(1).minus(1), n);
        assertEquals(n.minus(n), Dim.of(0));
        assertEquals(n.times(0), Dim.of(0));
        assertTrue(n.minus(n).isFixed());
        assertNotEquals(n, m);
        assertEquals(n.plus(m).hashCode(), m.plus(n).hashCode());
    }

    @Test
    void printsAsPeopleWriteIt() {
        assertEquals("2*n + 1", n.times(2).plus(1).toString());
        assertEquals("m*n - 3", m.times(n).minus(3).toString());
        assertEquals("-n", n.times(-1).toString());
        assertEquals("floor((n + 1)/(2))", n.plus(1).floorDiv(2).toString());
    }

    @Test
    void dividesExactlyOnlyWhereItDoes() {
        assertEquals(Optional.of(n.times(2)), n.times(4).divideExactly(Dim.of(2)));
        assertEquals(Optional.of(m), n.times(m).divideExactly(n));
        assertEquals(Optional.empty(), n.plus(1).divideExactly(Dim.of(2)));
        assertEquals(Optional.of(Dim.of(1)), n.plus(1).divideExactly(n.plus(1)));
        assertEquals(Optional.empty(), Dim.of(7).divideExactly(Dim.of(0)));
        assertThrows(ShapeException.class, () -> n.floorDiv(0));
    }

    @Test
    void evaluationAgreesWithNumbersOnRandomExpressions() {
        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            long nv = random.nextInt(20);
            long mv = random.nextInt(20);
            Dim d = n;
            long v = nv;
            for (int k = 0; k < 5; k++) {
                int c = random.nextInt(9) - 4;
                switch (random.nextInt(5)) {
                    case 0 -> { d = d.plus(c); v += c; }
                    case 1 -> { d = d.times(c); v *= c; }
                    case 2 -> { d = d.plus(m); v += mv; }
                    case 3 -> { d = m.minus(d); v = mv - v; }
                    default -> {
                        if (c != 0) {
                            d = d.floorDiv(c);
                            v = Math.floorDiv(v, c);
                        }
                    }
                }
            }
            assertEquals(v, d.evaluate(Map.of("n", nv, "m", mv)::get), d::toString);
            assertEquals(Dim.of(v), d.substitute(Map.of("n", Dim.of(nv), "m", Dim.of(mv))), d::toString);
            if (d.lowerBound().isPresent()) {
                assertTrue(d.lowerBound().getAsLong() <= v, d::toString);
            }
        }
    }

    @Test
    void lowerBoundsAreKnownForNonNegativeTerms() {
        assertEquals(OptionalLong.of(3), n.times(2).plus(3).lowerBound());
        assertEquals(OptionalLong.empty(), n.minus(m).lowerBound());
        assertEquals(OptionalLong.of(0), n.plus(1).floorDiv(2).lowerBound());
    }

    @Test
    void aSymbolHasNoNumberAndABadNameIsRefused() {
        assertTrue(assertThrows(ShapeException.class, n::value).getMessage().contains("tensor.size(axis)"));
        assertThrows(ArgumentException.class, () -> Dim.symbol(""));
        assertThrows(ArgumentException.class, () -> Dim.symbol("2n"));
        assertThrows(ArgumentException.class, () -> Dim.symbol(null));
        assertFalse(n.isFixed());
    }

    @Test
    void overflowIsAnExceptionNotAWrongNumber() {
        assertThrows(ArithmeticException.class, () -> Dim.of(Long.MAX_VALUE).plus(1));
        assertThrows(ArithmeticException.class, () -> n.times(n).evaluate(name -> Long.MAX_VALUE));
    }
}
