package org.rebind.tck;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.rebind.DType;
import org.rebind.Shape;
import org.rebind.backend.Backend;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Graph;

/** One run of an executable from host data to host data, with every buffer closed by its owner. Stateless. */
public final class Execution {
    private Execution() {
    }

    /** Compiles, runs once and closes. */
    public static List<HostBuffer> run(Backend backend, Graph graph, ExecutableOptions options, List<HostBuffer> inputs,
            long[] symbols) {
        try (Executable executable = backend.compile(graph, options)) {
            return run(backend, graph, executable, inputs, symbols);
        }
    }

    /** Runs once; the results are copies that live on. */
    public static List<HostBuffer> run(Backend backend, Graph graph, Executable executable, List<HostBuffer> inputs,
            long[] symbols) {
        DeviceBuffer[] uploaded = upload(backend, inputs);
        DeviceBuffer[] results = executable.execute(uploaded, symbols);
        try {
            return read(graph, results, symbols);
        } finally {
            close(uploaded, results);
        }
    }

    /** The inputs on the device; the caller closes them. */
    public static DeviceBuffer[] upload(Backend backend, List<HostBuffer> inputs) {
        return inputs.stream().map(b -> backend.device().upload(b)).toArray(DeviceBuffer[]::new);
    }

    /** Copies of the results. @throws AssertionError if their number, dtypes or sizes are not the graph's */
    public static List<HostBuffer> read(Graph graph, DeviceBuffer[] results, long[] symbols) {
        if (results.length != graph.results().size()) {
            throw new AssertionError("execute gave " + results.length + " results for a graph of "
                    + graph.results().size());
        }
        List<HostBuffer> copies = new ArrayList<>();
        for (int i = 0; i < results.length; i++) {
            var type = graph.type(graph.results().get(i));
            int expected = elements(type.shape(), graph, symbols);
            if (results[i].dtype() != type.dtype() || results[i].elementCount() != expected) {
                throw new AssertionError("result " + i + " is a buffer of " + results[i].elementCount() + " "
                        + results[i].dtype() + ", expected " + expected + " " + type.dtype() + " (" + type + ")");
            }
            copies.add(copy(results[i].toHost()));
        }
        return copies;
    }

    /** Number of elements of a shape of this graph at these sizes. */
    public static int elements(Shape shape, Graph graph, long[] symbols) {
        return shape.evaluate(graph.symbolMap(symbols)::get).elementCount();
    }

    /** Each distinct buffer closed once: a result may be an input, or another result. */
    public static void close(DeviceBuffer[]... groups) {
        Set<DeviceBuffer> all = Collections.newSetFromMap(new IdentityHashMap<>());
        Arrays.stream(groups).forEach(g -> all.addAll(Arrays.asList(g)));
        all.forEach(DeviceBuffer::close);
    }

    /** A buffer over a copy of exactly the elements. */
    public static HostBuffer copy(HostBuffer from) {
        HostBuffer to = HostBuffer.allocate(from.dtype(), from.elementCount());
        System.arraycopy(from.array(), 0, to.array(), 0, from.elementCount());
        return to;
    }

    /** Whether both hold the same bits; NaNs are all equal. */
    public static boolean sameBits(HostBuffer a, HostBuffer b) {
        return firstDifference(a, b) == null;
    }

    /** Where two buffers first differ in bits, as text, or null; NaNs are all equal. */
    public static String firstDifference(HostBuffer expected, HostBuffer got) {
        if (expected.dtype() != got.dtype() || expected.elementCount() != got.elementCount()) {
            return "expected " + expected + ", got " + got;
        }
        for (int i = 0; i < expected.elementCount(); i++) {
            Object e = Array.get(expected.array(), i);
            Object g = Array.get(got.array(), i);
            if (!e.equals(g)) { // boxed floats compare by bits, and NaNs as equal
                return "element " + i + ": expected " + e + ", got " + g;
            }
        }
        return null;
    }

    /** Element as a double; of bools 0 or 1. */
    static double number(HostBuffer b, int i) {
        return b.dtype() == DType.INT64 ? b.longs()[i] : Array.getDouble(b.array(), i);
    }
}
