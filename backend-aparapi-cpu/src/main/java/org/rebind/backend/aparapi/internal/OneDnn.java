package org.rebind.backend.aparapi.internal;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.rebind.DType;
import org.rebind.backend.BackendException;

/**
 * float32 matrix products by oneDNN's {@code dnnl_sgemm}, called on Java arrays in place through java.lang.foreign (Java 22 and
 * later, reached by reflection since this code is compiled for 17). Large products are cut into pieces for the threads that
 * run all kernels; the library itself is held to the calling thread, since OpenMP's threads spin for milliseconds after
 * each call and take the processors from what runs next. Thread-safe.
 */
final class OneDnn implements Gemm {
    /** Multiply-adds of one native call at most, or little more: until it returns the JVM can stop for no safepoint. */
    private static final long LONGEST = 1L << 29;
    /** Terms of a sum below which a call costs more: what it makes of c is read and written once more for the next terms. */
    private static final int SHALLOWEST = 192;
    private static final int DEPTH_BLOCK = 64;
    /** Multiply-adds below which calling the library costs more than it gains. */
    private static final long SMALL = 24 * 24 * 24;
    /** Multiply-adds below which threads do not pay. */
    private static final long PARALLEL = 3_000_000;
    /** A piece has a multiple of so many rows or columns: a vector, so that none is split, and no more, as halves must be even. */
    private static final int ROW_BLOCK = 8;
    private static final int COLUMN_BLOCK = 16;

    /** Among the flags that the library names instruction sets by. */
    private static final int AVX2 = 0x4;
    private static final int AVX512 = 0x20;
    /** The library's kernels for AVX2 read operands in place if the reciprocals of rows and columns add up to as much. */
    private static final double IN_PLACE = 0.0038;
    /** Rows of b a multiple of so many floats apart share few sets of a cache, and push each other out if there are many. */
    private static final int CROWDED = 256;
    private static final int MANY = 64;
    private static final int LINE = 16;

    private final Calls calls;
    private final Dispatcher dispatcher;

    /**
     * @param sgemm see {@link #bind}
     * @param threads, setThreads OpenMP's threads for calls by the current thread
     * @param instructions flags of the instruction sets in use
     */
    private record Calls(MethodHandle sgemm, MethodHandle threads, MethodHandle setThreads, int instructions) {
    }

    private OneDnn(Calls calls, Dispatcher dispatcher) {
        this.calls = calls;
        this.dispatcher = dispatcher;
    }

    /** The library, if this Java can call it and it is installed. */
    static Optional<Gemm> find(Dispatcher dispatcher, System.Logger log) {
        if (Runtime.version().feature() < 22) {
            log.log(System.Logger.Level.DEBUG, "oneDNN is not used: calling it on Java arrays needs Java 22");
            return Optional.empty();
        }
        try {
            return Optional.of(new OneDnn(bind(library()), dispatcher));
        } catch (Throwable e) { // no bundle, no library for this platform, no native access: Java kernels serve
            log.log(System.Logger.Level.INFO, "matrix products run in Java, oneDNN is not usable: " + e);
            return Optional.empty();
        }
    }

    /** Where JavaCPP unpacked the library. */
    private static Path library() throws Exception {
        Class<?> dnnl = Class.forName("org.bytedeco.dnnl.global.dnnl", false, OneDnn.class.getClassLoader());
        Class<?> loader = Class.forName("org.bytedeco.javacpp.Loader", true, dnnl.getClassLoader());
        String jni = (String) loader.getMethod("load", Class.class).invoke(null, dnnl);
        try (Stream<Path> files = Files.list(Path.of(jni).getParent())) {
            return files.filter(f -> f.getFileName().toString().matches("(lib)?dnnl\\.(so|[0-9.]*dylib|dll).*")).findFirst()
                    .orElseThrow(() -> new IllegalStateException("no oneDNN library beside " + jni));
        }
    }

    /**
     * {@code sgemm(ta, tb, m, n, k, a, aByte, lda, b, bByte, ldb, beta, c, cByte, ldc)} on arrays, alpha 1, and OpenMP's
     * functions, which the library's own dependencies hold.
     */
    private static Calls bind(Path library) throws Throwable {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
        Class<?> arena = Class.forName("java.lang.foreign.Arena");
        Object global = arena.getMethod("global").invoke(null);
        Object names = Class.forName("java.lang.foreign.SymbolLookup").getMethod("libraryLookup", Path.class, arena)
                .invoke(null, library, global);
        MethodHandle whole = lookup.findStatic(segment, "ofArray", methodType(segment, float[].class));
        MethodHandle slice = lookup.findVirtual(segment, "asSlice", methodType(segment, long.class));
        return new Calls(adapt(function(names, "dnnl_sgemm", "I", "BBJJJFAJAJFAJ"),
                MethodHandles.filterArguments(slice, 0, whole)), function(names, "omp_get_max_threads", "I", ""),
                function(names, "omp_set_num_threads", "", "I"),
                (int) function(names, "dnnl_get_effective_cpu_isa", "I", "").invokeExact());
    }

    /** A native function that may be given parts of arrays. @param result one letter of {@link #layout}, empty for void */
    private static MethodHandle function(Object names, String name, String result, String types) throws Exception {
        Class<?> lookup = Class.forName("java.lang.foreign.SymbolLookup");
        Class<?> layout = Class.forName("java.lang.foreign.MemoryLayout");
        Class<?> descriptor = Class.forName("java.lang.foreign.FunctionDescriptor");
        Class<?> linker = Class.forName("java.lang.foreign.Linker");
        Class<?> option = Class.forName("java.lang.foreign.Linker$Option");
        Object symbol = ((Optional<?>) lookup.getMethod("find", String.class).invoke(names, name)).orElseThrow();
        Object arguments = Array.newInstance(layout, types.length());
        for (int i = 0; i < types.length(); i++) {
            Array.set(arguments, i, layout(types.charAt(i)));
        }
        Object signature = result.isEmpty() ? descriptor.getMethod("ofVoid", arguments.getClass()).invoke(null, arguments)
                : descriptor.getMethod("of", layout, arguments.getClass()).invoke(null, layout(result.charAt(0)), arguments);
        Object options = Array.newInstance(option, 1);
        Array.set(options, 0, option.getMethod("critical", boolean.class).invoke(null, true));
        Method downcall = linker.getMethod("downcallHandle", Class.forName("java.lang.foreign.MemorySegment"), descriptor,
                options.getClass());
        return (MethodHandle) downcall.invoke(linker.getMethod("nativeLinker").invoke(null), symbol, signature, options);
    }

    private static Object layout(char letter) throws ReflectiveOperationException {
        return Class.forName("java.lang.foreign.ValueLayout").getField(switch (letter) {
            case 'B' -> "JAVA_BYTE";
            case 'I' -> "JAVA_INT";
            case 'J' -> "JAVA_LONG";
            case 'F' -> "JAVA_FLOAT";
            default -> "ADDRESS";
        }).get(null);
    }

    private static MethodHandle adapt(MethodHandle raw, MethodHandle part) {
        MethodHandle h = MethodHandles.collectArguments(raw, 11, part);
        h = MethodHandles.collectArguments(h, 8, part);
        h = MethodHandles.collectArguments(h, 6, part);
        return MethodHandles.insertArguments(h, 5, 1f).asType(MethodType.methodType(int.class, byte.class, byte.class,
                long.class, long.class, long.class, float[].class, long.class, long.class, float[].class, long.class,
                long.class, float.class, float[].class, long.class, long.class));
    }

    @Override
    public String name() {
        return "oneDNN";
    }

    @Override
    public boolean takes(DType dtype, int m, int n, int k) {
        return dtype == DType.FLOAT32 && (long) m * n * k >= SMALL;
    }

    @Override
    public int ownRows() {
        return 32;
    }

    /** In place, panels of b that share sets of a cache are read from the next level for every few rows of a: up to three times the time. */
    @Override
    public int leading(int rows, int n, int k, int leading) {
        boolean inPlace = (calls.instructions & (AVX2 | AVX512)) == AVX2 && 1.0 / rows + 1.0 / n >= IN_PLACE;
        if (!inPlace || rows == 1 || k < MANY || leading % CROWDED != 0) {
            return leading;
        }
        int lines = (n + LINE - 1) / LINE * LINE;
        return lines % CROWDED == 0 ? lines + LINE : lines;
    }

    @Override
    public Product product(int m, int n, int k, int threads) {
        long multiplyAdds = (long) m * n * k;
        int helping = multiplyAdds < PARALLEL ? 1 : threads;
        if (helping == 1 && multiplyAdds <= LONGEST) {
            return (a, b, c, cOffset) -> call(a, b, false, c, cOffset, m, n, k, n);
        }
        Cut cut = Cut.of(helping, m, n, k);
        int across = (n + cut.columns - 1) / cut.columns;
        int pieces = (m + cut.rows - 1) / cut.rows * across;
        return (a, b, c, cOffset) -> {
            Chunked some = (lo, hi) -> pieces(cut, across, lo, hi, a, b, c, cOffset, m, n, k);
            if (helping == 1) {
                some.run(0, pieces);
            } else {
                dispatcher.run(some, pieces, 1);
            }
        };
    }

    private void pieces(Cut cut, int across, int lo, int hi, Matrix a, Matrix b, Object c, int cOffset, int m, int n, int k) {
        for (int piece = lo; piece < hi; piece++) {
            int row = piece / across * cut.rows;
            int column = piece % across * cut.columns;
            for (int p = 0; p < k; p += cut.depth) {
                call(a.from(row, p), b.from(p, column), p > 0, c, cOffset + row * n + column, Math.min(cut.rows, m - row),
                        Math.min(cut.columns, n - column), Math.min(cut.depth, k - p), n);
            }
        }
    }

    /** Rows and columns of the pieces of a product, and the terms of their sums that one call adds. */
    private record Cut(int rows, int columns, int depth) {
        /** What packing an element for the library costs, in multiply-adds. */
        private static final long PACKING = 12;

        /** The cut that takes the busiest thread the least: each piece packs its rows of a and its columns of b. */
        static Cut of(int threads, int m, int n, int k) {
            long area = LONGEST / Math.min(k, SHALLOWEST);
            long least = Long.MAX_VALUE;
            Cut best = null;
            long needed = Math.max(1, ((long) m * n + area - 1) / Math.max(1, area));
            needed = (needed + threads - 1) / threads * threads;
            for (long across = 1; across <= Math.min(needed, n); across++) {
                int columns = size(n, across, COLUMN_BLOCK);
                long allowed = Math.max(ROW_BLOCK, area / columns);
                long down = Math.max((needed + across - 1) / across, (m + allowed - 1) / allowed);
                int rows = size(m, down, ROW_BLOCK);
                long pieces = ((long) m + rows - 1) / rows * (((long) n + columns - 1) / columns);
                long busiest = (pieces + threads - 1) / threads * ((long) rows * columns + PACKING * (rows + columns));
                if (busiest < least) {
                    least = busiest;
                    best = new Cut(rows, columns, depth(rows, columns, k));
                }
            }
            return best;
        }

        private static int depth(int rows, int columns, int k) {
            long most = Math.max(SHALLOWEST, LONGEST / ((long) rows * columns) / DEPTH_BLOCK * DEPTH_BLOCK);
            return size(k, (k + most - 1) / most, DEPTH_BLOCK);
        }

        private static int size(int whole, long parts, int block) {
            long even = (whole + parts - 1) / parts;
            return (int) Math.min(whole, Math.max(block, (even + block - 1) / block * block));
        }
    }

    /** @param more whether the product is added to what is in c */
    private void call(Matrix a, Matrix b, boolean more, Object c, int cOffset, int m, int n, int k, int ldc) {
        int status;
        try {
            int threads = (int) calls.threads.invokeExact();
            calls.setThreads.invokeExact(1);
            try {
                status = (int) calls.sgemm.invokeExact(flag(a), flag(b), (long) m, (long) n, (long) k, (float[]) a.array(),
                        4L * a.offset(), (long) a.leading(), (float[]) b.array(), 4L * b.offset(), (long) b.leading(),
                        more ? 1f : 0f, (float[]) c, 4L * cOffset, (long) ldc);
            } finally {
                calls.setThreads.invokeExact(threads); // the thread may be the user's, and so may be what OpenMP does next
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new BackendException(BackendException.Kind.EXECUTE, "oneDNN: " + e, e);
        }
        if (status != 0) {
            throw new BackendException(BackendException.Kind.EXECUTE, "oneDNN: dnnl_sgemm of " + m + " x " + k + " by " + k
                    + " x " + n + " returned status " + status);
        }
    }

    private static byte flag(Matrix x) {
        return (byte) (x.transposed() ? 'T' : 'N');
    }
}
