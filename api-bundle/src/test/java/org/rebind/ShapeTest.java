package org.rebind;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Shapes: axes, counts, limits. */
class ShapeTest {
    @Test
    void negativeAxesCountFromTheEnd() {
        Shape s = Shape.of(2, 3, 4);
        assertEquals(4, s.size(-1));
        assertEquals(0, s.axis(-3));
        String message = assertThrows(ShapeException.class, () -> s.axis(3)).getMessage();
        assertTrue(message.contains("axis 3") && message.contains("[2, 3, 4]") && message.contains("-3 to 2"), message);
        assertThrows(ShapeException.class, () -> Shape.SCALAR.axis(0));
    }

    @Test
    void elementCountsStopAtWhatAnArrayHolds() {
        assertEquals(1, Shape.SCALAR.elementCount());
        assertEquals(0, Shape.of(0, 5_000_000_000L).elementCount());
        assertEquals(0, Shape.of(5_000_000_000L, 5_000_000_000L, 0).elementCount());
        assertEquals(Integer.MAX_VALUE, Shape.of(Integer.MAX_VALUE).elementCount());
        assertThrows(ShapeException.class, () -> Shape.of(1L << 31).elementCount());
        assertThrows(ShapeException.class, () -> Shape.of(1L << 40, 1L << 40).elementCount());
        assertThrows(ShapeException.class, () -> Shape.of(-1));
    }

    @Test
    void fixedAndSymbolicShapesCompareByTheirDims() {
        Shape symbolic = Shape.of(Dim.symbol("n"), Dim.of(3));
        assertEquals("[n, 3]", symbolic.toString());
        assertEquals(Shape.of(5, 3), symbolic.evaluate(name -> 5));
        assertThrows(ShapeException.class, symbolic::elementCount);
        assertEquals(Dim.symbol("n").times(3), symbolic.elements());
        assertTrue(Shape.of(5, 3).hasSizes(new long[] {5, 3}));
    }
}
