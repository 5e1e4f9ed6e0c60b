package org.rebind.backend.opencl.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.backend.Backend;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Binary;
import org.rebind.tck.GraphBuilder;
import org.rebind.tck.KnownBackends;

/**
 * OpenCL starts and stops while the CPU backend (Aparapi's threads, oneDNN) computes in the same JVM and other threads
 * rely on the JVM's signals: implicit null checks and divisions by zero.
 */
class BesideTheCpuBackendTest {
    private static final int CYCLES = 1000;

    @Test
    void bothWorkWhileOneComesAndGoes() throws InterruptedException {
        Backend cpu = KnownBackends.named("aparapi-cpu");
        AtomicBoolean stop = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicLong calls = new AtomicLong();
        Thread computing = start(() -> compute(cpu, stop, calls), failure);
        Thread trapping = start(() -> trap(stop), failure);
        for (int i = 0; i < CYCLES; i++) {
            Backend opencl = TestDevices.backend(TestDevices.settings(null));
            try (DeviceBuffer b = opencl.device().upload(HostBuffer.wrap(DType.INT32, new int[] {i}, 1))) {
                assertEquals(i, b.toHost().ints()[0]);
            } finally {
                opencl.close();
            }
        }
        stop.set(true);
        computing.join();
        trapping.join();
        assertNull(failure.get());
        assertTrue(calls.get() > 0, "the CPU backend computed");
    }

    private static Thread start(Runnable work, AtomicReference<Throwable> failure) {
        Thread t = new Thread(work);
        t.setUncaughtExceptionHandler((thread, e) -> failure.compareAndSet(null, e));
        t.start();
        return t;
    }

    private static void compute(Backend cpu, AtomicBoolean stop, AtomicLong calls) {
        int n = 1 << 18;
        GraphBuilder g = new GraphBuilder();
        GraphBuilder.Value x = g.param("x", DType.FLOAT32, n);
        g.results(g.op(Binary.ADD, x, x));
        DeviceBuffer[] inputs = {cpu.device().upload(HostBuffer.allocate(DType.FLOAT32, n))};
        try (Executable e = cpu.compile(g.build(), ExecutableOptions.DEFAULT)) {
            while (!stop.get()) {
                e.execute(inputs, new long[0])[0].close();
                calls.incrementAndGet();
            }
        }
    }

    private static void trap(AtomicBoolean stop) {
        int[] none = null;
        int zero = 0;
        for (long i = 0; !stop.get(); i++) {
            try {
                zero = (i & 1) == 0 ? none.length : (int) i / zero;
                throw new AssertionError("neither trap works: " + zero);
            } catch (NullPointerException | ArithmeticException expected) {
                zero = 0;
            }
        }
    }
}
