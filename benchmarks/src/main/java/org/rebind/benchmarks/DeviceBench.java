package org.rebind.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction1;
import org.rebind.DType;
import org.rebind.Rebind;
import org.rebind.Tensor;
import org.rebind.backend.Backend;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Graph;
import org.rebind.tck.KnownBackends;
import org.rebind.benchmarks.workload.Array;

/**
 * What one device does with data that is already there: {@code BACKEND [--quick] [--products] [--out FILE]}. Prints a Markdown table: time
 * of a call, bandwidth or arithmetic, and the share of what the device's own copy or NVIDIA's library reaches, called directly,
 * where there is CUDA. Calls are queued one behind the other and waited for once, as a training loop would.
 */
public final class DeviceBench {
    private static final int ROUNDS = 5;
    private static final double ROUND_SECONDS = 0.2;

    private final Backend backend;
    private final boolean quick;
    private final List<String> lines = new ArrayList<>();
    private final Executable marker;
    private final DeviceBuffer one;
    private double copyBytesPerSecond = Double.NaN;

    private DeviceBench(Backend backend, boolean quick) {
        this.backend = backend;
        this.quick = quick;
        this.marker = backend.compile(DeviceGraphs.marker(), ExecutableOptions.DEFAULT);
        this.one = backend.device().upload(HostBuffer.allocate(DType.FLOAT32, 1));
    }

    public static void main(String[] args) throws IOException {
        String name = null;
        boolean quick = false;
        boolean products = false;
        Path out = null;
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--quick")) {
                quick = true;
            } else if (args[i].equals("--products")) {
                products = true;
            } else if (args[i].equals("--out") && i + 1 < args.length) {
                out = Path.of(args[++i]);
            } else if (name == null && !args[i].startsWith("-")) {
                name = args[i];
            } else {
                throw wrong("unknown argument '" + args[i] + "'; expected BACKEND [--quick] [--products] [--out FILE]");
            }
        }
        DeviceBench bench = new DeviceBench(backend(name == null ? "cuda" : name), quick);
        bench.run(products);
        String text = String.join("\n", bench.lines) + "\n";
        System.out.print(text);
        if (out != null) {
            Files.writeString(out, text);
        }
        System.exit(0); // backends are the process's, and stay open
    }

    private static Backend backend(String name) {
        try {
            return KnownBackends.named(name);
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
    }

    /** Says what is wrong with the arguments, and ends. */
    private static IllegalArgumentException wrong(String what) {
        System.err.println("device-bench: " + what);
        System.exit(2);
        return new IllegalArgumentException(what); // not reached
    }

    /** @param products nothing but matrix products */
    private void run(boolean products) {
        lines.add("Backend " + backend.name() + " " + backend.version() + " on " + backend.device().name() + " "
                + backend.device().properties() + (quick ? "; **small sizes: a trial of the benchmark, not of the device**" : ""));
        lines.add("");
        lines.add("| workload | us a call | reaches | of the device's own |");
        lines.add("|---|---:|---:|---:|");
        if (!products) {
            memory();
        }
        for (int size : quick ? new int[] {256} : new int[] {1024, 4096, 8192}) {
            product(size);
        }
        if (!products) {
            calls();
        }
    }

    /** What the memory of the device bounds. */
    private void memory() {
        int n = quick ? 1 << 20 : 64 << 20;
        int rows = quick ? 256 : 8192;
        copy(4L * n);
        memory("x * 2 + 1, then tanh, " + n, DeviceGraphs.chain(), new long[] {n}, 2L * 4 * n, n);
        memory("tanh(a * b + c) * exp(-d), " + n, DeviceGraphs.gate(), new long[] {n}, 5L * 4 * n, n, n, n, n);
        memory("sum of all, " + n, DeviceGraphs.total(), new long[] {n}, 4L * n, n);
        int tall = n / 4096;
        memory("sums of rows, " + tall + " x 4096", DeviceGraphs.rowSums(), new long[] {tall}, 4L * n, n);
        memory("sums of columns, " + tall + " x 4096", DeviceGraphs.columnSums(), new long[] {tall}, 4L * n, n);
        memory("softmax, " + rows + " x 4096", DeviceGraphs.softmax(), new long[] {rows}, 8L * 4096 * rows, rows * 4096);
        memory("layer norm, " + rows + " x 4096", DeviceGraphs.layerNorm(), new long[] {rows}, 8L * 4096 * rows, rows * 4096,
                4096, 4096);
        memory("transposed + 1, " + rows + " x 4096", DeviceGraphs.transposed(), new long[] {rows}, 8L * 4096 * rows,
                rows * 4096);
    }

    private void copy(long bytes) {
        String why = CudaDirect.unavailable();
        if (!backend.name().startsWith("cuda") || !why.isEmpty()) {
            lines.add("| the device's own copy | | | not measured: " + (why.isEmpty() ? "no CUDA device" : why) + " |");
            return;
        }
        double seconds = CudaDirect.copySeconds(bytes);
        copyBytesPerSecond = 2 * bytes / seconds;
        lines.add(row("cuMemcpyDtoD, " + (bytes >> 20) + " MiB", seconds, copyBytesPerSecond / 1e9, "GB/s", 1));
    }

    private static String row(String what, double seconds, double rate, String unit, double share) {
        return String.format(Locale.ROOT, "| %s | %.1f | %.1f %s | %s |", what, seconds * 1e6, rate, unit,
                Double.isNaN(share) ? "" : String.format(Locale.ROOT, "%.0f %%", share * 100));
    }

    /** @param elements of each parameter */
    private void memory(String what, Graph graph, long[] symbols, long bytes, int... elements) {
        double seconds = seconds(graph, symbols, elements);
        lines.add(row(what, seconds, bytes / seconds / 1e9, "GB/s", bytes / seconds / copyBytesPerSecond));
    }

    private void product(int n) {
        double seconds = seconds(DeviceGraphs.product(n), new long[0], n * n, n * n);
        double own = Double.NaN;
        if (backend.name().startsWith("cuda") && CudaDirect.unavailable().isEmpty()) {
            own = CudaDirect.gemmSeconds(n, Boolean.getBoolean("rebind.cuda.tf32"));
        }
        lines.add(row("product of " + n + " x " + n + (Boolean.getBoolean("rebind.cuda.tf32") ? " (TF32 allowed)" : ""), seconds,
                2.0 * n * n * n / seconds / 1e12, "TF", own / seconds));
    }

    private double seconds(Graph graph, long[] symbols, int... elements) {
        DeviceBuffer[] inputs = new DeviceBuffer[elements.length];
        for (int i = 0; i < inputs.length; i++) {
            float[] values = Array.normal(i + 1, 1, elements[i]).data();
            inputs[i] = backend.device().upload(HostBuffer.wrap(DType.FLOAT32, values, elements[i]));
        }
        try (Executable executable = backend.compile(graph, ExecutableOptions.DEFAULT)) {
            Runnable call = () -> Arrays.stream(executable.execute(inputs, symbols)).distinct().forEach(DeviceBuffer::close);
            return seconds(call);
        } finally {
            Arrays.stream(inputs).forEach(DeviceBuffer::close);
        }
    }

    /** The best round's time of a call; each round is long enough that waiting for the last one does not count. */
    private double seconds(Runnable call) {
        int count = 3;
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS + 3; round++) {
            finish();
            long start = System.nanoTime();
            for (int i = 0; i < count; i++) {
                call.run();
            }
            finish();
            double seconds = (System.nanoTime() - start) / 1e9;
            best = round < 3 ? best : Math.min(best, seconds / count);
            count = (int) Math.max(3, Math.min(20_000, count * (quick ? ROUND_SECONDS / 10 : ROUND_SECONDS) / seconds));
        }
        return best;
    }

    /** Waits for all that was queued: calls of one device run in order. */
    private void finish() {
        DeviceBuffer done = marker.execute(new DeviceBuffer[] {one}, new long[0])[0];
        done.toHost();
        done.close();
    }

    /** What a call of a compiled function costs the caller, by the public API. */
    private void calls() {
        CompiledFunction1<Tensor, Tensor> f = Rebind.compiler().compile((Tensor x) -> x.mul(2f).add(1f),
                CompileOptions.builder().fullgraph(true).backend(backend.name()).build());
        Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8});
        f.apply(x).toFloatArray();
        int count = quick ? 200 : 20_000;
        double queued = Double.MAX_VALUE;
        double read = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            Tensor last = x;
            for (int i = 0; i < count; i++) {
                last = f.apply(x);
            }
            last.toFloatArray();
            queued = Math.min(queued, (System.nanoTime() - start) / 1e9 / count);
            start = System.nanoTime();
            for (int i = 0; i < count / 10; i++) {
                f.apply(x).toFloatArray();
            }
            read = Math.min(read, (System.nanoTime() - start) / 1e9 / (count / 10));
        }
        lines.add(String.format(Locale.ROOT, "| a cached call on 8 elements, queued | %.2f | | |", queued * 1e6));
        lines.add(String.format(Locale.ROOT, "| a cached call on 8 elements, its result read | %.2f | | |", read * 1e6));
    }
}
