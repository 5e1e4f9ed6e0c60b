package org.rebind.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.RebindException;
import org.rebind.Shape;
import org.rebind.TensorType;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.Support;
import org.rebind.graph.Binary;
import org.rebind.graph.Graph;
import org.rebind.graph.Node;
import org.rebind.graph.Reshape;
import org.rebind.graph.Unary;

/** What a backend says of itself, and how it refuses what it cannot take. */
public interface FaultContract extends Subject {
    @Test
    @DisplayName("name, version and device are stated, and stay")
    default void identity() {
        assertTrue(backend().name().matches("[a-z][a-z0-9]*(-[a-z0-9]+)*"), "name '" + backend().name()
                + "': expected lower case letters, digits and single dashes");
        assertEquals(backend().name(), backend().name());
        assertFalse(backend().version().isBlank(), "version is blank: it is part of the cache key");
        assertEquals(backend().version(), backend().version());
        assertFalse(backend().device().name().isBlank(), "device name is blank");
        assertNotNull(backend().device().kind(), "device kind");
        assertTrue(backend().device().memoryBytes() > 0, "device memory: expected > 0, or Long.MAX_VALUE if unknown");
        backend().device().properties().forEach((k, v) -> assertTrue(!k.isBlank() && v != null, "property " + k));
    }

    @Test
    @DisplayName("elementwise float32, int32 and bool work: a backend without them is of no use")
    default void minimum() {
        for (DType d : List.of(DType.FLOAT32, DType.INT32)) {
            GraphBuilder g = new GraphBuilder();
            GraphBuilder.Value x = g.param("x", d, Dim.symbol("n"));
            g.results(g.op(Binary.ADD, x, x), g.op(Binary.LESS, x, g.op(Unary.NEGATIVE, x)));
            Support support = backend().supports(g.build());
            assertTrue(support.supported(), "not supported: " + support.reason());
        }
    }

    @Test
    @DisplayName("ill-formed graphs are refused with an exception of Rebind's, and supports never throws")
    default void illFormed() {
        TensorType three = TensorType.of(DType.FLOAT32, 3);
        List<Graph.Param> params = List.of(new Graph.Param("x", three));
        List<Graph> bad = List.of(
                new Graph(params, List.of(new Node(Unary.EXP, List.of(2), three)), List.of(1), List.of()),
                new Graph(params, List.of(new Node(Unary.EXP, List.of(0), TensorType.of(DType.INT32, 3))), List.of(1),
                        List.of()),
                new Graph(params, List.of(new Node(new Reshape(Shape.of(4)), List.of(0), TensorType.of(DType.FLOAT32, 4))),
                        List.of(1), List.of()),
                new Graph(params, List.of(new Node(Binary.ADD, List.of(0), three)), List.of(1), List.of()),
                new Graph(params, List.of(new Node(Unary.EXP, List.of(0),
                        new TensorType(DType.FLOAT32, Shape.of(Dim.symbol("unknown"))))), List.of(1), List.of()),
                new Graph(params, List.of(), List.of(7), List.of()));
        for (Graph graph : bad) {
            Support support = backend().supports(graph);
            assertNotNull(support);
            try {
                backend().compile(graph, ExecutableOptions.DEFAULT).close();
            } catch (RebindException e) {
                assertFalse(e.getMessage() == null || e.getMessage().isBlank(), "a refusal says why");
                continue;
            }
            fail("compile takes an ill-formed graph (check it with GraphChecker.check): " + graph.nodes());
        }
    }

    @Test
    @DisplayName("an executable that never ran can be closed")
    default void closeUnused() {
        GraphBuilder g = new GraphBuilder();
        Graph graph = g.results(g.op(Unary.ABS, g.param("x", DType.FLOAT32, Dim.symbol("n")))).build();
        Executable e = compile(graph, ExecutableOptions.DEFAULT);
        e.close();
        e.close();
    }

    @Test
    @DisplayName("kernels are shown, with a name, a language and a source")
    default void kernels() {
        GraphBuilder g = new GraphBuilder();
        Graph graph = g.results(g.op(Unary.TANH, g.param("x", DType.FLOAT32, Dim.symbol("n")))).build();
        try (Executable e = compile(graph, ExecutableOptions.DEFAULT)) {
            assertNotNull(e.kernels(), "kernels() is null; a backend without any gives an empty list");
            e.kernels().forEach(k -> assertFalse(k.name().isBlank() || k.language().isBlank() || k.source().isBlank(),
                    "kernel without name, language or source: " + k));
            assertTrue(e.scratchBytes() >= 0 && e.byteSize() >= 0, "negative size");
        }
    }
}
