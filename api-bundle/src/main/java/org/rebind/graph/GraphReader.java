package org.rebind.graph;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.RebindException;
import org.rebind.Shape;
import org.rebind.TensorType;

/** Reads the body of a graph's binary form. Whatever the bytes are, the outcome is a graph or a GraphException. */
final class GraphReader {
    private final DataInputStream in;
    private final ByteArrayInputStream bytes;

    /** @param body from its position to its limit */
    GraphReader(ByteBuffer body) {
        this.bytes = new ByteArrayInputStream(body.array(), body.position(), body.remaining());
        this.in = new DataInputStream(bytes);
    }

    Graph graph() {
        try {
            List<Graph.Param> params = list(() -> new Graph.Param(text(), type()));
            List<Node> nodes = list(() -> new Node(op(), integers(), type()));
            List<Integer> results = integers();
            List<Guard> guards = list(() -> new Guard(dim(), named(Relation.class), dim(), text()));
            if (bytes.available() > 0) {
                throw new GraphException("graph in binary form: " + bytes.available() + " bytes too many");
            }
            return new Graph(params, nodes, results, guards);
        } catch (GraphException e) {
            throw e;
        } catch (RebindException | IllegalArgumentException | ArithmeticException | NullPointerException e) {
            throw new GraphException("graph in binary form: " + e.getMessage(), e);
        }
    }

    private String text() {
        try {
            return in.readUTF();
        } catch (IOException e) {
            throw new GraphException("graph in binary form: ends within a text, or the text is malformed", e);
        }
    }

    private long number() {
        try {
            return in.readLong();
        } catch (IOException e) {
            throw new GraphException("graph in binary form: ends within a number", e);
        }
    }

    private int integer() {
        return Math.toIntExact(number());
    }

    /** A length is at most the bytes left, so that a wrong one cannot ask for much memory. */
    private <T> List<T> list(Supplier<T> element) {
        long n = number();
        if (n < 0 || n > bytes.available()) {
            throw new GraphException("graph in binary form: a list of " + n + " elements in " + bytes.available()
                    + " bytes");
        }
        List<T> list = new ArrayList<>();
        for (long i = 0; i < n; i++) {
            list.add(element.get());
        }
        return list;
    }

    private List<Integer> integers() {
        return list(this::integer);
    }

    private Dim dim() {
        return new DimText(text()).parse();
    }

    private List<Dim> dims() {
        return list(this::dim);
    }

    private Shape shape() {
        return Shape.of(dims());
    }

    private TensorType type() {
        return new TensorType(dtype(), shape());
    }

    private DType dtype() {
        return named(DType.class);
    }

    private <E extends Enum<E>> E named(Class<E> type) {
        return Enum.valueOf(type, text());
    }

    private Number value(boolean real) {
        long bits = number();
        if (real) {
            return Double.longBitsToDouble(bits);
        }
        return bits;
    }

    private Full full() {
        DType d = dtype();
        return new Full(d, shape(), value(d.isFloating()));
    }

    private Op op() {
        String kind = text();
        return switch (kind) {
            case "full" -> full();
            case "iota" -> new Iota(dtype(), shape(), integer());
            case "unary" -> named(Unary.class);
            case "binary" -> named(Binary.class);
            case "where" -> new Where();
            case "cast" -> new Cast(dtype());
            case "reshape" -> new Reshape(shape());
            case "permute" -> new Permute(integers());
            case "flip" -> new Flip(integers());
            case "broadcast_to" -> new BroadcastTo(shape());
            case "slice" -> new Slice(dims(), dims(), list(this::number));
            case "pad" -> new Pad(dims(), dims(), value(text().equals("real")));
            case "concatenate" -> new Concatenate(integer());
            case "take" -> new Take(integer());
            case "scatter_add" -> new ScatterAdd(integer());
            case "reduce" -> new Reduce(named(Reduce.Kind.class), integers());
            case "arg_reduce" -> new ArgReduce(named(ArgReduce.Kind.class), integer());
            case "cumsum" -> new CumSum(integer());
            case "matmul" -> new Matmul();
            default -> throw new GraphException("graph in binary form: unknown op '" + kind + "'");
        };
    }
}
