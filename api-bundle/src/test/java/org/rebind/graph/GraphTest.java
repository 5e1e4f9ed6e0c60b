package org.rebind.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.DTypeException;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.ShapeException;
import org.rebind.TensorType;

/** The IR: checker, printer, equality, guards as facts. */
class GraphTest {
    private static final Dim N = Dim.symbol("batch");
    private static final TensorType X = new TensorType(DType.FLOAT32, Shape.of(N, Dim.of(3)));
    private static final TensorType W = TensorType.of(DType.FLOAT32, 3);

    private static Graph multiply(String x, List<Guard> guards) {
        return new Graph(List.of(new Graph.Param(x, X), new Graph.Param("w", W)),
                List.of(new Node(new BroadcastTo(X.shape()), List.of(1), X),
                        new Node(Binary.MULTIPLY, List.of(0, 2), X)),
                List.of(3), guards);
    }

    @Test
    void printsLikeAJaxpr() {
        Guard guard = new Guard(N, Relation.EQ, Dim.of(32), "x.size(0)");
        assertEquals("""
                { %x:float32[batch, 3] %w:float32[3] where batch == 32 .
                  a:float32[batch, 3] = broadcast_to %w
                  b:float32[batch, 3] = multiply %x a
                  in (b) }""", GraphChecker.check(multiply("x", List.of(guard))).toString());
    }

    @Test
    void equalityIgnoresNamesOfParametersAndReasonsOfGuards() {
        assertEquals(multiply("x", List.of()), multiply("y", List.of()));
        assertEquals(multiply("x", List.of()).hashCode(), multiply("y", List.of()).hashCode());
        assertEquals(multiply("x", List.of(new Guard(N, Relation.LT, Dim.of(9), "here"))),
                multiply("x", List.of(new Guard(N, Relation.LT, Dim.of(9), "there"))));
        assertNotEquals(multiply("x", List.of()), multiply("x", List.of(new Guard(N, Relation.LT, Dim.of(9), ""))));
    }

    @Test
    void signedZerosAndNanAreDifferentConstants() {
        Full zero = new Full(DType.FLOAT32, Shape.SCALAR, 0.0);
        assertNotEquals(zero, new Full(DType.FLOAT32, Shape.SCALAR, -0.0));
        assertEquals(new Full(DType.FLOAT32, Shape.SCALAR, Double.NaN), new Full(DType.FLOAT32, Shape.SCALAR, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new Full(DType.INT32, Shape.SCALAR, 1.0));
    }

    @Test
    void theCheckerNamesTheBrokenNode() {
        Graph wrongType = new Graph(List.of(new Graph.Param("x", X)),
                List.of(new Node(Unary.EXP, List.of(0), W)), List.of(1), List.of());
        assertTrue(assertThrows(GraphException.class, () -> GraphChecker.check(wrongType)).getMessage()
                .contains("exp %x"));
        Graph later = new Graph(List.of(new Graph.Param("x", X)),
                List.of(new Node(Unary.EXP, List.of(1), X)), List.of(1), List.of());
        assertThrows(GraphException.class, () -> GraphChecker.check(later));
        TensorType free = new TensorType(DType.FLOAT32, Shape.of(Dim.symbol("m")));
        Graph unbound = new Graph(List.of(), List.of(new Node(new Full(DType.FLOAT32, free.shape(), 1.0), List.of(),
                free)), List.of(0), List.of());
        assertTrue(assertThrows(GraphException.class, () -> GraphChecker.check(unbound)).getMessage().contains("m"));
    }

    @Test
    void guardsLetDifferentSymbolsMeet() {
        Dim m = Dim.symbol("m");
        TensorType y = new TensorType(DType.FLOAT32, Shape.of(m));
        TensorType x = new TensorType(DType.FLOAT32, Shape.of(N));
        List<Graph.Param> params = List.of(new Graph.Param("x", x), new Graph.Param("y", y));
        List<Node> nodes = List.of(new Node(Binary.ADD, List.of(0, 1), x));
        assertThrows(GraphException.class, () -> GraphChecker.check(new Graph(params, nodes, List.of(2), List.of())));
        GraphChecker.check(new Graph(params, nodes, List.of(2), List.of(new Guard(N, Relation.EQ, m, ""))));
    }

    @Test
    void guardsChain() {
        Dim a = Dim.symbol("a");
        Dim b = Dim.symbol("b");
        Dim c = Dim.symbol("c");
        DimFacts facts = DimFacts.of(List.of(new Guard(a, Relation.EQ, b, ""), new Guard(b, Relation.EQ, c.times(2), ""),
                new Guard(c, Relation.LT, Dim.of(9), "")));
        assertTrue(facts.holds(a, Relation.EQ, c.times(2)));
        assertTrue(facts.holds(c, Relation.LE, Dim.of(9)));
        assertTrue(facts.holds(Dim.of(0), Relation.LE, a));
        assertFalse(facts.holds(a, Relation.EQ, c));
        assertFalse(facts.holds(Dim.of(0), Relation.LT, a));
    }

    /** What replaces a symbol may be less telling than the symbol itself: m >= 0, though n - k need not be. */
    @Test
    void factsKnowWhatHoldsForAllSizesWhateverTheGuards() {
        Dim m = Dim.symbol("m");
        DimFacts facts = DimFacts.of(List.of(new Guard(m, Relation.EQ, N.minus(Dim.symbol("k")), "")));
        assertTrue(facts.holds(Dim.of(0), Relation.LE, m));
        assertTrue(facts.holds(m.plus(Dim.symbol("k")), Relation.EQ, N));
    }

    @Test
    void whatHoldsForAllSizesIsDecided() {
        assertEquals(true, Guard.decide(N.plus(1), Relation.NE, Dim.of(0)));
        assertEquals(true, Guard.decide(Dim.of(0), Relation.LE, N));
        assertEquals(false, Guard.decide(N, Relation.LT, Dim.of(0)));
        assertEquals(null, Guard.decide(N, Relation.EQ, Dim.of(4)));
    }

    @Test
    void typeRulesSayWhatCameAndTheWayOut() {
        DimFacts none = DimFacts.of(List.of());
        String divide = assertThrows(DTypeException.class, () -> Binary.DIVIDE.type(
                List.of(TensorType.of(DType.INT32, 2), TensorType.of(DType.INT32, 2)), none)).getMessage();
        assertTrue(divide.contains("int32") && divide.contains("floorDiv"), divide);
        String reshape = assertThrows(ShapeException.class,
                () -> new Reshape(Shape.of(4)).type(List.of(TensorType.of(DType.INT32, 2, 3)), none)).getMessage();
        assertTrue(reshape.contains("[2, 3]") && reshape.contains("[4]"), reshape);
        assertThrows(ShapeException.class, () -> new ArgReduce(ArgReduce.Kind.MAX, 0)
                .type(List.of(TensorType.of(DType.INT32, 0)), none));
        assertEquals(TensorType.of(DType.INT32), new Reduce(Reduce.Kind.MAX, List.of(0))
                .type(List.of(TensorType.of(DType.INT32, 0)), none)); // the lowest value
        Slice overlong = new Slice(List.of(Dim.of(1)), List.of(Dim.of(2)), List.of(3L));
        assertEquals(TensorType.of(DType.INT32, 2), overlong.type(List.of(TensorType.of(DType.INT32, 5)), none));
        assertThrows(ShapeException.class, () -> overlong.type(List.of(TensorType.of(DType.INT32, 4)), none));
    }

    @Test
    void symbolsGetTheirNumbersFromTheFirstAxisThatIsThem() {
        Graph g = multiply("x", List.of());
        assertEquals(List.of(new Graph.SymbolSource("batch", 0, 0)), g.symbols());
        assertEquals(7, g.symbolValues(List.of(new long[] {7, 3}, new long[] {3}))[0]);
    }
}
