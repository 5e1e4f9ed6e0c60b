package org.rebind.tracer.internal.backends;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.rebind.tracer.internal.tensor.InFlight;

/**
 * What happens when a backend departs, in order: nobody begins to use it, bound graphs let go of it, values that only it
 * has are copied to the host, calls and compilations under way end, tensors leave it, executables and buffers close, the
 * last references go. The snapshot without it has been made before. Runs in the thread that unregisters the backend,
 * which is why the backend may free its device when the unregistration returns.
 */
final class Departure {
    private static final System.Logger LOG = System.getLogger(Departure.class.getName());
    private static final long STEP_NANOS = 50_000;

    private final Rebinding rebinding;
    private final ExecutableStore store;

    Departure(Rebinding rebinding, ExecutableStore store) {
        this.rebinding = rebinding;
        this.store = store;
    }

    /** @param elsewhere has the bound graphs moved; called as soon as they can be */
    void run(BackendSlot slot, Settings settings, Runnable elsewhere) {
        long start = System.nanoTime();
        slot.home.depart();
        List<Binding> left = new ArrayList<>();
        rebinding.takeFrom(slot, left);
        elsewhere.run();
        slot.home.rescue();
        long deadline = System.nanoTime() + settings.departureMillis() * 1_000_000L;
        boolean quiet = slot.compiles.awaitCalls(deadline - System.nanoTime());
        quiet &= slot.home.calls().awaitCalls(deadline - System.nanoTime());
        rebinding.takeFrom(slot, left); // compilations under way may have published
        int buffers = slot.home.bufferCount();
        slot.home.evacuate(quiet);
        InFlight calls = slot.home.calls();
        for (Binding b : left) {
            if (quiet) {
                b.lease().close();
            } else {
                calls.afterCalls(() -> b.lease().close());
            }
        }
        store.removeGeneration(slot.generation);
        if (quiet) {
            quiet = settle(slot, deadline);
        }
        if (!quiet) {
            LOG.log(Level.WARNING, "backend {0} leaves with calls still running after {1} ms; its tensors are saved, but"
                    + " its memory and classes stay until these calls end", slot.toString(),
                    Long.toString(settings.departureMillis()));
            rebinding.attend(slot);
        }
        slot.forget();
        LOG.log(Level.INFO, "backend {0} has left: {1} functions and {2} buffers moved in {3} ms", slot.toString(),
                Integer.toString(left.size()), Integer.toString(buffers),
                Long.toString((System.nanoTime() - start) / 1_000_000));
    }

    /**
     * Waits for other threads that have taken an executable or a buffer out of use and are about to close it: one that
     * rebinds a function, reads a tensor or fills the cache up at this moment. The device must be there until then.
     */
    private static boolean settle(BackendSlot slot, long deadline) {
        boolean interrupted = false;
        boolean settled;
        while (!(settled = slot.isSettled()) && System.nanoTime() - deadline < 0) {
            slot.home.calls().advance();
            LockSupport.parkNanos(STEP_NANOS);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return settled;
    }
}
