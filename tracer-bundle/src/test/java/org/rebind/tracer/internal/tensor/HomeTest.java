package org.rebind.tracer.internal.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rebind.DType;
import org.rebind.TensorType;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.HostBuffer;
import org.rebind.pretend.PretendBackend;

/** Tensors keep their values while other threads make room on the device they come to. */
@Timeout(120)
class HomeTest {
    private static final TensorType TYPE = TensorType.of(DType.FLOAT32, 1);
    private static final int MOST_STEPS = 250_000;
    private static final int MOST_ROOMS = 2000;
    /** Collections of garbage take long in a JVM that ran other tests before, so only some stops of all threads are collections. */
    private static final int ROOMS_A_COLLECTION = 40;

    private final Map<String, AtomicLong> ledger = new ConcurrentHashMap<>();
    private final PretendBackend device = new PretendBackend("p", 1, ledger);
    private final Home home = new Home("p", device);

    private static HostBuffer host(float value) {
        return HostBuffer.wrap(DType.FLOAT32, new float[] {value}, 1);
    }

    @Test
    void resultsKeepTheirValues() throws Exception {
        ConcreteTensor[] last = new ConcreteTensor[64]; // read long after room was made
        int made = whileRoomIsMade(i -> {
            ConcreteTensor t;
            int token = home.calls().enter();
            try {
                t = ConcreteTensor.ofChecked(TYPE, device.upload(host(i)), home);
            } finally {
                home.calls().exit(token);
            }
            ConcreteTensor old = last[i % last.length];
            last[i % last.length] = t;
            if (old != null) {
                assertArrayEquals(new float[] {i - last.length}, old.toFloatArray());
            }
        });
        assertTrue(made >= last.length, made + " steps");
        for (ConcreteTensor t : last) {
            assertTrue(t.toFloatArray()[0] >= made - last.length);
        }
    }

    @Test
    void uploadsStayUntilTheCallHasEnded() throws Exception {
        whileRoomIsMade(i -> {
            ConcreteTensor t = ConcreteTensor.of(TYPE, host(i));
            for (int twice = 0; twice < 2; twice++) {
                int token = home.calls().enter();
                try {
                    DeviceBuffer there = t.on(home);
                    assertEquals(i, there.toHost().floats()[0]);
                } finally {
                    home.calls().exit(token);
                }
            }
        });
    }

    /** At the end nothing is open, and nothing was used after it was closed. @return steps made */
    private int whileRoomIsMade(IntConsumer step) throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        AtomicBoolean enough = new AtomicBoolean();
        Future<Integer> steps = other.submit(() -> {
            int i = 0;
            for (; i < MOST_STEPS && !enough.get(); i++) {
                step.accept(i);
            }
            return i;
        });
        for (int rooms = 0; !steps.isDone(); rooms++) {
            enough.set(rooms >= MOST_ROOMS);
            if (rooms % ROOMS_A_COLLECTION == 0) {
                System.gc(); // as the runtime does first
            } else {
                Thread.getAllStackTraces(); // stops threads where they rarely are otherwise, as a collection does
            }
            int token = home.calls().enter();
            try {
                home.evict(home.calls()::afterCalls);
            } finally {
                home.calls().exit(token);
            }
        }
        int made = steps.get();
        other.shutdown();
        home.depart();
        assertTrue(home.calls().awaitCalls(TimeUnit.SECONDS.toNanos(60)));
        home.evacuate(true);
        device.close();
        assertEquals(0, ledger.getOrDefault("breaches", new AtomicLong()).get(), ledger::toString);
        return made;
    }
}
