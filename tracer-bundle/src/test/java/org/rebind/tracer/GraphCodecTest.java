package org.rebind.tracer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.TensorType;
import org.rebind.graph.Full;
import org.rebind.graph.Graph;
import org.rebind.graph.GraphCodec;
import org.rebind.graph.GraphException;
import org.rebind.graph.Guard;
import org.rebind.graph.Node;
import org.rebind.graph.Relation;
import org.rebind.tck.RandomGraphs;

/** Graphs survive their binary form, and nothing else passes for one. */
class GraphCodecTest {
    private static final long SEED = Long.getLong("rebind.test.seed", System.nanoTime());

    @Test
    void roundTrip() {
        for (int i = 0; i < 500; i++) {
            Graph g = RandomGraphs.generate(SEED + i).graph();
            Graph back = GraphCodec.read(GraphCodec.write(g));
            assertEquals(g, back, "seed " + (SEED + i));
            assertEquals(g.toString(), back.toString());
            assertArrayEquals(GraphCodec.write(g), GraphCodec.write(back));
            assertEquals(GraphCodec.digest(g), GraphCodec.digest(back));
        }
    }

    private static Graph odd() {
        Dim n = Dim.symbol("n");
        Dim d = n.times(n).times(3).minus(n.plus(2).floorDiv(4)).plus(n.floorDiv(n.plus(1)).times(2)).plus(7);
        TensorType type = new TensorType(DType.FLOAT32, Shape.of(d));
        return new Graph(List.of(new Graph.Param("x", new TensorType(DType.BOOL, Shape.of(n, n.times(2))))),
                List.of(new Node(new Full(DType.FLOAT32, Shape.of(d), -0.0), List.of(), type),
                        new Node(new Full(DType.INT64, Shape.SCALAR, Long.MIN_VALUE), List.of(),
                                TensorType.of(DType.INT64)),
                        new Node(new Full(DType.FLOAT64, Shape.of(0), Double.NaN), List.of(),
                                TensorType.of(DType.FLOAT64, 0))),
                List.of(1, 0, 3, 1), List.of(new Guard(n.times(-3).plus(Long.MAX_VALUE), Relation.LT,
                        Dim.of(-5), "x.size(0) at Ü.java:1")));
    }

    @Test
    void unusualDimsAndValues() {
        Graph g = odd();
        Graph back = GraphCodec.read(GraphCodec.write(g));
        assertEquals(g, back);
        assertEquals(g.guards(), back.guards());
        assertEquals("x", back.params().get(0).name());
    }

    @Test
    void digestIgnoresNamesAlone() {
        Graph g = odd();
        Graph renamed = new Graph(List.of(new Graph.Param("y", g.params().get(0).type())), g.nodes(), g.results(),
                g.guards());
        Graph other = new Graph(g.params(), g.nodes(), List.of(1), g.guards());
        assertEquals(GraphCodec.digest(g), GraphCodec.digest(renamed));
        assertNotEquals(GraphCodec.digest(g), GraphCodec.digest(other));
    }

    @Test
    void whatIsCutChangedOrNewerIsRefused() {
        byte[] bytes = GraphCodec.write(odd());
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThrows(GraphException.class, () -> GraphCodec.read(cut));
        }
        for (int i = 0; i < bytes.length; i++) {
            byte[] changed = bytes.clone();
            changed[i] ^= 0x20;
            assertThrows(GraphException.class, () -> GraphCodec.read(changed));
        }
        byte[] newer = bytes.clone();
        newer[7] = 9;
        GraphException e = assertThrows(GraphException.class, () -> GraphCodec.read(newer));
        assertTrue(e.getMessage().contains("version 9"), e.getMessage());
    }

    /** Changes with a right checksum: a graph that passes the checker, or a GraphException; never anything else. */
    @Test
    void malformedBodiesAreRefused() {
        Random random = new Random(SEED);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = GraphCodec.write(RandomGraphs.generate(SEED + i % 50).graph());
            for (int change = random.nextInt(3); change >= 0; change--) {
                bytes[8 + random.nextInt(bytes.length - 12)] = (byte) random.nextInt(256);
            }
            CRC32 crc = new CRC32();
            crc.update(bytes, 0, bytes.length - 4);
            ByteBuffer.wrap(bytes).putInt(bytes.length - 4, (int) crc.getValue());
            try {
                GraphCodec.read(bytes).toString();
            } catch (GraphException expected) {
                assertTrue(expected.getMessage() != null, "seed " + SEED);
            }
        }
    }
}
