package org.rebind.tracer.internal.backends;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rebind.backend.ExecutableOptions;
import org.rebind.cache.CacheService;
import org.rebind.pretend.PretendBackend;
import org.rebind.tracer.internal.interpret.InterpreterBackend;
import org.rebind.tracer.internal.tensor.ConcreteTensor;

/**
 * Departures at bad moments: while another thread closes something of the backend, while calls or compilations hang,
 * while the backend throws. Nothing of a backend may be touched once its departure has returned, and nothing kept.
 */
@Timeout(180)
class DepartureTest extends SwapBed {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    private void stopHere() {
        begun.countDown();
        await(go);
    }

    @Test
    void itWaitsForAnExecutableThatTheCacheIsClosingInAnotherThread() throws Exception {
        backends.close();
        backends = new Backends(new InterpreterBackend(), new Settings(List.of(), List.of(), List.of(), 1_000, 120_000, 2,
                60_000, 5_000, 1)); // room for one executable
        backends.use(java.util.ServiceLoader.load(CacheService.class).findFirst().orElseThrow());
        PretendBackend p = arrive("p", 5);
        bind(Graphs.doubled(0)).close(); // its executable stays in the cache
        arrive("q", 1);
        CountDownLatch departed = new CountDownLatch(1);
        AtomicReference<Boolean> tooEarly = new AtomicReference<>();
        p.onClose = () -> {
            begun.countDown();
            try {
                tooEarly.set(departed.await(200, TimeUnit.MILLISECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        Future<BoundGraph> evicting = threads.submit(
                () -> backends.bind(Graphs.doubled(1), ExecutableOptions.DEFAULT, Optional.of("q")));
        begun.await();
        depart(p);
        departed.countDown();
        evicting.get(30, TimeUnit.SECONDS);
        assertFalse(tooEarly.get(), "the device was freed while an executable was being closed");
    }

    @Test
    void whatAHungCallUsesIsClosedWhenItEndsWithoutAnyFurtherCall() throws Exception {
        underAHungCall(p -> {
            backends.remove(p);
            assertEquals(1, count("p.executables"), "it is running");
        });
    }

    @Test
    void theRuntimeStopsUnderAHungCallAndStillClosesWhatItUsed() throws Exception {
        underAHungCall(p -> backends.close());
    }

    @Test
    void theRuntimeStopsAfterADepartureThatGaveUpAndStillClosesWhatTheCallUsed() throws Exception {
        underAHungCall(p -> {
            backends.remove(p);
            backends.close();
        });
    }

    /** What happens while a call on p hangs; once that ends, nothing of p is left. */
    private void underAHungCall(Consumer<PretendBackend> happens) throws Exception {
        use(settings(1_000, 0, 50));
        PretendBackend p = arrive("p", 5);
        BoundGraph f = bind(Graphs.doubled(0));
        p.onExecute = this::stopHere;
        Future<ConcreteTensor> hung = threads.submit(() -> check(f));
        begun.await();
        happens.accept(p);
        go.countDown();
        hung.get(30, TimeUnit.SECONDS);
        eventually("closed", () -> count("p.executables") == 0 && count("p.buffers") == 0);
    }

    @Test
    void aCompilationThatOutlivesTheDepartureLeavesNothing() throws Exception {
        use(settings(1_000, 0, 50));
        BoundGraph f = bind(Graphs.doubled(0));
        PretendBackend p = new PretendBackend("p", 5, ledger);
        p.onCompile = this::stopHere;
        backends.add(p, 5);
        begun.await(); // in the background
        backends.remove(p);
        f.close(); // nobody will call it again and so notice
        go.countDown();
        eventually("compiled", () -> count("compiles") == 1);
        eventually("closed", () -> count("p.executables") == 0);
        BoundGraph g = bind(Graphs.doubled(1));
        assertEquals("interpreter", g.backendName());
    }

    @Test
    void aFirstCompilationThatOutlivesTheDepartureIsNotPublished() throws Exception {
        use(settings(1_000, 0, 50));
        PretendBackend p = new PretendBackend("p", 5, ledger);
        p.onCompile = this::stopHere;
        backends.add(p, 5);
        Future<BoundGraph> bound = threads.submit(() -> bind(Graphs.doubled(0)));
        begun.await();
        backends.remove(p);
        go.countDown();
        BoundGraph f = bound.get(30, TimeUnit.SECONDS);
        assertEquals("interpreter", f.backendName());
        eventually("closed", () -> count("p.executables") == 0);
        check(f);
    }

    @Test
    void hungCompilationsStopNeitherOtherArrivalsNorTheWatch() throws Exception {
        use(settings(60_000, 100, 100));
        BoundGraph f = bind(Graphs.doubled(0));
        BoundGraph g = bind(Graphs.doubled(2));
        CountDownLatch both = new CountDownLatch(2); // all background threads there are
        PretendBackend p = new PretendBackend("p", 5, ledger);
        p.onCompile = () -> {
            both.countDown();
            await(go);
        };
        backends.add(p, 5);
        both.await();
        eventually("noticed", () -> health("p").contains("a compilation has been running for more than 100 ms"));
        arrive("q", 3);
        eventually("others still compile", () -> f.backendName().equals("q") && g.backendName().equals("q"));
        check(f);
        go.countDown();
        eventually("all back", () -> count("p.compiles") == 2);
        assertEquals("q", f.backendName(), "still quarantined");
    }

    @Test
    void aTensorIsReadAtOnceWhileACallKeepsTheDepartureWaiting() throws Exception {
        PretendBackend p = arrive("p", 5);
        BoundGraph f = bind(Graphs.doubled(0));
        ConcreteTensor y = Graphs.run(f, new ConcreteTensor[] {Graphs.tensor(X.clone())}, NONE)[0];
        p.onExecute = this::stopHere;
        Future<ConcreteTensor> call = threads.submit(() -> check(f));
        begun.await();
        Future<?> departure = threads.submit(() -> depart(p));
        eventually("departing", () -> backends.status().size() == 1);
        assertEquals(Graphs.expected(0, 0.5f), y.toFloatArray()[1], 1e-6);
        assertFalse(departure.isDone(), "the call still runs");
        go.countDown();
        call.get(30, TimeUnit.SECONDS);
        departure.get(30, TimeUnit.SECONDS);
    }

    @Test
    void anExecutableThatCannotCloseDoesNotStopTheDeparture() {
        for (boolean cached : new boolean[] {true, false}) {
            if (!cached) {
                backends.close();
                backends = new Backends(new InterpreterBackend(), settings(1_000, 0, 1_000));
            }
            PretendBackend p = arrive("p", 5);
            BoundGraph f = bind(Graphs.doubled(0));
            BoundGraph g = bind(Graphs.doubled(2));
            plan("fail.close", -1);
            depart(p);
            plan("fail.close", 0);
            assertEquals(0, count("p.executables"));
            check(f);
            check(g);
        }
    }

    @Test
    void theSameBackendRegisteredTwiceLeavesTwice() throws Exception {
        PretendBackend p = arrive("p", 5);
        backends.add(p, 5);
        BoundGraph f = bind(Graphs.doubled(0));
        check(f);
        backends.remove(p);
        check(f);
        assertEquals("p", f.backendName());
        depart(p);
        check(f);
        assertEquals("interpreter", f.backendName());
        backends.remove(p); // and a third time does no harm
    }

    @Test
    void aFailureThatCannotSayWhatItIsIsAFailureLikeOthers() {
        PretendBackend p = arrive("p", 5);
        BoundGraph f = bind(Graphs.doubled(0));
        p.onExecute = () -> {
            throw new IllegalStateException() {
                private static final long serialVersionUID = 1L;

                @Override
                public String toString() {
                    throw new UnsupportedOperationException("planned");
                }
            };
        };
        check(f);
        assertEquals("interpreter", f.backendName());
        assertTrue(health("p").contains("DepartureTest$"), health("p"));
    }
}
