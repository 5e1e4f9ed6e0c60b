package org.rebind.tracer.internal.backends;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.rebind.KernelSource;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendException;
import org.rebind.backend.Device;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.Support;
import org.rebind.graph.Graph;
import org.rebind.tracer.internal.interpret.InterpreterBackend;
import org.rebind.tracer.internal.tensor.ConcreteTensor;

/** A function that moves to a device on host memory finds its code warm; one that would fail there does not move. */
@Timeout(180)
class WarmUpTest extends SwapBed {
    /** The interpreter under another name, with a look at each execute. */
    private static final class OnHost implements Backend {
        final AtomicInteger executes = new AtomicInteger();
        volatile Runnable onExecute = () -> { };
        private final Backend interpreter = new InterpreterBackend();

        @Override
        public String name() {
            return "host";
        }

        @Override
        public String version() {
            return "1";
        }

        @Override
        public Device device() {
            return interpreter.device();
        }

        @Override
        public Support supports(Graph graph) {
            return Support.YES;
        }

        @Override
        public Executable compile(Graph graph, ExecutableOptions options) {
            Executable inner = interpreter.compile(graph, options);
            return new Executable() {
                @Override
                public DeviceBuffer[] execute(DeviceBuffer[] inputs, long[] symbols) {
                    executes.incrementAndGet();
                    onExecute.run();
                    return inner.execute(inputs, symbols);
                }

                @Override
                public List<KernelSource> kernels() {
                    return inner.kernels();
                }

                @Override
                public void close() {
                    inner.close();
                }
            };
        }
    }

    @Test
    void itHasRunBeforeTheFirstCallMoves() throws Exception {
        BoundGraph f = bind(Graphs.doubled(0));
        check(f);
        OnHost host = new OnHost();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        host.onExecute = () -> {
            running.countDown();
            await(go);
        };
        backends.add(host, 5);
        running.await(); // in the background
        check(f);
        assertEquals("interpreter", f.backendName(), "calls go on where they were");
        go.countDown();
        eventually("moves", () -> f.backendName().equals("host"));
        assertTrue(host.executes.get() > 1, host.executes + " runs before the first call");
        check(f);
        backends.remove(host);
    }

    @Test
    void whatFailsWarmingUpIsNotMovedTo() throws Exception {
        BoundGraph f = bind(Graphs.doubled(0));
        OnHost host = new OnHost();
        host.onExecute = () -> {
            throw new BackendException(BackendException.Kind.EXECUTE, "planned");
        };
        backends.add(host, 5);
        eventually("found out", () -> health("host").contains("planned"));
        assertEquals("interpreter", f.backendName());
        check(f);
        host.onExecute = () -> { };
        eventually("moves after the quarantine", () -> f.backendName().equals("host"));
        backends.remove(host);
    }

    @Test
    void sizesAreThoseOfTheLastCallAndWithoutOneItMovesAtOnce() throws Exception {
        BoundGraph called = bind(Graphs.sum());
        BoundGraph never = backends.bind(Graphs.sum(), new ExecutableOptions(true, true), java.util.Optional.empty());
        Graphs.run(called, new ConcreteTensor[] {Graphs.tensor(1, 2, 3), Graphs.tensor(4, 5, 6)}, new long[] {3});
        OnHost host = new OnHost();
        backends.add(host, 5);
        eventually("both move", () -> called.backendName().equals("host") && never.backendName().equals("host"));
        assertTrue(host.executes.get() > 1, "the one that was called has been warmed up");
        backends.remove(host);
    }

    @Test
    void aDepartureDoesNotWaitForTheWholeWarmUp() throws Exception {
        BoundGraph f = bind(Graphs.doubled(0));
        OnHost host = new OnHost();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        host.onExecute = () -> {
            running.countDown();
            await(go);
        };
        backends.add(host, 5);
        running.await();
        BackendSlot slot = backends.snapshot().slots().stream().filter(x -> x.is(host)).findFirst().orElseThrow();
        Future<?> departure = threads.submit(() -> backends.remove(host));
        eventually("departing", slot::isDeparted); // it leaves the table a moment before
        go.countDown();
        departure.get(60, TimeUnit.SECONDS);
        assertEquals(1, host.executes.get(), "it stops at once");
        check(f);
    }
}
