package org.rebind.backend.opencl.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rebind.DType;
import org.rebind.Dim;
import org.rebind.backend.BackendException;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.codegen.BinaryCache;
import org.rebind.codegen.Kernel;
import org.rebind.codegen.Scheduler;
import org.rebind.codegen.Target;
import org.rebind.graph.Binary;
import org.rebind.graph.Graph;
import org.rebind.tck.GraphBuilder;

/** Kernels of many graphs in one program: the same results, found again by each graph, also in the cache of binaries. */
class PrepareTest {
    /** Below, a file of the cache says where its kernels are; above, it is a binary. */
    private static final int SMALL_FILE = 512;
    private static final float[] X = {0, 1, -2.5f, 8};

    @TempDir
    Path folder;
    private final List<OpenClBackend> open = new ArrayList<>();

    private OpenClBackend backend() {
        OpenClBackend b = new OpenClBackend("opencl", TestDevices.open(TestDevices.settings(null)), new BinaryCache(folder));
        open.add(b);
        return b;
    }

    @AfterEach
    void close() {
        open.forEach(OpenClBackend::close);
    }

    /** x + c: kernels with one name, all different. */
    private static Graph plus(int c) {
        GraphBuilder g = new GraphBuilder();
        GraphBuilder.Value x = g.param("x", DType.FLOAT32, Dim.symbol("n"));
        return g.results(g.op(Binary.ADD, x, g.fill(c, x))).build();
    }

    private static void check(OpenClBackend b, int c) {
        try (Executable e = b.compile(plus(c), ExecutableOptions.DEFAULT);
                DeviceBuffer x = b.device().upload(HostBuffer.wrap(DType.FLOAT32, X, X.length));
                DeviceBuffer y = e.execute(new DeviceBuffer[] {x}, new long[] {X.length})[0]) {
            assertArrayEquals(new float[] {c, 1 + c, -2.5f + c, 8 + c}, y.toHost().floats());
        }
    }

    @Test
    void manyGraphsShareAProgramAndAreFoundInTheCacheLater() throws IOException {
        OpenClBackend first = backend();
        first.prepare(List.of(plus(1), plus(2), plus(3), plus(2)), ExecutableOptions.DEFAULT);
        assertEquals(List.of(1L, 3L), files(), "one binary, and where it is for each of three graphs");
        for (int c = 1; c <= 4; c++) {
            check(first, c);
        }
        assertEquals(List.of(2L, 3L), files(), "the fourth was not prepared");
        OpenClBackend second = backend();
        second.prepare(List.of(plus(1), plus(2), plus(3)), ExecutableOptions.DEFAULT);
        for (int c = 1; c <= 4; c++) {
            check(second, c);
        }
        assertEquals(List.of(2L, 3L), files(), "nothing was built anew");
    }

    @Test
    void aSharedProgramThatIsGoneOrRefusedIsBuiltGraphByGraph() throws IOException {
        backend().prepare(List.of(plus(1), plus(2)), ExecutableOptions.DEFAULT);
        Path binary;
        try (Stream<Path> all = Files.list(folder)) {
            binary = all.filter(p -> p.toFile().length() >= SMALL_FILE).findFirst().orElseThrow();
        }
        String key = binary.getFileName().toString().replace(".bin", "");
        new BinaryCache(folder).store(key, "no binary".getBytes());
        check(backend(), 1);
        assertEquals(List.of(1L, 1L), files(), "the refused one is gone, the first graph has its own");
        check(backend(), 2);
        assertEquals(List.of(2L, 0L), files());
    }

    @Test
    void whatCannotBeCompiledHindersNothing() {
        GraphBuilder g = new GraphBuilder();
        Graph half = g.results(g.op(Binary.ADD, g.param("x", DType.BFLOAT16, 3), g.param("y", DType.BFLOAT16, 3))).build();
        Graph bad = new Graph(half.params(), half.nodes(), List.of(99), List.of());
        OpenClBackend b = backend();
        b.prepare(List.of(plus(1), bad, half, plus(2)), ExecutableOptions.DEFAULT);
        check(b, 1);
        check(b, 2);
        if (!b.supports(half).supported()) {
            assertThrows(BackendException.class, () -> b.compile(half, ExecutableOptions.DEFAULT));
        }
        b.prepare(List.of(), ExecutableOptions.DEFAULT);
        b.close();
        b.prepare(List.of(plus(5), plus(6)), ExecutableOptions.DEFAULT); // a hint to a closed backend is no error
    }

    private static Unit unit(DeviceFacts facts, int c) {
        return Unit.of(Scheduler.schedule(plus(c), Target.cpuInC(facts.vectorBits())), MatmulSource.of(facts), OpenClDialect.of(facts));
    }

    /** An error, such as a refusal of memory, while kernels are put together. */
    @Test
    void aFailureLeavesNothingBeingPrepared() {
        OpenClDevice device = TestDevices.open(TestDevices.settings(null));
        try (Programs programs = new Programs(device, new BinaryCache(null))) {
            List<Unit> units = new ArrayList<>();
            for (int c = 1; c <= 30; c++) { // more than one program takes
                units.add(unit(device.facts(), c));
            }
            Unit first = units.get(0);
            units.set(0, new Unit(new AbstractList<>() {
                private boolean named;

                @Override
                public Kernel get(int i) {
                    if (named) {
                        throw new OutOfMemoryError("for a test");
                    }
                    named = true;
                    return first.kernels().get(i);
                }

                @Override
                public int size() {
                    return 1;
                }
            }, first.products(), first.matmul(), first.dialect(), first.source()));
            assertThrows(OutOfMemoryError.class, () -> programs.prepare(units));
            for (int i : new int[] {1, 24, 29}) { // of the program that failed, the next, and never looked at
                assertTimeoutPreemptively(Duration.ofSeconds(30), () -> programs.get(units.get(i)).close(), "unit " + i);
            }
        } finally {
            device.close();
        }
    }

    @Test
    void whoAsksForAGraphThatIsBeingPreparedWaitsForIt() throws IOException {
        OpenClBackend b = backend();
        CompletableFuture<Void> preparing = CompletableFuture.runAsync(() -> b.prepare(List.of(plus(1), plus(2), plus(3)),
                ExecutableOptions.DEFAULT));
        List<CompletableFuture<Void>> asking = new ArrayList<>();
        for (int t = 0; t < 6; t++) {
            int c = 1 + t % 3;
            asking.add(CompletableFuture.runAsync(() -> check(b, c)));
        }
        preparing.join();
        asking.forEach(CompletableFuture::join);
    }

    /** Number of binaries, and of files that say which binary a graph's kernels are in. */
    private List<Long> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            List<Long> sizes = all.map(p -> p.toFile().length()).toList();
            long small = sizes.stream().filter(n -> n < SMALL_FILE).count();
            return List.of(sizes.size() - small, small);
        }
    }
}
