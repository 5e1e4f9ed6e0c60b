package org.rebind.backend.cuda.internal;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Assumptions;
import org.rebind.DType;
import org.rebind.tracer.internal.interpret.Halves;

/**
 * A GPU made of the host: CUDA C compiled by g++ behind a small header, the threads of a block run as fibers that meet at
 * barriers and shuffles. It finds misaligned and overflowing accesses, indices outside shared arrays, writes outside
 * buffers, barriers that not all threads reach and reads of memory nobody wrote (it starts as NaN). One per process: the
 * native part has one memory.
 */
final class EmulatedGpu implements Hardware, CudaCompiler {
    private static final String[] FLAGS = {"-x", "c++", "-std=c++17", "-O0", "-w", "-c", "-fPIC", "-pipe", "-ffp-contract=off",
        "-fvisibility=hidden", "-fno-exceptions", "-fno-rtti", "-fno-math-errno",
        "-fsanitize=alignment,bounds,integer-divide-by-zero,shift,signed-integer-overflow"};

    private static EmulatedGpu instance;

    private final Path folder;
    private final String header;
    private final Map<String, CompletableFuture<byte[]>> compiled = new ConcurrentHashMap<>();
    private final AtomicLong compileNanos = new AtomicLong();
    private long launchNanos;
    private int launches;

    private EmulatedGpu() throws IOException, InterruptedException {
        folder = Files.createTempDirectory("rebind-emulated-gpu");
        folder.toFile().deleteOnExit();
        header = resource("device.h");
        Path source = write("emulator.cpp", resource("emulator.cpp"));
        Path library = folder.resolve("emulator.so");
        Path include = Path.of(System.getProperty("java.home"), "include");
        String log = run("g++", "-std=c++17", "-O1", "-shared", "-fPIC", "-I" + include, "-I" + include.resolve("linux"), "-o",
                library.toString(), source.toString());
        if (!log.isEmpty()) {
            throw new AssertionError(log);
        }
        library.toFile().deleteOnExit();
        System.load(library.toString());
    }

    /** The one of this process; the calling test is skipped where there is no g++ or no JDK. */
    static synchronized EmulatedGpu orSkip() {
        Assumptions.assumeTrue(System.getProperty("os.arch").equals("amd64") && File.separatorChar == '/',
                "the emulated GPU is written for Linux on x86-64");
        Assumptions.assumeTrue(Files.exists(Path.of(System.getProperty("java.home"), "include", "jni.h")),
                "no jni.h beside this Java: emulating a GPU needs a JDK");
        try {
            Assumptions.assumeTrue(new ProcessBuilder("g++", "--version").redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0, "g++ does not run");
        } catch (IOException | InterruptedException e) {
            Assumptions.abort("no g++ on the PATH: install it to run CUDA kernels on an emulated GPU");
        }
        try {
            instance = instance == null ? new EmulatedGpu() : instance;
            return instance;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("the emulator cannot be built", e);
        }
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = EmulatedGpu.class.getResourceAsStream("/emulation/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private Path write(String name, String text) throws IOException {
        Path path = Files.writeString(folder.resolve(name), text);
        path.toFile().deleteOnExit();
        return path;
    }

    /** What a command printed. @throws AssertionError if it failed */
    private static String run(String... command) throws IOException, InterruptedException {
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        String log = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (p.waitFor() != 0) {
            throw new AssertionError(String.join(" ", command) + "\n" + log);
        }
        return log;
    }

    @Override
    public String version() {
        return "emulated";
    }

    @Override
    public byte[] compile(String name, String source, String architecture) {
        CompletableFuture<byte[]> own = new CompletableFuture<>();
        CompletableFuture<byte[]> known = compiled.putIfAbsent(source, own);
        if (known != null) {
            return known.join(); // perhaps by another thread, just now
        }
        long start = System.nanoTime();
        try {
            own.complete(compiled(source));
        } catch (RuntimeException | Error e) {
            own.completeExceptionally(e);
        }
        compileNanos.addAndGet(System.nanoTime() - start);
        return own.join();
    }

    /** Compiles what will be asked for, on another core while the tests run. */
    void prepare(List<String> sources) {
        Thread t = new Thread(() -> sources.forEach(s -> compile("", s, "")), "prepares kernels");
        t.setDaemon(true);
        t.start();
    }

    private byte[] compiled(String source) {
        // PTX for the conversions of half types, which C++ has no word for
        String text = header + source.replaceAll("asm\\(\"cvt\\.f32\\.f16 [^;]*;\" : \"=f\"\\((\\w+)\\) : \"h\"\\((\\w+)\\)\\)",
                "$1 = emulated_from_half($2)").replaceAll(
                "asm\\(\"cvt\\.rn\\.f16\\.f32 [^;]*;\" : \"=h\"\\((\\w+)\\) : \"f\"\\((\\w+)\\)\\)", "$1 = emulated_to_half($2)")
                + "\n" + parameters(source);
        try {
            File cpp = Files.createTempFile(folder, "kernels", ".cpp").toFile();
            File object = new File(cpp.getPath().replace(".cpp", ".o"));
            File so = new File(cpp.getPath().replace(".cpp", ".so"));
            try {
                Files.writeString(cpp.toPath(), text);
                List<String> command = new ArrayList<>(List.of("g++"));
                command.addAll(List.of(FLAGS));
                command.addAll(List.of("-o", object.getPath(), cpp.getPath()));
                run(command.toArray(String[]::new));
                // without the driver of g++, which would take the libraries of C++ and of its checks along
                run("ld", "-shared", "-o", so.getPath(), object.getPath(), "-lm");
                return FakeDriver.image(Files.readAllBytes(so.toPath()), source);
            } catch (AssertionError e) {
                throw new AssertionError(e.getMessage() + "\n" + Nvrtc.numbered(source), e);
            } finally {
                cpp.delete();
                object.delete();
                so.delete();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many parameters each kernel has, for whoever has a list of pointers to them only. */
    private static String parameters(String source) {
        StringBuilder s = new StringBuilder();
        Matcher m = FakeDriver.SIGNATURE.matcher(source);
        while (m.find()) {
            s.append("extern \"C\" __global__ const int ").append(m.group(1)).append("_parameters = ")
                    .append(m.group(2).split(", ").length).append(";\n");
        }
        return s.toString();
    }

    @Override
    public long load(byte[] image) {
        try {
            Path so = Files.write(Files.createTempFile(folder, "module", ".so"), image);
            long module = open(so.toString());
            if (module == 0) {
                throw new AssertionError("a module cannot be loaded");
            }
            Files.delete(so); // stays mapped
            return module;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void unload(long module) {
        shut(module);
    }

    @Override
    public long function(long module, String name) {
        long f = symbol(module, name);
        if (f == 0) {
            throw new AssertionError("no kernel " + name);
        }
        return f;
    }

    @Override
    public synchronized void launch(long function, int blocks, int threads, Object[] arguments) {
        long[] numbers = new long[arguments.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = ((Number) arguments[i]).longValue();
        }
        long start = System.nanoTime();
        String wrong = runGrid(function, blocks, threads, numbers);
        launchNanos += System.nanoTime() - start;
        launches++;
        if (wrong != null) {
            throw new AssertionError(wrong);
        }
    }

    @Override
    public long allocate(long bytes) {
        return take(bytes);
    }

    @Override
    public void free(long address, long bytes) {
        if (!give(address, bytes)) {
            throw new AssertionError("a kernel wrote outside of a buffer of " + bytes + " bytes");
        }
    }

    @Override
    public void copy(long to, long from, long bytes) {
        move(to, from, bytes);
    }

    @Override
    public void zero(long address, long bytes) {
        clear(address, bytes);
    }

    @Override
    public void put(long address, Object array, int from, int count) {
        int size = size(array);
        in(address, array, from * size, count * size);
    }

    @Override
    public void get(long address, Object array, int to, int count) {
        int size = size(array);
        out(address, array, to * size, count * size);
    }

    private static int size(Object array) {
        Class<?> c = array.getClass().getComponentType();
        return List.of(long.class, double.class).contains(c) ? 8 : List.of(int.class, float.class).contains(c) ? 4
                : c == short.class ? 2 : 1;
    }

    @Override
    public synchronized String toString() {
        return compiled.size() + " sources compiled in " + compileNanos.get() / 1_000_000 + " ms, " + launches
                + " launches in " + launchNanos / 1_000_000 + " ms";
    }

    /** One product, as cuBLAS would make it. */
    static void multiply(DType dtype, boolean transposeA, boolean transposeB, int m, int n, int k, long a, int lda, long b,
            int ldb, long c, int ldc) {
        if (dtype.byteSize() == 2) {
            halves(dtype, transposeA, transposeB, m, n, k, a, lda, b, ldb, c, ldc);
            return;
        }
        product(dtype.byteSize(), transposeA, transposeB, m, n, k, a, lda, b, ldb, c, ldc);
    }

    private static void halves(DType dtype, boolean transposeA, boolean transposeB, int m, int n, int k, long a, int lda, long b,
            int ldb, long c, int ldc) {
        double[] left = halves(dtype, a, transposeA ? k : m, transposeA ? m : k, lda);
        double[] right = halves(dtype, b, transposeB ? n : k, transposeB ? k : n, ldb);
        short[] row = new short[n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                float sum = 0;
                for (int p = 0; p < k; p++) {
                    sum += left[transposeA ? p * lda + i : i * lda + p] * right[transposeB ? j * ldb + p : p * ldb + j];
                }
                row[j] = dtype == DType.FLOAT16 ? Halves.toFloat16(sum) : Halves.toBFloat16(sum);
            }
            in(c + 2L * i * ldc, row, 0, 2 * n);
        }
    }

    /** A matrix on the device, with what is between its rows. */
    private static double[] halves(DType dtype, long from, int rows, int columns, int leading) {
        short[] bits = new short[(rows - 1) * leading + columns];
        out(from, bits, 0, 2 * bits.length);
        double[] values = new double[bits.length];
        for (int i = 0; i < bits.length; i++) {
            values[i] = dtype == DType.FLOAT16 ? Halves.fromFloat16(bits[i]) : Halves.fromBFloat16(bits[i]);
        }
        return values;
    }

    private static native long open(String path);

    private static native void shut(long library);

    private static native long symbol(long library, String name);

    private static native String runGrid(long function, int blocks, int threads, long[] arguments);

    private static native long take(long bytes);

    private static native boolean give(long address, long bytes);

    private static native void move(long to, long from, long bytes);

    private static native void clear(long to, long bytes);

    private static native void in(long to, Object array, int from, int bytes);

    private static native void out(long from, Object array, int to, int bytes);

    private static native void product(int width, boolean transposeA, boolean transposeB, int m, int n, int k, long a,
            int lda, long b, int ldb, long c, int ldc);
}
