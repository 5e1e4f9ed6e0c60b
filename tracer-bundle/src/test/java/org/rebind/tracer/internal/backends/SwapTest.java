package org.rebind.tracer.internal.backends;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rebind.BackendStatus;
import org.rebind.DType;
import org.rebind.TensorType;
import org.rebind.backend.Backend;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Graph;
import org.rebind.pretend.PretendBackend;
import org.rebind.tracer.internal.interpret.InterpreterBackend;
import org.rebind.tracer.internal.tensor.ConcreteTensor;

/** Arrival, departure, choice and failure of backends, one at a time, with a pretend device that counts every breach. */
@Timeout(180)
class SwapTest extends SwapBed {
    // ---- arrival and departure

    @Test
    void theInterpreterRunsEverythingAndFunctionsMoveToWhatArrivesAndBack() throws Exception {
        BoundGraph f = bind(Graphs.doubled(0));
        assertEquals("interpreter", f.backendName());
        check(f);
        PretendBackend p = arrive("p", 5);
        eventually("moves to p without a call", () -> f.backendName().equals("p"));
        ConcreteTensor y = Graphs.run(f, new ConcreteTensor[] {Graphs.tensor(X.clone())}, NONE)[0];
        assertEquals(1, count("executes"));
        assertEquals(2, count("p.buffers"));
        depart(p);
        assertEquals(0, count("p.buffers"));
        assertEquals(0, count("p.executables"));
        assertEquals(Graphs.expected(0, 0.5f), y.toFloatArray()[1], 1e-6);
        check(f);
        assertEquals("interpreter", f.backendName());
    }

    @Test
    void whatArrivesHearsWhichGraphsWillCome() throws Exception {
        List<BoundGraph> functions = List.of(bind(Graphs.doubled(0)), bind(Graphs.doubled(1)), bind(Graphs.doubled(2)));
        arrive("p", 5);
        eventually("all move", () -> functions.stream().allMatch(f -> f.backendName().equals("p")));
        eventually("announced", () -> count("p.prepared") == 3);
        arrive("q", 1);
        arrive("r", 6); // asked after q, by the same threads
        eventually("all move on", () -> functions.stream().allMatch(f -> f.backendName().equals("r")));
        assertEquals(0, count("q.prepared"), "q was not the best for any");
    }

    @Test
    void arrivalDoesNotStopCallsWhileItCompiles() throws Exception {
        BoundGraph f = bind(Graphs.doubled(0));
        CountDownLatch compiling = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        PretendBackend p = new PretendBackend("p", 5, ledger);
        p.onCompile = () -> {
            compiling.countDown();
            await(go);
        };
        backends.add(p, 5);
        compiling.await();
        check(f);
        assertEquals("interpreter", f.backendName());
        go.countDown();
        eventually("moves", () -> f.backendName().equals("p"));
    }

    @Test
    void aDepartureWaitsForRunningCalls() throws Exception {
        PretendBackend p = arrive("p", 5);
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        BoundGraph f = bind(Graphs.doubled(0));
        p.onExecute = () -> {
            running.countDown();
            await(go);
        };
        Future<ConcreteTensor> call = threads.submit(() -> check(f));
        running.await();
        Future<?> departure = threads.submit(() -> depart(p));
        Thread.sleep(100);
        assertFalse(departure.isDone());
        check(f); // a new call meanwhile, elsewhere
        go.countDown();
        departure.get(30, TimeUnit.SECONDS);
        call.get(30, TimeUnit.SECONDS);
    }

    @Test
    void aBackendThatDisappearsWhileCompilingForACall() throws Exception {
        CountDownLatch compiling = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        PretendBackend p = new PretendBackend("p", 5, ledger);
        p.onCompile = () -> {
            compiling.countDown();
            await(go);
        };
        backends.add(p, 5);
        Future<BoundGraph> bound = threads.submit(() -> bind(Graphs.doubled(0)));
        compiling.await();
        Future<?> departure = threads.submit(() -> depart(p));
        Thread.sleep(50);
        go.countDown();
        departure.get(30, TimeUnit.SECONDS);
        check(bound.get(30, TimeUnit.SECONDS));
        assertEquals("interpreter", bound.get().backendName());
    }

    @Test
    void theNewerOfTwoWithOneNameIsUsed() throws Exception {
        PretendBackend old = arrive("p", 5);
        BoundGraph f = bind(Graphs.doubled(0));
        PretendBackend young = arrive("p", 5);
        eventually("the second compiles too", () -> count("compiles") == 2);
        eventually("the old one is given back", () -> count("p.executables") <= 2);
        depart2(old); // shares ledger keys with the young one
        check(f);
        assertEquals("p", f.backendName());
        depart(young);
        check(f);
    }

    private void depart2(PretendBackend b) {
        backends.remove(b);
    }

    // ---- choice

    @Test
    void rankingNamesAndConfigurationDecide() throws Exception {
        arrive("low", 1);
        arrive("high", 9);
        BoundGraph best = bind(Graphs.doubled(0));
        assertEquals("high", best.backendName());
        BoundGraph named = backends.bind(Graphs.doubled(0), ExecutableOptions.DEFAULT, Optional.of("low"));
        assertEquals("low", named.backendName());
        assertTrue(named.choice().get(0).contains("options name it"), () -> named.choice().toString());
        backends.configure(new Settings(List.of("low"), List.of(), List.of(), 100, 1000, 1, 0, 1000, 10));
        eventually("preference moves it", () -> best.backendName().equals("low"));
        assertTrue(best.choice().get(0).contains("configured preference"), () -> best.choice().toString());
        backends.configure(new Settings(List.of(), List.of(), List.of("low"), 100, 1000, 1, 0, 1000, 10));
        eventually("denial moves it", () -> best.backendName().equals("high"));
        eventually("even against its options", () -> named.backendName().equals("high"));
        assertTrue(best.choice().toString().contains("low (low): not used, denied by configuration"),
                () -> best.choice().toString());
        assertEquals("denied by configuration", health("low"));
        assertTrue(backends.snapshot().isWell());
        backends.configure(new Settings(List.of(), List.of(), List.of("high"), 100, 1000, 1, 0, 1000, 10));
        assertEquals(List.of("low", "high", "interpreter"), backends.status().stream().map(BackendStatus::name).toList());
        backends.configure(new Settings(List.of(), List.of("none"), List.of(), 100, 1000, 1, 0, 1000, 10));
        eventually("nothing is allowed", () -> best.backendName().equals("interpreter"));
        assertEquals("not among the allowed by configuration", health("high"));
    }

    @Test
    void aGraphItDoesNotSupportStaysAwayAndTheReasonIsSaid() {
        arrive("p", 5);
        BoundGraph f = bind(Graphs.doubled(0, TensorType.of(DType.FLOAT64, 8)));
        assertEquals("interpreter", f.backendName());
        assertTrue(f.choice().toString().contains("float64 is not supported by this device"),
                () -> f.choice().toString());
    }

    @Test
    void anExplicitBackendThatComesLaterIsUsed() throws Exception {
        BoundGraph f = backends.bind(Graphs.doubled(0), ExecutableOptions.DEFAULT, Optional.of("late"));
        arrive("better", 100);
        eventually("best meanwhile", () -> f.backendName().equals("better"));
        assertTrue(f.choice().toString().contains("late: asked for by the function's options, but not there"));
        arrive("late", 1);
        eventually("moves to the one it names", () -> f.backendName().equals("late"));
    }

    // ---- failures

    @Test
    void aFailedCompileMovesTheFunctionAndIsRetriedAfterTheBackOff() throws Exception {
        plan("fail.compile", 1);
        arrive("p", 5);
        BoundGraph f = bind(Graphs.doubled(0));
        assertEquals("interpreter", f.backendName());
        assertTrue(health("p").contains("planned: cannot compile"), health("p"));
        check(f);
        eventually("comes back by itself", () -> f.backendName().equals("p"));
        assertEquals("ok", health("p"));
    }

    @Test
    void oneBadGraphDoesNotMoveTheOthersButThreeDo() {
        arrive("p", 5);
        BoundGraph good = bind(Graphs.doubled(0));
        plan("fail.compile", -1);
        bind(Graphs.doubled(1));
        bind(Graphs.doubled(2));
        assertEquals("p", good.backendName());
        bind(Graphs.doubled(3));
        assertEquals("interpreter", good.backendName());
        assertTrue(health("p").startsWith("quarantined until"), health("p"));
    }

    @Test
    void aFailedCallIsRunElsewhereAndTheBackendQuarantined() throws Exception {
        for (String failure : List.of("fail.execute", "fail.lost", "fail.error")) {
            PretendBackend p = arrive("p" + failure, 5);
            BoundGraph f = bind(Graphs.doubled(0));
            plan(failure, 1);
            check(f);
            assertEquals("interpreter", f.backendName());
            assertTrue(health(p.name()).contains("planned"), health(p.name()));
            eventually("recovers", () -> f.backendName().equals(p.name()));
            check(f);
            depart(p);
        }
    }

    @Test
    void twoFailingBackendsLeaveTheCallToTheInterpreter() {
        arrive("a", 7);
        arrive("b", 6);
        arrive("c", 5);
        BoundGraph f = bind(Graphs.doubled(0));
        plan("fail.execute", -1);
        check(f);
        assertEquals(2, count("executes"), "the best, and once the next best");
    }

    @Test
    void wrongResultsAreNoticedAndTheirBuffersFreed() {
        use(settings(60_000, 0, 5_000));
        arrive("p", 5);
        BoundGraph f = bind(Graphs.doubled(0));
        List<String> failures = List.of("fail.count", "fail.dtype");
        for (int i = 0; i < failures.size(); i++) {
            BoundGraph g = bind(Graphs.doubled(1 + i));
            assertEquals("p", g.backendName());
            plan(failures.get(i), 1);
            Graphs.run(g, new ConcreteTensor[] {Graphs.tensor(X.clone())}, NONE);
            assertEquals("interpreter", g.backendName());
        }
        assertTrue(health("p").contains("2 graphs"), health("p"));
        assertEquals("p", f.backendName());
    }

    @Test
    void outOfMemoryMakesRoomAndTriesAgainThere() {
        plan("memory", 8 * 4 * 4); // four tensors of these
        arrive("p", 5);
        BoundGraph f = bind(Graphs.doubled(0));
        List<ConcreteTensor> kept = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            kept.add(Graphs.run(f, new ConcreteTensor[] {Graphs.tensor(X.clone())}, NONE)[0]);
        }
        assertEquals("p", f.backendName());
        for (ConcreteTensor t : kept) {
            assertEquals(Graphs.expected(0, 0.5f), t.toFloatArray()[1], 1e-6);
        }
        assertTrue(count("executes") >= 10);
        plan("fail.memory", -1);
        check(f);
        assertEquals("interpreter", f.backendName());
    }

    @Test
    void aHangingCallIsNoticedOthersGoOnAndTheDepartureIsBounded() throws Exception {
        use(settings(60_000, 200, 300));
        PretendBackend p = arrive("p", 5);
        BoundGraph f = bind(Graphs.doubled(0));
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        p.onExecute = () -> {
            running.countDown();
            await(go);
        };
        Future<ConcreteTensor> hung = threads.submit(() -> check(f));
        running.await();
        eventually("quarantined", () -> health("p").contains("has been running for more than 200 ms"));
        eventually("moved", () -> f.backendName().equals("interpreter"));
        check(f);
        backends.remove(p); // returns although the call runs
        assertFalse(hung.isDone());
        go.countDown();
        hung.get(30, TimeUnit.SECONDS);
        eventually("closed when the call has ended",
                () -> count("p.executables") == 0 && count("p.buffers") == 0);
    }

    // ---- ownership

    @Test
    void weightsAreUploadedOncePerDevice() {
        arrive("p", 5);
        BoundGraph f = bind(Graphs.sum());
        ConcreteTensor w = Graphs.tensor(1, 2, 3);
        long before = count("uploads");
        for (int i = 0; i < 5; i++) {
            ConcreteTensor y = Graphs.run(f, new ConcreteTensor[] {Graphs.tensor(i, i, i), w}, new long[] {3})[0];
            assertArrayEquals(new float[] {1 + i, 2 + i, 3 + i}, y.toFloatArray());
        }
        assertEquals(6, count("uploads") - before);
    }

    @Test
    void smallResultsLeaveTheDeviceWhenTheyAreRead() {
        arrive("p", 5);
        BoundGraph f = bind(Graphs.doubled(0));
        ConcreteTensor x = Graphs.tensor(X.clone());
        ConcreteTensor y = Graphs.run(f, new ConcreteTensor[] {x}, NONE)[0];
        assertEquals(2, count("p.buffers"));
        y.toFloatArray();
        assertEquals(1, count("p.buffers"));
        long before = count("uploads");
        Graphs.run(f, new ConcreteTensor[] {y}, NONE);
        assertEquals(before + 1, count("uploads"), "used there again, it is uploaded");
        y.toFloatArray();
        assertEquals(3, count("p.buffers"), "and stays");
        java.lang.ref.Reference.reachabilityFence(x);
    }

    @Test
    void buffersOfUnreachableTensorsAreFreed() throws Exception {
        arrive("p", 5);
        BoundGraph f = bind(Graphs.doubled(0));
        ConcreteTensor kept = Graphs.run(f, new ConcreteTensor[] {Graphs.tensor(X.clone())}, NONE)[0];
        for (int i = 0; i < 50; i++) {
            Graphs.run(f, new ConcreteTensor[] {Graphs.tensor(X.clone())}, NONE);
        }
        eventually("freed", () -> {
            System.gc();
            return count("p.buffers") == 1;
        });
        assertEquals(Graphs.expected(0, 0.5f), kept.toFloatArray()[1], 1e-6);
    }

    @Test
    void resultsThatAreParametersOrTwinsAreTheSameTensors() {
        TensorType type = TensorType.of(DType.FLOAT32, 8);
        Graph plain = Graphs.doubled(0);
        Graph g = new Graph(plain.params(), plain.nodes(), List.of(0, 2, 2), List.of());
        arrive("p", 5);
        ConcreteTensor x = Graphs.tensor(X.clone());
        ConcreteTensor[] y = Graphs.run(bind(g), new ConcreteTensor[] {x}, NONE);
        assertSame(x, y[0]);
        assertArrayEquals(y[1].toFloatArray(), y[2].toFloatArray());
        assertEquals(type, y[1].type());
    }

    @Test
    void equalGraphsShareAnExecutableAndClosingGivesItBack() throws Exception {
        PretendBackend p = arrive("p", 5);
        BoundGraph a = bind(Graphs.doubled(0));
        BoundGraph b = bind(Graphs.doubled(0));
        BoundGraph other = bind(Graphs.doubled(1));
        assertEquals(2, count("compiles"));
        a.close();
        a.close();
        check(b);
        check(a); // closed, and still works
        assertNotEquals(a, other);
        depart(p);
        check(a);
    }

    @Test
    void withoutACacheServiceClosingClosesAfterTheRunningCall() throws Exception {
        backends.close();
        backends = new Backends(new InterpreterBackend(), settings(100, 0, 1000));
        PretendBackend p = arrive("p", 5);
        BoundGraph f = bind(Graphs.doubled(0));
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        p.onExecute = () -> {
            running.countDown();
            await(go);
        };
        Future<ConcreteTensor> call = threads.submit(() -> check(f));
        running.await();
        f.close();
        assertEquals(1, count("p.executables"));
        go.countDown();
        call.get(30, TimeUnit.SECONDS);
        eventually("closed", () -> count("p.executables") == 0);
    }

    @Test
    void aForgottenBoundGraphGivesItsExecutableBack() throws Exception {
        backends.close();
        backends = new Backends(new InterpreterBackend(), settings(100, 0, 1000));
        arrive("p", 5);
        check(bind(Graphs.doubled(0)));
        eventually("given back", () -> {
            System.gc();
            return count("p.executables") == 0;
        });
    }

    @Test
    void aTensorWhoseBackendHasClosedItsBufferIsAnErrorNotAnEndlessCall() {
        BoundGraph f = bind(Graphs.doubled(0));
        HostBuffer closed = HostBuffer.pooled(DType.FLOAT32, X.clone(), X.length, array -> { });
        ConcreteTensor x = ConcreteTensor.of(TensorType.of(DType.FLOAT32, X.length), closed);
        closed.close();
        String message = assertTimeoutPreemptively(Duration.ofSeconds(30), () -> assertThrows(IllegalStateException.class,
                () -> Graphs.run(f, new ConcreteTensor[] {x}, NONE))).getMessage();
        assertTrue(message.contains("has closed its buffer"), message);
    }

    @Test
    void aBackendThatCannotIntroduceItselfIsLeftOut() {
        Backend broken = (Backend) java.lang.reflect.Proxy.newProxyInstance(Backend.class.getClassLoader(),
                new Class<?>[] {Backend.class}, (proxy, method, args) -> {
                    throw new IllegalStateException("planned");
                });
        backends.add(broken, 1);
        assertEquals(1, backends.status().size());
    }
}
