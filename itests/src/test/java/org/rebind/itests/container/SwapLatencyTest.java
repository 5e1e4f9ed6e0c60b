package org.rebind.itests.container;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;
import static org.ops4j.pax.exam.CoreOptions.systemPackage;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.inject.Inject;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.rebind.CompiledFunction2;
import org.rebind.Compiler;
import org.rebind.Tensor;

/**
 * Measures a swap: how long calls take while a backend arrives and departs, from its start to the first call on it, and
 * from its stop to the next good call. The arriving backend takes 20 ms to compile. Prints a table, and writes it to
 * {@code target/swap-latency-FRAMEWORK.md}.
 */
@RunWith(PaxExam.class)
public class SwapLatencyTest {
    private static final int CYCLES = Boolean.getBoolean("rebind.test.long") ? 200 : 15;
    private static final int COMPILE_MILLIS = 20;
    private static final int STEADY = 0;
    private static final int ARRIVAL = 1;
    private static final int DEPARTURE = 2;
    private static final int STEADY_THERE = 3;
    private static final String[] PHASES = {"steady", "arrival", "departure", "steady on the one that arrived"};

    @Inject
    private Compiler compiler;
    @Inject
    private BundleContext context;

    private final Map<String, AtomicLong> ledger = PretendBundles.ledger();
    private final Histogram[] calls = {new ConcurrentHistogram(3), new ConcurrentHistogram(3),
            new ConcurrentHistogram(3), new ConcurrentHistogram(3)};
    private final Histogram toFirstCall = new Histogram(3);
    private final Histogram toNextCall = new Histogram(3);
    private final Histogram stop = new Histogram(3);
    private final Longest[] longest = {new Longest(0, 0), new Longest(0, 0), new Longest(0, 0), new Longest(0, 0)};
    private final AtomicLong guestExecutes = ledger.computeIfAbsent("guest.executes", k -> new AtomicLong());
    private volatile Wait wait; // what the caller looks out for: it costs the measured calls nothing
    private volatile int phase = STEADY;
    private volatile long phaseStart;
    private volatile boolean done;
    private volatile Throwable failure;

    /** The longest call of a phase. @param sinceStart from the start of its phase to its own */
    private record Longest(long nanos, long sinceStart) {
    }

    /** For the first call that began after some time, or that saw the guest execute more often. */
    private static final class Wait {
        final long startedAfter;
        final long executedMore;
        final CountDownLatch seen = new CountDownLatch(1);
        volatile long end;

        Wait(long startedAfter, long executedMore) {
            this.startedAfter = startedAfter;
            this.executedMore = executedMore;
        }
    }

    @Configuration
    public Option[] container() {
        return options(Container.runtime(), Container.ours("api-bundle"), Container.ours("tracer-bundle"),
                Container.ours("cache-bundle"), systemPackage("org.HdrHistogram")); // as a bundle it asks for JAXB
    }

    @Test
    public void swapsAreShort() throws Exception {
        ledger.computeIfAbsent("slow.compile", k -> new AtomicLong()).set(COMPILE_MILLIS);
        Bundle base = install("base", 1);
        Bundle guest = install("guest", 10);
        base.start();
        CompiledFunction2<Tensor, Tensor, Tensor> f = compiler.compile(
                (Tensor x, Tensor y) -> x.matmul(y).tanh().add(1));
        Thread caller = new Thread(() -> call(f), "swap-latency-caller");
        caller.start();
        warm();
        for (int i = 0; i < CYCLES; i++) {
            cycle(guest, i >= CYCLES / 5); // the first fifth is not recorded: code is being compiled
        }
        done = true;
        caller.join(10_000);
        assertEquals(null, failure);
        report();
        assertEquals("moving back finds the executable", 1, ledger.get("base.compiles").get());
        base.uninstall();
        guest.uninstall();
        ledger.get("slow.compile").set(0);
        assertEquals(ledger.toString(), 0, ledger.getOrDefault("breaches", new AtomicLong()).get());
        assertEquals(ledger.toString(), 0, ledger.get("guest.executables").get());
    }

    private Bundle install(String name, int ranking) throws Exception {
        return context.installBundle("latency:" + name, PretendBundles.bundle(name, ranking, "1.0.0"));
    }

    private long executes(String name) {
        return ledger.getOrDefault(name + ".executes", new AtomicLong()).get();
    }

    private void call(CompiledFunction2<Tensor, Tensor, Tensor> f) {
        Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
        Tensor y = Tensor.of(new float[] {.1f, .2f, .3f, .4f}, 2, 2);
        try {
            while (!done) {
                int p = phase;
                long since = phaseStart;
                long start = System.nanoTime();
                float[] z = f.apply(x, y).toFloatArray();
                long end = System.nanoTime();
                if (Math.abs(z[0] - 1 - Math.tanh(0.7)) > 1e-5) {
                    throw new AssertionError("wrong: " + z[0]);
                }
                int now = phase;
                record(p == now ? p : p == DEPARTURE || now == DEPARTURE ? DEPARTURE : -1, start, end, since);
                Wait w = wait;
                if (w != null && start > w.startedAfter && guestExecutes.get() > w.executedMore) {
                    w.end = end;
                    wait = null;
                    w.seen.countDown();
                }
            }
        } catch (Throwable t) {
            failure = t;
        }
    }

    private void record(int p, long start, long end, long since) {
        if (p >= 0) { // not a call of two phases, but for the one a departure happened to
            calls[p].recordValue(end - start);
            if (end - start > longest[p].nanos) {
                longest[p] = new Longest(end - start, start - since);
            }
        }
    }

    private void enter(int next) {
        phaseStart = System.nanoTime();
        phase = next;
    }

    private void cycle(Bundle guest, boolean recorded) throws Exception {
        Thread.sleep(40);
        Wait moved = new Wait(Long.MIN_VALUE, guestExecutes.get());
        wait = moved;
        enter(ARRIVAL);
        long start = System.nanoTime();
        guest.start();
        await(moved);
        enter(STEADY_THERE);
        Thread.sleep(40);
        enter(DEPARTURE);
        long stopping = System.nanoTime();
        Wait next = new Wait(stopping, -1);
        wait = next;
        guest.stop();
        long stopped = System.nanoTime();
        await(next);
        enter(STEADY);
        if (recorded) {
            toFirstCall.recordValue(moved.end - start);
            stop.recordValue(stopped - stopping);
            toNextCall.recordValue(next.end - stopping);
        } else {
            for (int p = 0; p < calls.length; p++) {
                calls[p].reset();
                longest[p] = new Longest(0, 0);
            }
        }
    }

    private void await(Wait w) throws Exception {
        assertTrue("took too long; " + failure + " " + ledger, w.seen.await(30, TimeUnit.SECONDS) && failure == null);
    }

    private void warm() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (executes("base") < 50_000) {
            assertTrue("took too long; " + failure + " " + ledger, System.nanoTime() < deadline && failure == null);
            Thread.sleep(10);
        }
    }

    private void report() throws Exception {
        StringBuilder s = new StringBuilder("| what (microseconds) | median | p99 | longest | samples |\n"
                + "|---|---|---|---|---|\n");
        row(s, "call, steady", calls[STEADY]);
        row(s, "call while a backend arrives and compiles", calls[ARRIVAL]);
        row(s, "call, steady, on the one that arrived", calls[STEADY_THERE]);
        row(s, "call while its backend departs", calls[DEPARTURE]);
        row(s, "start of the bundle to the end of the first call on it (compiling takes " + COMPILE_MILLIS + " ms)",
                toFirstCall);
        row(s, "stop of the bundle to the end of the next call begun", toNextCall);
        row(s, "stop of the bundle, as its caller sees it", stop);
        for (int p = 0; p < calls.length; p++) {
            s.append(String.format(Locale.ROOT, "%nlongest call, %s: %.1f us, begun %.1f us after the phase", PHASES[p],
                    longest[p].nanos / 1e3, longest[p].sinceStart / 1e3));
        }
        System.out.println(s);
        Files.writeString(Path.of(System.getProperty("rebind.root"), "itests", "target",
                "swap-latency-" + System.getProperty("rebind.itest.framework") + ".md"), s);
        assertTrue("no call was made while the backend arrived", calls[ARRIVAL].getTotalCount() > CYCLES);
        double steady = calls[STEADY].getValueAtPercentile(50);
        double arriving = calls[ARRIVAL].getValueAtPercentile(50);
        assertTrue("the median call: " + steady + " ns steady, " + arriving + " ns during arrivals",
                arriving < steady * 2 + 20_000);
        assertTrue(s.toString(), toFirstCall.getMinValue() > COMPILE_MILLIS * 900_000L);
    }

    private static void row(StringBuilder s, String what, Histogram h) {
        s.append(String.format(Locale.ROOT, "| %s | %.1f | %.1f | %.1f | %d |%n", what,
                h.getValueAtPercentile(50) / 1e3, h.getValueAtPercentile(99) / 1e3, h.getMaxValue() / 1e3,
                h.getTotalCount()));
    }
}
