package org.rebind.tracer.internal.backends;

import java.util.Arrays;
import java.util.Map;
import org.rebind.Shape;
import org.rebind.TensorType;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Graph;
import org.rebind.tracer.internal.tensor.ConcreteTensor;
import org.rebind.tracer.internal.tensor.Home;

/** A graph's results: their types for the sizes of a call, and tensors made of the buffers a backend returns. */
final class Results {
    /** The types for some sizes; the last ones are kept, as calls tend to repeat them. */
    private record Types(long[] symbols, TensorType[] types, int[] counts) {
    }

    private final Graph graph;
    private final int[] results;
    private volatile Types last;

    Results(Graph graph) {
        this.graph = graph;
        this.results = graph.results().stream().mapToInt(Integer::intValue).toArray();
    }

    /** The symbols of the last call; null if none ran. Not to be changed. */
    long[] lastSymbols() {
        Types t = last;
        return t == null ? null : t.symbols;
    }

    private Types types(long[] symbols) {
        Types t = last;
        if (t == null || !Arrays.equals(t.symbols, symbols)) {
            Map<String, Long> numbers = graph.symbolMap(symbols);
            TensorType[] types = new TensorType[results.length];
            int[] counts = new int[results.length];
            for (int i = 0; i < types.length; i++) {
                TensorType type = graph.type(results[i]);
                Shape shape = type.shape().evaluate(numbers::get);
                types[i] = shape == type.shape() ? type : new TensorType(type.dtype(), shape);
                counts[i] = shape.elementCount();
            }
            last = t = new Types(symbols.clone(), types, counts);
        }
        return t;
    }

    /**
     * Puts the results as tensors after the inputs; the buffers go to the home. Called while counted in its calls.
     *
     * @throws BackendFault.WrongResult if the buffers are not what the graph says; they are closed then
     */
    void wrap(DeviceBuffer[] out, DeviceBuffer[] in, ConcreteTensor[] values, long[] symbols, Home home) {
        Types t = types(symbols);
        String wrong = mismatch(out, t);
        if (wrong != null) {
            close(out, in);
            throw new BackendFault.WrongResult(wrong);
        }
        try {
            tensors(out, in, values, t, home);
        } catch (RuntimeException | Error e) { // a copy of a twin failed, or the home is closed to this late call
            close(out, in);
            throw e;
        }
    }

    private void tensors(DeviceBuffer[] out, DeviceBuffer[] in, ConcreteTensor[] values, Types t, Home home) {
        for (int i = 0; i < out.length; i++) {
            if (graph.isParam(results[i])) {
                values[in.length + i] = values[results[i]];
                if (indexOf(out[i], in, in.length) < 0 && indexOf(out[i], out, i) < 0) {
                    out[i].close(); // a copy nobody needs
                }
            } else {
                values[in.length + i] = tensor(i, out, in, t, values, home);
            }
        }
    }

    private static ConcreteTensor tensor(int i, DeviceBuffer[] out, DeviceBuffer[] in, Types t, ConcreteTensor[] values,
            Home home) {
        int twin = indexOf(out[i], out, i);
        if (twin >= 0 && values[in.length + twin].type().equals(t.types[i])) {
            return values[in.length + twin];
        }
        if (twin < 0 && indexOf(out[i], in, in.length) < 0) {
            return ConcreteTensor.ofChecked(t.types[i], out[i], home);
        }
        // two tensors must not own one buffer
        return ConcreteTensor.of(t.types[i], out[i] instanceof HostBuffer host ? host.share() : out[i].toHost());
    }

    private static String mismatch(DeviceBuffer[] out, Types t) {
        if (out == null || out.length != t.types.length) {
            return "expected " + t.types.length + " results, got " + (out == null ? "null" : out.length);
        }
        for (int i = 0; i < out.length; i++) {
            if (out[i] == null || out[i].dtype() != t.types[i].dtype() || out[i].elementCount() != t.counts[i]) {
                return "result " + i + ": expected " + t.types[i] + ", got " + (out[i] == null ? "null"
                        : out[i].elementCount() + " elements of " + out[i].dtype());
            }
        }
        return null;
    }

    private static void close(DeviceBuffer[] out, DeviceBuffer[] in) {
        for (int i = 0; out != null && i < out.length; i++) {
            if (out[i] != null && indexOf(out[i], in, in.length) < 0) {
                out[i].close(); // idempotent, so twins do no harm
            }
        }
    }

    private static int indexOf(DeviceBuffer b, DeviceBuffer[] all, int length) {
        for (int i = 0; i < length; i++) {
            if (all[i] == b) {
                return i;
            }
        }
        return -1;
    }
}
