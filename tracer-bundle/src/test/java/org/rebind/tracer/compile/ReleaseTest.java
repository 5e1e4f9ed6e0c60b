package org.rebind.tracer.compile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction1;
import org.rebind.CompiledFunction2;
import org.rebind.DType;
import org.rebind.ReleasedException;
import org.rebind.Tensor;
import org.rebind.pretend.PretendBackend;
import org.rebind.tracer.internal.backends.Backends;
import org.rebind.tracer.internal.dispatch.Functions;
import org.rebind.tracer.internal.eager.BackendEager;
import org.rebind.tracer.internal.eager.Eager;
import org.rebind.tracer.internal.interpret.InterpreterBackend;

/** {@code Tensor.release}: memory comes back when nobody can read it any more, and not before. */
@Timeout(120)
class ReleaseTest {
    private final RecyclingBackend backend = new RecyclingBackend();
    private final Functions functions = backend.functions();

    private <R> CompiledFunction1<Tensor, R> compile(org.rebind.Function1<Tensor, R> f) {
        return functions.compile(f, CompileOptions.DEFAULT);
    }

    private static Tensor x() {
        return Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
    }

    private static void isReleased(Runnable use) {
        String message = assertThrows(ReleasedException.class, use::run).getMessage();
        assertTrue(message.contains("float32[2, 2]") && message.contains("release()"), message);
    }

    @Test
    void aReleasedResultsMemoryIsTheNextResults() {
        CompiledFunction1<Tensor, Tensor> f = compile(x -> x.add(1));
        for (int i = 0; i < 10; i++) {
            Tensor y = f.apply(x());
            assertArrayEquals(new float[] {2, 3, 4, 5}, y.toFloatArray());
            y.release();
        }
        assertEquals(1, backend.made.get());
        assertEquals(10, backend.back.get());
    }

    @Test
    void whoeverUsesAReleasedTensorIsTold() {
        CompiledFunction1<Tensor, Tensor> f = compile(x -> x.add(1));
        Tensor y = f.apply(x());
        y.release();
        y.release();
        assertEquals(1, backend.back.get(), "given back once");
        isReleased(y::toFloatArray);
        isReleased(() -> y.copyTo(ByteBuffer.allocate(64)));
        isReleased(() -> y.equals(x()));
        isReleased(() -> x().equals(y));
        isReleased(y::hashCode);
        isReleased(() -> y.add(1));
        isReleased(() -> y.reshape(4));
        isReleased(() -> f.apply(y));
        isReleased(() -> compile(x -> x.mul(2)).apply(y));
        assertEquals("released float32[2, 2]", y.toString());
        assertEquals(DType.FLOAT32, y.dtype());
        assertEquals(4, y.elementCount());
        assertTrue(y.equals(y));
    }

    @Test
    void whatTheUserMadeIsReleasedToo() {
        Tensor x = x();
        x.release();
        isReleased(x::toFloatArray);
        isReleased(() -> compile(a -> a.add(1)).apply(x));
    }

    @Test
    void aFunctionThatHasCapturedAReleasedTensorSaysSoLikeEagerCode() {
        Tensor w = compile(x -> x.mul(2)).apply(x());
        CompiledFunction1<Tensor, Tensor> f = compile(x -> x.add(w));
        assertArrayEquals(new float[] {3, 6, 9, 12}, f.apply(x()).toFloatArray());
        w.release();
        isReleased(() -> f.apply(x()));
        isReleased(() -> x().add(w));
    }

    @Test
    void aReturnedArgumentIsTheArgument() {
        CompiledFunction1<Tensor, List<Tensor>> f = compile(x -> List.of(x, x.add(1), x));
        Tensor x = compile(a -> a.mul(1.5)).apply(x());
        List<Tensor> y = f.apply(x);
        assertSame(x, y.get(0));
        y.get(0).release();
        isReleased(x::toFloatArray);
        isReleased(() -> y.get(2).toFloatArray());
        assertArrayEquals(new float[] {2.5f, 4, 5.5f, 7}, y.get(1).toFloatArray());
    }

    @Test
    void tensorsThatShareMemoryAreReleasedOneByOne() {
        Eager before = Eager.current();
        BackendEager eager = new BackendEager(backend::backends, 0);
        Eager.use(eager);
        try {
            Tensor y = x().add(1);
            Tensor flat = y.reshape(4);
            Tensor column = flat.reshape(4, 1);
            int back = backend.back.get();
            y.release();
            flat.release();
            flat.release();
            assertEquals(back, backend.back.get());
            assertArrayEquals(new float[] {2, 3, 4, 5}, column.toFloatArray());
            column.release();
            assertEquals(back + 1, backend.back.get());
        } finally {
            Eager.use(before);
            eager.close();
        }
    }

    @Test
    void aResultTwiceIsOneTensorAndAnotherResultIsNotHurt() {
        CompiledFunction1<Tensor, List<Tensor>> f = compile(x -> {
            Tensor y = x.add(1);
            return List.of(y, y, x.mul(2));
        });
        List<Tensor> r = f.apply(x());
        r.get(0).release();
        isReleased(() -> r.get(1).toFloatArray());
        assertArrayEquals(new float[] {2, 4, 6, 8}, r.get(2).toFloatArray());
        assertEquals(1, backend.back.get());
    }

    @Test
    void inATraceItDoesNothing() {
        Tensor w = compile(x -> x.mul(2)).apply(x());
        CompiledFunction1<Tensor, Tensor> f = functions.compile(x -> {
            Tensor y = x.add(w);
            y.release();
            x.release();
            w.release();
            Tensor inside = Tensor.of(new float[] {1, 2});
            inside.release();
            return y.mul(2).add(inside);
        }, CompileOptions.builder().fullgraph(true).build());
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(new float[] {7, 14, 19, 26}, f.apply(x()).toFloatArray());
        }
        assertEquals(3, f.stats().hits() + f.stats().misses());
    }

    @Test
    void aRunningCallKeepsItsInputs() throws Exception {
        CompiledFunction1<Tensor, Tensor> f = compile(x -> x.add(1));
        Tensor x = f.apply(x());
        f.apply(x());
        int back = backend.back.get();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        backend.onExecute = () -> {
            running.countDown();
            await(go);
        };
        Tensor[] y = new Tensor[1];
        Thread call = new Thread(() -> y[0] = f.apply(x));
        call.start();
        running.await();
        x.release();
        assertEquals(back, backend.back.get(), "the call may still read it");
        isReleased(x::toFloatArray);
        backend.onExecute = () -> { };
        go.countDown();
        call.join();
        assertArrayEquals(new float[] {3, 4, 5, 6}, y[0].toFloatArray());
        assertEquals(back + 1, backend.back.get(), "given back by the end of the call");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aDevicesBuffersAreClosedAtOnce() {
        Map<String, AtomicLong> ledger = new ConcurrentHashMap<>();
        Backends backends = new Backends(new InterpreterBackend());
        PretendBackend device = new PretendBackend("p", 5, ledger);
        backends.add(device, 5);
        CompiledFunction1<Tensor, Tensor> f = new Functions(() -> backends).compile((Tensor a) -> a.add(1), CompileOptions.DEFAULT);
        Tensor x = x();
        Tensor y = f.apply(x);
        assertEquals(2, ledger.get("p.buffers").get(), "an upload and a result");
        y.release();
        assertEquals(1, ledger.get("p.buffers").get());
        x.release();
        assertEquals(0, ledger.get("p.buffers").get());
        isReleased(y::toFloatArray);
        isReleased(() -> f.apply(x));
        Tensor kept = f.apply(x());
        Tensor gone = f.apply(x());
        gone.release();
        backends.remove(device);
        assertArrayEquals(new float[] {2, 3, 4, 5}, kept.toFloatArray());
        isReleased(gone::toFloatArray);
        assertEquals(0, ledger.getOrDefault("breaches", new AtomicLong()).get());
        backends.close();
    }

    /** Threads share tensors and release them under each other's calls, while a device comes and goes. */
    @Test
    void releasesAtRandomNeverGiveWrongValues() throws Exception {
        Map<String, AtomicLong> ledger = new ConcurrentHashMap<>();
        Backends backends = backend.backends();
        Functions all = new Functions(() -> backends);
        CompiledFunction2<Tensor, Tensor, List<Tensor>> f = all.compile((Tensor a, Tensor b) -> List.of(a.add(b), a.mul(2), a),
                CompileOptions.DEFAULT);
        AtomicReferenceArray<Tensor> shared = new AtomicReferenceArray<>(6);
        for (int i = 0; i < shared.length(); i++) {
            shared.set(i, constant(1));
        }
        long seed = Long.getLong("rebind.test.seed", System.nanoTime());
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        AtomicLong done = new AtomicLong();
        AtomicLong refused = new AtomicLong();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 6; t++) {
            Random random = new Random(seed + t);
            threads.add(new Thread(() -> {
                while (System.nanoTime() < end && failures.isEmpty()) {
                    try {
                        step(f, shared, random);
                        done.incrementAndGet();
                    } catch (ReleasedException e) {
                        refused.incrementAndGet();
                    } catch (Throwable e) {
                        failures.add(e);
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        while (System.nanoTime() < end && failures.isEmpty()) {
            PretendBackend device = new PretendBackend("p", 5, ledger);
            backends.add(device, 5);
            Thread.sleep(60);
            backends.remove(device);
            Thread.sleep(30);
        }
        for (Thread t : threads) {
            t.join();
        }
        if (!failures.isEmpty()) {
            throw new AssertionError("seed " + seed, failures.peek());
        }
        assertTrue(done.get() > 1000 && refused.get() > 10 && backend.back.get() > 100, done + " done, " + refused
                + " refused, " + backend.back + " arrays came back");
        assertEquals(0, ledger.getOrDefault("breaches", new AtomicLong()).get(), () -> ledger.toString());
        assertEquals(0, ledger.getOrDefault("p.buffers", new AtomicLong()).get());
        backends.close();
    }

    private static final int ELEMENTS = 40_000; // beyond what leaves a device when it is read

    private static Tensor constant(float value) {
        float[] values = new float[ELEMENTS];
        Arrays.fill(values, value);
        return Tensor.of(values);
    }

    private static void step(CompiledFunction2<Tensor, Tensor, List<Tensor>> f, AtomicReferenceArray<Tensor> shared,
            Random random) {
        Tensor a = shared.get(random.nextInt(shared.length()));
        Tensor b = shared.get(random.nextInt(shared.length()));
        switch (random.nextInt(6)) {
            case 0 -> value(a);
            case 1 -> {
                Tensor flat = a.reshape(ELEMENTS / 2, 2);
                value(flat);
                flat.release();
            }
            default -> {
                float before = random.nextBoolean() ? value(a) + value(b) : Float.NaN;
                List<Tensor> r = f.apply(a, b);
                assertSame(a, r.get(2));
                float sum = value(r.get(0));
                assertFalse(sum != before && before == before, () -> sum + " instead of " + before);
                if (sum > 1e6) {
                    r.get(0).release();
                    r.set(0, constant(1));
                }
                shared.getAndSet(random.nextInt(shared.length()), r.get(0)).release();
                r.get(1).release();
            }
        }
    }

    /** All elements are the same. */
    private static float value(Tensor t) {
        float[] values = t.toFloatArray();
        for (float v : values) {
            if (v != values[0]) {
                throw new AssertionError("elements differ: " + v + " and " + values[0]);
            }
        }
        return values[0];
    }
}
