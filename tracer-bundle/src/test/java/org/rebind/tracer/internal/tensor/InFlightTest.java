package org.rebind.tracer.internal.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class InFlightTest {
    private final InFlight calls = new InFlight();

    @Test
    void actionsRunAtOnceWhenIdleAndAfterTheCallsOtherwise() {
        AtomicInteger ran = new AtomicInteger();
        calls.afterCalls(ran::incrementAndGet);
        assertEquals(1, ran.get());
        int token = calls.enter();
        calls.afterCalls(ran::incrementAndGet);
        assertEquals(1, ran.get());
        assertTrue(calls.advance());
        assertTrue(calls.waitingNanos() > 0);
        calls.exit(token);
        assertFalse(calls.advance());
        assertEquals(2, ran.get());
        assertEquals(0, calls.waitingNanos());
        assertTrue(calls.isIdle());
    }

    @Test
    void newCallsDoNotHoldAnActionUp() {
        AtomicInteger ran = new AtomicInteger();
        int old = calls.enter();
        calls.afterCalls(ran::incrementAndGet);
        int later = calls.enter();
        calls.exit(old);
        calls.advance();
        int latest = calls.enter(); // after the second flip: counts on the side nobody waits for
        calls.exit(later);
        calls.advance();
        assertEquals(1, ran.get());
        calls.exit(latest);
    }

    @Test
    void awaitingIsBounded() {
        int token = calls.enter();
        assertFalse(calls.awaitCalls(20_000_000));
        calls.exit(token);
        assertTrue(calls.awaitCalls(1_000_000_000));
    }

    @Test
    void anActionThatThrowsDoesNotStopTheOthers() {
        AtomicInteger ran = new AtomicInteger();
        int token = calls.enter();
        calls.afterCalls(() -> {
            throw new IllegalStateException("planned");
        });
        calls.afterCalls(ran::incrementAndGet);
        calls.exit(token);
        assertTrue(calls.awaitCalls(1_000_000_000));
        assertEquals(1, ran.get());
    }

    /** What is swapped out is destroyed after the calls that may see it, and never before. */
    @Test
    void nobodySeesWhatWasDestroyed() throws Exception {
        AtomicReference<AtomicBoolean> current = new AtomicReference<>(new AtomicBoolean());
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Future<Long>> readers = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            readers.add(threads.submit(() -> {
                long reads = 0;
                while (!stop.get()) {
                    int token = calls.enter();
                    AtomicBoolean destroyed = current.get();
                    for (int i = 0; i < 20; i++) {
                        assertFalse(destroyed.get(), "destroyed while in use");
                    }
                    calls.exit(token);
                    reads++;
                }
                return reads;
            }));
        }
        AtomicInteger swaps = new AtomicInteger();
        long end = System.nanoTime() + 1_500_000_000L;
        for (int i = 0; System.nanoTime() < end; i++) {
            AtomicBoolean old = current.getAndSet(new AtomicBoolean());
            calls.afterCalls(() -> {
                old.set(true);
                swaps.incrementAndGet();
            });
            if (i % 100 == 0) {
                assertTrue(calls.awaitCalls(10_000_000_000L));
            }
        }
        stop.set(true);
        for (Future<Long> r : readers) {
            assertTrue(r.get() > 0);
        }
        assertTrue(calls.awaitCalls(1_000_000_000));
        assertTrue(swaps.get() > 100);
        threads.shutdown();
    }
}
