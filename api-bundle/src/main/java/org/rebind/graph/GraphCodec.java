package org.rebind.graph;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32;

/**
 * The binary form of graphs: a magic number, a version, the graph, and a checksum of all that. Reading checks everything
 * and never yields an ill-formed graph. A reader knows its own version and older ones.
 */
public final class GraphCodec {
    /** The version that is written. */
    public static final int VERSION = 1;

    private static final int MAGIC = 0x52424752; // "RBGR"
    private static final int HEADER = 8;
    private static final int CHECKSUM = 4;

    private GraphCodec() {
    }

    public static byte[] write(Graph graph) {
        return write(graph, true);
    }

    private static byte[] write(Graph graph, boolean forPeople) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            out.writeInt(VERSION);
            new GraphWriter(out, forPeople).graph(graph);
            out.writeInt(checksum(bytes.toByteArray(), bytes.size()));
        } catch (IOException e) {
            throw new UncheckedIOException("writing a graph to memory", e);
        }
        return bytes.toByteArray();
    }

    /** @throws GraphException if the bytes are no graph: truncated, changed, of a newer version, or ill-formed */
    public static Graph read(byte[] bytes) {
        if (bytes.length < HEADER + CHECKSUM) {
            throw new GraphException("graph in binary form: expected at least " + (HEADER + CHECKSUM) + " bytes, got "
                    + bytes.length);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (in.getInt() != MAGIC) {
            throw new GraphException("graph in binary form: the bytes do not start as one");
        }
        int version = in.getInt();
        if (version < 1 || version > VERSION) {
            throw new GraphException("graph in binary form: version " + version + ", expected 1 to " + VERSION
                    + "; it was written by a newer Rebind");
        }
        if (in.getInt(bytes.length - CHECKSUM) != checksum(bytes, bytes.length - CHECKSUM)) {
            throw new GraphException("graph in binary form: the checksum does not fit; the bytes were cut or changed");
        }
        return GraphChecker.check(new GraphReader(in.limit(bytes.length - CHECKSUM)).graph());
    }

    /** A name of what the graph computes, as hexadecimal SHA-256: equal graphs have equal ones, in every JVM. */
    public static String digest(Graph graph) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(write(graph, false)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(Arrays.copyOf(bytes, length));
        return (int) crc.getValue();
    }
}
