package org.rebind.benchmarks.peers;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * An ONNX model written as protobuf: the few messages and fields of onnx.proto3 that float32 graphs need. Field numbers are
 * those of the ONNX IR specification, version 9.
 */
final class OnnxModel {
    private static final int IR_VERSION = 9;
    private static final int OPSET = 20;
    private static final int FLOAT = 1;
    private static final int INT64 = 7;

    /** One protobuf message being written. */
    private static final class Message {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        private void varint(long v) {
            long rest = v;
            while ((rest & ~0x7FL) != 0) {
                out.write((int) (rest & 0x7F | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
        }

        Message number(int field, long value) {
            varint((long) field << 3);
            varint(value);
            return this;
        }

        Message real(int field, float value) {
            varint((long) field << 3 | 5);
            out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array());
            return this;
        }

        Message bytes(int field, byte[] value) {
            varint((long) field << 3 | 2);
            varint(value.length);
            out.writeBytes(value);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.out.toByteArray());
        }
    }

    private final Message graph = new Message().text(2, "workload");
    private int names;

    /** A new name of a value. */
    String name() {
        return "v" + names++;
    }

    void input(String name, long... dims) {
        Message shape = new Message();
        for (long d : dims) {
            shape.message(1, new Message().number(1, d));
        }
        graph.message(11, value(name, new Message().number(1, FLOAT).message(2, shape)));
    }

    void output(String name) {
        graph.message(12, value(name, new Message().number(1, FLOAT)));
    }

    private static Message value(String name, Message tensorType) {
        return new Message().text(1, name).message(2, new Message().message(1, tensorType));
    }

    String constant(float[] data, long... dims) {
        ByteBuffer raw = ByteBuffer.allocate(4 * data.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(data);
        return constant(FLOAT, raw.array(), dims);
    }

    String constant(long[] data, long... dims) {
        ByteBuffer raw = ByteBuffer.allocate(8 * data.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asLongBuffer().put(data);
        return constant(INT64, raw.array(), dims);
    }

    private String constant(int type, byte[] raw, long... dims) {
        String name = name();
        Message tensor = new Message();
        for (long d : dims) {
            tensor.number(1, d);
        }
        graph.message(5, tensor.number(2, type).text(8, name).bytes(9, raw));
        return name;
    }

    /** An attribute of a node. */
    record Attribute(String name, Object value) {
        private Message message() {
            Message m = new Message().text(1, name);
            if (value instanceof Float f) {
                return m.real(2, f).number(20, 1);
            }
            if (value instanceof Long i) {
                return m.number(3, i).number(20, 2);
            }
            for (long i : (long[]) value) {
                m.number(8, i);
            }
            return m.number(20, 7);
        }
    }

    /** Adds a node of one result and gives the result's name. */
    String node(String type, Attribute[] attributes, String... inputs) {
        String result = name();
        Message node = new Message();
        for (String input : inputs) {
            node.text(1, input);
        }
        node.text(2, result).text(3, "n_" + result).text(4, type);
        for (Attribute a : attributes) {
            node.message(5, a.message());
        }
        graph.message(1, node);
        return result;
    }

    byte[] bytes() {
        return new Message().number(1, IR_VERSION).text(2, "rebind-benchmarks").message(7, graph)
                .message(8, new Message().text(1, "").number(2, OPSET)).out.toByteArray();
    }
}
