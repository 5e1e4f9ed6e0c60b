package org.rebind.backend.opencl.internal;

import static org.bytedeco.opencl.global.OpenCL.*;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.Shape;
import org.rebind.TensorType;
import org.rebind.backend.Backend;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.codegen.BinaryCache;
import org.rebind.codegen.KernelNote;
import org.rebind.codegen.Plan;
import org.rebind.codegen.Step;
import org.rebind.codegen.Target;
import org.rebind.graph.Binary;
import org.rebind.graph.Graph;
import org.rebind.graph.Unary;
import org.rebind.tck.GraphBuilder;
import org.rebind.tck.KnownBackends;

/**
 * A program that measures this backend against what it stands on, each pair in the same run and taking turns: calls
 * against PoCL's own enqueue and finish, a fused chain against the CPU backend, matrix products against oneDNN, programs
 * built against programs cached. Arguments choose among {@code call chain product programs}; none for all. Not a test; docs/measurements/opencl.md has its tables and says how to run it.
 */
final class Measurements {
    private static final int ROUNDS = 15;
    private final PrintStream out;
    private final OpenClDevice device;

    private Measurements(PrintStream out, OpenClDevice device) {
        this.out = out;
        this.device = device;
    }

    public static void main(String[] args) throws IOException {
        DeviceFacts facts = TestDevices.facts();
        System.out.println("device " + facts.properties() + " " + facts.name());
        OpenClDevice device = new OpenClDevice(facts, TestDevices.settings(null));
        try {
            Measurements m = new Measurements(System.out, device);
            List<String> chosen = args.length == 0 ? List.of("call", "chain", "product", "programs") : List.of(args);
            if (chosen.contains("call")) {
                m.callOverhead();
            }
            if (chosen.contains("chain")) {
                m.chain(1 << 20);
                m.chain(1 << 24);
            }
            if (chosen.contains("product")) {
                for (int n : new int[] {256, 512, 1024, 2048}) {
                    m.product(n);
                }
            }
            if (chosen.contains("programs")) {
                m.programs();
            }
        } finally {
            device.close();
        }
    }

    /** Median times of several things in turn, in nanoseconds. */
    private static long[] inTurn(int rounds, LongSupplier... things) {
        long[][] times = new long[things.length][rounds];
        for (int r = -3; r < rounds; r++) {
            for (int t = 0; t < things.length; t++) {
                long took = things[t].getAsLong();
                if (r >= 0) {
                    times[t][r] = took;
                }
            }
        }
        return Arrays.stream(times).mapToLong(t -> {
            Arrays.sort(t);
            return t[t.length / 2];
        }).toArray();
    }

    private static Plan plan(DType dtype, int... elements) {
        List<Graph.Param> params = new ArrayList<>();
        List<Plan.PlanBuffer> buffers = new ArrayList<>();
        for (int i = 0; i < elements.length; i++) {
            boolean last = i == elements.length - 1;
            if (!last) {
                params.add(new Graph.Param("p" + i, new TensorType(dtype, Shape.of(elements[i]))));
            }
            buffers.add(new Plan.PlanBuffer("b" + i, last ? Plan.Role.RESULT : Plan.Role.PARAM, dtype,
                    Dim.of(elements[i]), -1));
        }
        return new Plan(new Graph(params, List.of(), List.of(0), List.of()), Target.gpu(), buffers, List.of(),
                List.of(elements.length - 1), List.of());
    }

    private void callOverhead() {
        int n = 64;
        Plan empty = plan(DType.FLOAT32, n, n * n, n * n);
        Dim d = Dim.of(8);
        Step.Operand a = new Step.Operand(0, Dim.of(0), false, d, List.of());
        Step.Operand b = new Step.Operand(1, Dim.of(0), false, d, List.of());
        Step step = new Step.MatmulStep(a, b, 2, DType.FLOAT32, List.of(), Dim.of(8), Dim.of(8), Dim.of(0), null,
                new KernelNote(List.of("matmul"), "", Dim.of(0)));
        Plan plan = new Plan(empty.graph(), empty.target(), empty.buffers(), List.of(step), empty.results(), List.of());
        MatmulSource matmul = new MatmulSource(true, 512, 0);
        Program program = Program.build(device, matmul.source(DType.FLOAT32), new BinaryCache(null));
        KernelSet raw = new KernelSet(program, List.of(MatmulSource.name(DType.FLOAT32)));
        Launch launch = new Launches(plan, device.facts(), matmul, s -> 0).launches().get(0);
        Block[] memory = {device.pool().take(4 * n), device.pool().take(4 * n * n), device.pool().take(4 * n * n),
            device.pool().take(4)};
        raw.enqueue(device.compute().handle(), launch, memory, false);
        device.compute().finish();
        try (OpenClExecutable x = new OpenClExecutable(device, plan, matmul, program, List.of(),
                List.of(MatmulSource.name(DType.FLOAT32), MatmulSource.packName(DType.FLOAT32)));
                DeviceBuffer p = device.upload(HostBuffer.allocate(DType.FLOAT32, n));
                DeviceBuffer q = device.upload(HostBuffer.allocate(DType.FLOAT32, n * n))) {
            DeviceBuffer[] in = {p, q};
            long[] none = {};
            LongSupplier pocl = () -> time(2000, () -> {
                raw.launchAgain(device.compute().handle(), launch);
                device.compute().finish();
            });
            LongSupplier ours = () -> time(2000, () -> {
                try (OpenClBuffer r = (OpenClBuffer) x.execute(in, none)[0]) {
                    r.await();
                }
            });
            LongSupplier read = () -> time(2000, () -> {
                try (DeviceBuffer r = x.execute(in, none)[0]) {
                    r.toHost();
                }
            });
            LongSupplier event = () -> time(2000, () -> {
                raw.enqueue(device.compute().handle(), launch, memory, true);
                Submission.ofKernels("", raw.takeEvent(), List.of()).await();
            });
            long[] t = inTurn(ROUNDS, pocl, ours, read, event);
            out.printf("enqueue with an event + wait for it %.1f us%n", t[3] / 1e3);
            out.printf("call of a small kernel: enqueue + finish %.1f us, execute to finished %.1f us (%.2fx), execute"
                    + " to read %.1f us (%.2fx)%n", t[0] / 1e3, t[1] / 1e3, (double) t[1] / t[0], t[2] / 1e3,
                    (double) t[2] / t[0]);
        }
    }

    /** tanh(a * b + c) * exp(-d) as one kernel, here and on the CPU backend. */
    private void chain(int n) {
        GraphBuilder g = new GraphBuilder();
        GraphBuilder.Value[] p = new GraphBuilder.Value[4];
        HostBuffer[] host = new HostBuffer[4];
        for (int i = 0; i < 4; i++) {
            p[i] = g.param("p" + i, DType.FLOAT32, Dim.symbol("n"));
            host[i] = HostBuffer.allocate(DType.FLOAT32, n);
            for (int k = 0; k < n; k++) {
                host[i].floats()[k] = (k * 31 + i) % 1000 / 500f - 1;
            }
        }
        Graph graph = g.results(g.op(Binary.MULTIPLY,
                g.op(Unary.TANH, g.op(Binary.ADD, g.op(Binary.MULTIPLY, p[0], p[1]), p[2])),
                g.op(Unary.EXP, g.op(Unary.NEGATIVE, p[3])))).build();
        Backend cpu = KnownBackends.named("aparapi-cpu");
        OpenClBackend opencl = new OpenClBackend("opencl", new OpenClDevice(device.facts(), TestDevices.settings(null)),
                new BinaryCache(null));
        LongSupplier ours = runs(opencl, graph, host, n);
        LongSupplier theirs = runs(cpu, graph, host, n);
        long[] t = inTurn(ROUNDS, ours, theirs);
        out.printf("fused chain, %d elements: %.3f ns/element, CPU backend %.3f (throughput %.2fx)%n", n, (double) t[0] / n,
                (double) t[1] / n, (double) t[1] / t[0]);
        opencl.close();
    }

    private static LongSupplier runs(Backend backend, Graph graph, HostBuffer[] host, int n) {
        DeviceBuffer[] in = Arrays.stream(host).map(backend.device()::upload).toArray(DeviceBuffer[]::new);
        Executable e = backend.compile(graph, ExecutableOptions.DEFAULT);
        long[] symbols = {n};
        return () -> time(1, () -> {
            try (DeviceBuffer r = e.execute(in, symbols)[0]) {
                if (r instanceof OpenClBuffer b) {
                    b.await(); // the CPU backend's results are there when execute returns
                }
            }
        });
    }

    private static long time(int times, Runnable what) {
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
            what.run();
        }
        return (System.nanoTime() - start) / times;
    }

    private void product(int n) {
        Plan buffers = plan(DType.FLOAT32, n * n, n * n, n * n);
        Dim d = Dim.of(n);
        Step step = new Step.MatmulStep(new Step.Operand(0, Dim.of(0), false, d, List.of()),
                new Step.Operand(1, Dim.of(0), false, d, List.of()), 2, DType.FLOAT32, List.of(), d, d, d, null,
                new KernelNote(List.of("matmul"), "", Dim.of(0)));
        Plan plan = new Plan(buffers.graph(), buffers.target(), buffers.buffers(), List.of(step), buffers.results(),
                List.of());
        MatmulSource matmul = MatmulSource.of(device.facts());
        Set<String> names = new LinkedHashSet<>(List.of(MatmulSource.name(DType.FLOAT32)));
        if (matmul.packs()) {
            names.add(MatmulSource.packName(DType.FLOAT32));
        }
        float[] values = new float[n * n];
        Arrays.fill(values, 0.5f);
        try (OpenClExecutable x = new OpenClExecutable(device, plan, matmul, Program.build(device,
                matmul.source(DType.FLOAT32), new BinaryCache(null)), List.of(), List.copyOf(names));
                DeviceBuffer a = device.upload(HostBuffer.wrap(DType.FLOAT32, values, n * n));
                FloatPointer fa = new FloatPointer(values);
                FloatPointer fc = new FloatPointer((long) n * n)) {
            LongSupplier ours = () -> time(1, () -> {
                try (OpenClBuffer c = (OpenClBuffer) x.execute(new DeviceBuffer[] {a, a}, new long[0])[0]) {
                    c.await();
                }
            });
            LongSupplier theirs = () -> time(1, () -> dnnl.dnnl_sgemm((byte) 'N', (byte) 'N', n, n, n, 1, fa, n, fa, n, 0,
                    fc, n));
            long[] t = inTurn(ROUNDS, ours, theirs);
            double work = 2.0 * n * n * n;
            out.printf("sgemm %d: %.1f GFLOPS, oneDNN %.1f GFLOPS (%.2fx)%n", n, work / t[0], work / t[1],
                    (double) t[1] / t[0]);
        }
    }

    private void programs() throws IOException {
        Path folder = Files.createTempDirectory("opencl-binaries");
        BinaryCache cache = new BinaryCache(folder);
        String unique = "// " + System.nanoTime() + "\n";
        String source = unique + MatmulSource.of(device.facts()).source(DType.FLOAT32);
        long start = System.nanoTime();
        Program p = Program.build(device, source, cache);
        long built = System.nanoTime();
        p.store(cache);
        long stored = System.nanoTime();
        p.close();
        long again = System.nanoTime();
        Program.build(device, source, cache).close();
        out.printf("program: built in %.1f ms, stored in %.1f ms, loaded in %.1f ms%n", (built - start) / 1e6,
                (stored - built) / 1e6, (System.nanoTime() - again) / 1e6);
    }
}
