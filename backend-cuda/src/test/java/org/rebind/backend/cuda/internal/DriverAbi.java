package org.rebind.backend.cuda.internal;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.rebind.DType;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendException;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Discovery;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.CumSum;
import org.rebind.graph.Graph;
import org.rebind.tck.GraphBuilder;
import org.rebind.tck.GraphBuilder.Value;
import org.rebind.tck.KnownBackends;
import org.rebind.tck.OperatorSuite;

/**
 * A process of its own in which bytedeco's bindings find a libcuda.so.1 made for the test: {@code DriverAbi FOLDER}. Exercises
 * every call of {@link BytedecoDriver}; prints OK at the end.
 */
final class DriverAbi {
    private DriverAbi() {
    }

    public static void main(String[] args) {
        for (String name : List.of("libcudart.so.13", "libcuda.so.1", "libnvrtc.so.13", "libcublasLt.so.13", "libcublas.so.13")) {
            System.load(Path.of(args[0], name).toString());
        }
        EmulatedGpu compiler = EmulatedGpu.orSkip();
        CudaDriver driver = new BytedecoDriver();
        Discovery found = new CudaProvider(() -> new Cuda(driver, compiler, new CuBlas(), "", "", ""),
                new CudaProvider.Settings(null, true)).discover(); // runs the self-test
        check(found.backends().size() == 1, found.toString());
        CudaBackend backend = (CudaBackend) found.backends().get(0);
        check(backend.device().name().equals("A library's GPU") && backend.device().memoryBytes() == 256L << 20,
                "facts: " + backend.device().name() + ", " + backend.device().memoryBytes() + " bytes");
        check(backend.version().contains("TF32"), "the self-test passes with the library: " + backend.version());
        compiler();
        transfers(backend);
        products(backend);
        replays(backend);
        failures(backend, driver);
        backend.close();
        System.out.println("OK");
        System.exit(0);
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    private static void compiler() {
        Nvrtc nvrtc = new Nvrtc();
        check(nvrtc.version().equals("13.1"), nvrtc.version());
        String asked = new String(nvrtc.compile("x", "fine", "sm_90"), StandardCharsets.UTF_8);
        check(asked.startsWith("--gpu-architecture=sm_90\n--fmad=false\n") && asked.endsWith("\nx.cu"), asked);
        try {
            nvrtc.compile("x", "first\nwrong", "sm_90");
            throw new AssertionError("compiled");
        } catch (BackendException e) {
            check(e.kind() == BackendException.Kind.COMPILE && e.getMessage().contains("\"wrong\" is undefined\n")
                    && e.getMessage().contains("   2  wrong"), e.getMessage());
        }
    }

    /** Every product of the operator suite by the library, whose matrices are column-major, against the interpreter. */
    private static void products(CudaBackend backend) {
        int compared = 0;
        for (OperatorSuite.Case c : OperatorSuite.cases()) {
            if (!c.name().startsWith("matmul float") || !backend.supports(c.graph()).supported()) {
                continue;
            }
            for (long[] symbols : c.sizes()) {
                float[] a = run(backend, c.graph(), symbols);
                float[] b = run(KnownBackends.interpreter(), c.graph(), symbols);
                for (int k = 0; k < a.length; k++) {
                    check(Math.abs(a[k] - b[k]) <= 1e-3 * (1 + Math.abs(b[k])), c.name() + " " + Arrays.toString(symbols)
                            + ": element " + k + " is " + a[k] + ", not " + b[k]);
                }
                compared += a.length;
            }
        }
        check(compared > 1000, "only " + compared + " elements compared");
    }

    private static float[] run(Backend backend, Graph graph, long[] symbols) {
        var numbers = graph.symbolMap(symbols);
        DeviceBuffer[] inputs = new DeviceBuffer[graph.params().size()];
        for (int i = 0; i < inputs.length; i++) {
            int n = (int) graph.type(i).shape().evaluate(numbers::get).elementCount();
            HostBuffer host = HostBuffer.allocate(graph.type(i).dtype(), n);
            for (int k = 0; k < n; k++) {
                double value = Math.sin(k * 1.7 + i);
                if (host.array() instanceof float[] f) {
                    f[k] = (float) value;
                } else if (host.array() instanceof double[] d) {
                    d[k] = value;
                }
            }
            inputs[i] = backend.device().upload(host);
        }
        try (Executable e = backend.compile(graph, ExecutableOptions.DEFAULT)) {
            HostBuffer y = e.execute(inputs, symbols)[0].toHost();
            float[] values = new float[y.elementCount()];
            for (int k = 0; k < values.length; k++) {
                values[k] = y.array() instanceof float[] f ? f[k] : y.array() instanceof double[] d ? (float) d[k] : 0;
            }
            return values;
        }
    }

    private static void transfers(CudaBackend backend) {
        int n = 3_000_001; // several blocks
        float[] f = new float[n];
        double[] d = new double[n];
        int[] i = new int[n];
        long[] l = new long[n];
        short[] s = new short[n];
        byte[] b = new byte[n];
        for (int k = 0; k < n; k++) {
            f[k] = k;
            d[k] = -k;
            i[k] = 7 * k;
            l[k] = 1L << 40 | k;
            s[k] = (short) k;
            b[k] = (byte) (k & 1);
        }
        for (var pair : List.of(List.of(DType.FLOAT32, f), List.of(DType.FLOAT64, d), List.of(DType.INT32, i),
                List.of(DType.INT64, l), List.of(DType.FLOAT16, s), List.of(DType.BOOL, b))) {
            DType dtype = (DType) pair.get(0);
            try (DeviceBuffer x = backend.device().upload(HostBuffer.wrap(dtype, pair.get(1), n))) {
                check(Arrays.deepEquals(new Object[] {pair.get(1)}, new Object[] {x.toHost().array()}), "transfer of " + dtype);
            }
        }
    }

    private static void replays(CudaBackend backend) {
        GraphBuilder g = new GraphBuilder();
        Value x = g.param("x", DType.FLOAT32, 2, 3);
        for (int k = 0; k < 4; k++) {
            x = g.op(new CumSum(k % 2), x);
        }
        try (Executable e = backend.compile(g.results(x).build(), ExecutableOptions.DEFAULT);
                DeviceBuffer in = backend.device().upload(HostBuffer.wrap(DType.FLOAT32, new float[] {1, 0, 0, 0, 0, 0}, 6))) {
            for (int k = 0; k < 6; k++) {
                try (DeviceBuffer y = e.execute(new DeviceBuffer[] {in}, new long[0])[0]) {
                    check(Arrays.equals(new float[] {1, 2, 3, 2, 4, 6}, y.toHost().floats()), "call " + k + ": "
                            + Arrays.toString(y.toHost().floats()));
                }
            }
        }
    }

    private static void failures(CudaBackend backend, CudaDriver driver) {
        try (DeviceBuffer x = backend.device().upload(HostBuffer.allocate(DType.FLOAT64, 30_000_000))) {
            backend.device().upload(HostBuffer.allocate(DType.FLOAT64, 30_000_000)).close();
            throw new AssertionError("more memory than there is: " + x);
        } catch (BackendException e) {
            check(e.kind() == BackendException.Kind.OUT_OF_MEMORY, e.getMessage());
        }
        try {
            driver.loadModule(new byte[100]);
            throw new AssertionError("an image of zeros was loaded");
        } catch (CudaException e) {
            check(e.result().equals("CUDA_ERROR_INVALID_IMAGE"), e.getMessage());
        }
    }
}
