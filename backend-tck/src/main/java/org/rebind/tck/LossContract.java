package org.rebind.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendException;
import org.rebind.backend.BackendException.Kind;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;

/** A device that is gone says so, and everything of it can still be closed. See {@link Subject#losable}. */
public interface LossContract extends Subject {
    @Test
    @DisplayName("once the device is lost, uploads and calls throw DEVICE_LOST, and reads do or give the right values")
    default void lost() {
        withLosable(l -> {
            Backend b = l.backend();
            try (Executable e = b.compile(SmallGraphs.sum(), ExecutableOptions.DEFAULT)) {
                DeviceBuffer[] in = Execution.upload(b, List.of(SmallGraphs.constant(2, 13), SmallGraphs.constant(3, 13)));
                DeviceBuffer[] out = e.execute(in, new long[] {13});
                l.lose().run();
                SmallGraphs.fails(Kind.DEVICE_LOST, "upload", () -> b.device().upload(SmallGraphs.constant(1, 13)).close());
                SmallGraphs.fails(Kind.DEVICE_LOST, "execute", () -> Execution.close(e.execute(in, new long[] {13})));
                rightOrLost("reading a result", () -> assertNull(
                        Execution.firstDifference(SmallGraphs.constant(5, 13), out[0].toHost()), "read from a lost device"));
                rightOrLost("compile", () -> b.compile(SmallGraphs.threeResults(), ExecutableOptions.DEFAULT).close());
                assertNotNull(b.supports(SmallGraphs.threeResults()), "supports");
                Execution.close(in, out);
            }
        });
    }

    @Test
    @DisplayName("what is left of a lost device closes without an exception, in any order and twice; names stay")
    default void closing() {
        withLosable(l -> {
            Backend b = l.backend();
            String name = b.name();
            Executable e = b.compile(SmallGraphs.sum(), ExecutableOptions.DEFAULT);
            DeviceBuffer[] in = Execution.upload(b, List.of(SmallGraphs.constant(2, 13), SmallGraphs.constant(3, 13)));
            DeviceBuffer[] out = e.execute(in, new long[] {13});
            l.lose().run();
            e.close();
            Execution.close(in, out);
            Execution.close(out, in);
            e.close();
            b.close();
            b.close();
            assertEquals(name, b.name());
        });
    }

    @Test
    @DisplayName("calls under way when the device is lost end: with the right result or DEVICE_LOST")
    default void underWay() {
        withLosable(l -> {
            Backend b = l.backend();
            CountDownLatch going = new CountDownLatch(5 * ConcurrencyContract.THREADS); // calls
            AtomicBoolean gone = new AtomicBoolean();
            DeviceBuffer[] in = Execution.upload(b, List.of(SmallGraphs.constant(2, 4099), SmallGraphs.constant(3, 4099)));
            try (Executable e = b.compile(SmallGraphs.sum(), ExecutableOptions.DEFAULT)) {
                Thread loser = new Thread(() -> {
                    await(going);
                    l.lose().run();
                    gone.set(true);
                }, "tck-device-loss");
                loser.start();
                ConcurrencyContract.together(t -> callUntilLost(e, in, going, gone));
                loser.join();
            } catch (Exception e) {
                throw new AssertionError("a call under way failed otherwise: " + e, e);
            } finally {
                Execution.close(in);
            }
        });
    }

    private static void callUntilLost(Executable e, DeviceBuffer[] in, CountDownLatch going, AtomicBoolean gone) {
        boolean right = true;
        while (right) {
            boolean after = gone.get();
            right = rightOrLost("execute", () -> {
                DeviceBuffer[] out = e.execute(in, new long[] {4099});
                try {
                    assertNull(Execution.firstDifference(SmallGraphs.constant(5, 4099), out[0].toHost()), "at a loss");
                } finally {
                    Execution.close(out);
                }
            });
            going.countDown();
            assertFalse(right && after, "a call begun after the loss of the device gave a result");
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return whether it succeeded */
    private static boolean rightOrLost(String what, Runnable action) {
        try {
            action.run();
            return true;
        } catch (BackendException e) {
            assertEquals(Kind.DEVICE_LOST, e.kind(), what + " on a lost device: " + e);
            return false;
        }
    }

    private void withLosable(Consumer<Losable> test) {
        Losable l = losable().orElse(null);
        Assumptions.assumeTrue(l != null, "this backend has no device that can be lost on purpose (see Subject.losable)");
        try {
            test.accept(l);
        } finally {
            l.backend().close();
        }
    }
}
