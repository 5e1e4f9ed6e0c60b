package org.rebind.backend.opencl.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.Shape;
import org.rebind.TensorType;
import org.rebind.backend.Backend;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Binary;
import org.rebind.graph.Graph;
import org.rebind.graph.Node;
import org.rebind.graph.Op;
import org.rebind.graph.Unary;
import org.rebind.tck.KnownBackends;

/**
 * The elementary functions stay within the errors OpenCL 1.2 states (section 7.4), in units in the last place; what was
 * measured is printed. The reference is the interpreter in float64.
 */
@Tag("slow")
class AccuracyTest {
    private static final int POINTS = 20_000;

    /** @param ulps stated for float32 and float64 alike; the arguments lie in [low, high] */
    private record Function(Op op, double low, double high, double ulps) {
    }

    private static final List<Function> FUNCTIONS = List.of(new Function(Unary.EXP, -80, 80, 3),
            new Function(Unary.EXPM1, -10, 10, 3), new Function(Unary.LOG, 1e-30, 1e6, 3),
            new Function(Unary.LOG1P, -0.9, 100, 2), new Function(Unary.SQRT, 0, 1e6, 3),
            new Function(Unary.SIN, -1000, 1000, 4), new Function(Unary.COS, -1000, 1000, 4),
            new Function(Unary.TAN, -1.5, 1.5, 5), new Function(Unary.ASIN, -1, 1, 4),
            new Function(Unary.ACOS, -1, 1, 4), new Function(Unary.ATAN, -100, 100, 5),
            new Function(Unary.SINH, -10, 10, 4), new Function(Unary.COSH, -10, 10, 4),
            new Function(Unary.TANH, -9, 9, 5), new Function(Unary.ATANH, -0.99, 0.99, 5),
            new Function(Unary.ERF, -3, 3, 16), new Function(Binary.POW, 0.01, 8, 16),
            new Function(Binary.ATAN2, -10, 10, 6), new Function(Binary.DIVIDE, -10, 10, 2.5));

    @Test
    void float32() {
        measure(DType.FLOAT32);
    }

    @Test
    void float64() {
        TestDevices.skipUnless(TestDevices.facts().fp64(), "the device has no float64");
        measure(DType.FLOAT64);
    }

    private static void measure(DType dtype) {
        Backend backend = TestDevices.backend(TestDevices.settings(null));
        List<String> tooFar = new ArrayList<>();
        try {
            double[] x = new double[POINTS * FUNCTIONS.size()];
            double[] y = new double[x.length];
            Random r = new Random(Long.getLong("rebind.test.seed", 11));
            for (int i = 0; i < x.length; i++) {
                Function f = FUNCTIONS.get(i / POINTS);
                x[i] = round(dtype, f.low + (f.high - f.low) * r.nextDouble());
                y[i] = round(dtype, f.low + (f.high - f.low) * r.nextDouble());
            }
            List<HostBuffer> got = run(backend, graph(dtype), dtype, x, y);
            List<HostBuffer> expected = run(KnownBackends.interpreter(), graph(DType.FLOAT64), DType.FLOAT64, x, y);
            StringBuilder line = new StringBuilder("measured ulps, " + dtype + ":");
            for (int f = 0; f < FUNCTIONS.size(); f++) {
                double worst = worst(dtype, got.get(f), expected.get(f));
                line.append(String.format(" %s %.2f", FUNCTIONS.get(f).op.opName(), worst));
                if (!(worst <= FUNCTIONS.get(f).ulps + (dtype == DType.FLOAT64 ? 1 : 0))) { // the reference has its own
                    tooFar.add(FUNCTIONS.get(f).op.opName() + ": " + worst + " > " + FUNCTIONS.get(f).ulps);
                }
            }
            System.err.println(line);
        } finally {
            backend.close();
        }
        assertEquals(List.of(), tooFar);
    }

    private static double round(DType dtype, double v) {
        return dtype == DType.FLOAT32 ? (float) v : v;
    }

    private static Graph graph(DType dtype) {
        TensorType type = new TensorType(dtype, Shape.of(POINTS));
        List<Graph.Param> params = new ArrayList<>();
        List<Node> nodes = new ArrayList<>();
        List<Integer> results = new ArrayList<>();
        for (int f = 0; f < FUNCTIONS.size(); f++) {
            params.add(new Graph.Param("x" + f, type));
            params.add(new Graph.Param("y" + f, type));
        }
        for (int f = 0; f < FUNCTIONS.size(); f++) {
            Op op = FUNCTIONS.get(f).op;
            nodes.add(new Node(op, op instanceof Binary ? List.of(2 * f, 2 * f + 1) : List.of(2 * f), type));
            results.add(params.size() + f);
        }
        return new Graph(params, nodes, results, List.of());
    }

    private static List<HostBuffer> run(Backend backend, Graph graph, DType dtype, double[] x, double[] y) {
        DeviceBuffer[] inputs = new DeviceBuffer[2 * FUNCTIONS.size()];
        for (int f = 0; f < FUNCTIONS.size(); f++) {
            inputs[2 * f] = backend.device().upload(host(dtype, x, f * POINTS));
            inputs[2 * f + 1] = backend.device().upload(host(dtype, y, f * POINTS));
        }
        try (Executable e = backend.compile(graph, ExecutableOptions.DEFAULT)) {
            List<HostBuffer> results = new ArrayList<>();
            for (DeviceBuffer b : e.execute(inputs, new long[0])) {
                results.add(b.toHost());
                b.close();
            }
            return results;
        }
    }

    private static HostBuffer host(DType dtype, double[] values, int from) {
        HostBuffer h = HostBuffer.allocate(dtype, POINTS);
        for (int i = 0; i < POINTS; i++) {
            if (dtype == DType.FLOAT32) {
                h.floats()[i] = (float) values[from + i];
            } else {
                h.doubles()[i] = values[from + i];
            }
        }
        return h;
    }

    private static double worst(DType dtype, HostBuffer got, HostBuffer expected) {
        double worst = 0;
        for (int i = 0; i < POINTS; i++) {
            double e = expected.doubles()[i];
            double g = dtype == DType.FLOAT32 ? got.floats()[i] : got.doubles()[i];
            double ulp = dtype == DType.FLOAT32 ? Math.ulp((float) e) : Math.ulp(e);
            double off = g == e || dtype == DType.FLOAT32 && (float) g == (float) e && Float.isInfinite((float) e) ? 0
                    : Math.abs(g - e) / ulp;
            worst = off > worst || off != off ? off : worst;
        }
        return worst;
    }
}
