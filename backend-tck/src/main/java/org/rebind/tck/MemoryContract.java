package org.rebind.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.rebind.RebindException;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendException;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Graph;

/** Declared limits are honoured, and running out of memory costs nothing but the call. See {@link Subject#limited}. */
public interface MemoryContract extends Subject {
    /** The memory that {@link Subject#limited} is asked for. */
    long LIMIT = 1 << 20;
    /** Elements of a block that the limited device is filled with. */
    int BLOCK = 1 << 12;

    @Test
    @DisplayName("no more than the declared memory is given, then OUT_OF_MEMORY; what is closed is free again")
    default void declaredMemory() {
        limitedTo(LIMIT, b -> {
            long declared = b.device().memoryBytes();
            assertTrue(declared > 0 && declared < 16 * LIMIT, "limited(" + LIMIT + ") declares a device memory of " + declared
                    + " bytes");
            long taken = (long) blocks(b) * BLOCK * Float.BYTES;
            assertTrue(taken <= declared, taken + " bytes were taken by a device that declares " + declared);
            assertTrue(taken >= declared / 4, "only " + taken + " bytes fit a device that declares " + declared);
            for (int round = 0; round < 3; round++) {
                assertEquals(taken, (long) blocks(b) * BLOCK * Float.BYTES, "bytes that fit once all buffers are closed");
            }
        });
    }

    @Test
    @DisplayName("a call that does not fit gives back what it took, and leaves its inputs and the next calls alone")
    default void failedCall() {
        limitedTo(LIMIT, b -> {
            int n = (int) (b.device().memoryBytes() / Float.BYTES / 5 * 2); // x fits, x and three results do not
            Graph graph = SmallGraphs.threeResults();
            DeviceBuffer x = b.device().upload(SmallGraphs.constant(3, n));
            try (Executable e = b.compile(graph, ExecutableOptions.DEFAULT)) {
                int room = blocks(b);
                for (int call = 0; call < 5; call++) {
                    SmallGraphs.fails(BackendException.Kind.OUT_OF_MEMORY, "execute with results that do not fit", () ->
                            Execution.close(e.execute(new DeviceBuffer[] {x}, new long[] {n})));
                    assertEquals(room, blocks(b), "blocks that fit after failed call " + call);
                }
                assertNull(Execution.firstDifference(SmallGraphs.constant(3, n), x.toHost()), "the input of a failed call");
                List<HostBuffer> small = Execution.run(b, graph, e, List.of(SmallGraphs.constant(3, 13)), new long[] {13});
                assertNull(Execution.firstDifference(SmallGraphs.constant(9, 13), small.get(2)), "a smaller call afterwards");
            }
            x.close();
        });
    }

    @Test
    @DisplayName("many threads short of memory: each call is right or OUT_OF_MEMORY, and nothing is lost at the end")
    default void contended() {
        limitedTo(LIMIT, b -> {
            int n = (int) (b.device().memoryBytes() / Float.BYTES / 10); // 8 threads want 24 tenths
            int room = blocks(b);
            AtomicInteger served = new AtomicInteger();
            try (Executable e = b.compile(SmallGraphs.sum(), ExecutableOptions.DEFAULT)) {
                ConcurrencyContract.together(t -> {
                    for (int call = 0; call < 20; call++) {
                        if (addsOrHasNoRoom(b, e, n, 100 * t + call)) {
                            served.incrementAndGet();
                        }
                    }
                });
            } catch (Exception e) {
                throw new AssertionError("a thread short of memory failed otherwise: " + e, e);
            }
            assertTrue(served.get() > 0, "not one call fitted");
            assertEquals(room, blocks(b), "blocks that fit afterwards");
        });
    }

    private static boolean addsOrHasNoRoom(Backend b, Executable e, int n, float value) {
        DeviceBuffer x = null;
        DeviceBuffer[] y = {};
        try {
            x = b.device().upload(SmallGraphs.constant(value, n));
            y = e.execute(new DeviceBuffer[] {x, x}, new long[] {n});
            assertNull(Execution.firstDifference(SmallGraphs.constant(2 * value, n), y[0].toHost()), "under shortage");
            return true;
        } catch (BackendException failure) {
            assertEquals(BackendException.Kind.OUT_OF_MEMORY, failure.kind(), failure.toString());
            return false;
        } finally {
            Execution.close(y);
            if (x != null) {
                x.close();
            }
        }
    }

    @Test
    @DisplayName("a result of more elements than a buffer can hold is refused, not wrapped around")
    default void beyondABuffer() {
        int n = 1 << 16; // 2^32 elements: 0 in 32 bits
        Assumptions.assumeTrue(largestSize() >= n, "largestSize() leaves sizes of " + n + " out");
        Graph graph = SmallGraphs.outerSum();
        try (Executable e = compile(graph, ExecutableOptions.DEFAULT)) {
            DeviceBuffer[] in = Execution.upload(backend(), List.of(SmallGraphs.constant(1, n), SmallGraphs.constant(2, n)));
            try {
                DeviceBuffer[] out = e.execute(in, new long[] {n, n});
                int got = out[0].elementCount();
                Execution.close(out);
                fail(n + " x " + n + " elements, but execute gave a buffer of " + got);
            } catch (RebindException refused) {
                assertTrue(refused.getMessage() != null && !refused.getMessage().isBlank(), "a refusal says why");
            } finally {
                Execution.close(in);
            }
        }
    }

    private void limitedTo(long bytes, Consumer<Backend> test) {
        Backend b = limited(bytes).orElse(null);
        Assumptions.assumeTrue(b != null, "this backend has no device of limited memory to test with (see Subject.limited)");
        try {
            test.accept(b);
        } finally {
            b.close();
        }
    }

    /** How many blocks fit now; gives them back. */
    private static int blocks(Backend b) {
        long most = b.device().memoryBytes() / (BLOCK * Float.BYTES) + 1;
        List<DeviceBuffer> taken = new ArrayList<>();
        HostBuffer block = SmallGraphs.constant(1, BLOCK);
        try {
            while (taken.size() < most) {
                taken.add(b.device().upload(block));
            }
            throw new AssertionError(taken.size() + " blocks of " + BLOCK * Float.BYTES + " bytes fit a device that declares "
                    + b.device().memoryBytes());
        } catch (BackendException e) {
            assertEquals(BackendException.Kind.OUT_OF_MEMORY, e.kind(), "an upload that does not fit: " + e);
            return taken.size();
        } finally {
            taken.forEach(DeviceBuffer::close);
        }
    }
}
