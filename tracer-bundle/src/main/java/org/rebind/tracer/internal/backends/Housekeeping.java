package org.rebind.tracer.internal.backends;

import java.util.Map;
import java.util.WeakHashMap;
import org.rebind.tracer.internal.tensor.InFlight;

/**
 * What is done now and then, by a background thread: frees what nobody can reach, closes what calls have left, and
 * notices calls and compilations that hang.
 */
final class Housekeeping {
    static final long PERIOD_MILLIS = 250;
    private static final int MANY_BUFFERS = 20_000;
    private static final long COLLECTION_NANOS = 5_000_000_000L;

    private final Rebinding rebinding;
    private final Background background;
    private final Map<BackendSlot, Boolean> hanging = new WeakHashMap<>(); // used by one thread at a time

    private long lastCollection = System.nanoTime() - COLLECTION_NANOS;

    Housekeeping(Rebinding rebinding, Background background) {
        this.rebinding = rebinding;
        this.background = background;
    }

    synchronized void run() {
        rebinding.releaseForgotten();
        Snapshot s = rebinding.snapshot();
        for (BackendSlot slot : s.slots()) {
            free(slot);
            collect(slot);
            watch(slot, s.settings().hangMillis());
        }
        background.replaceStuck(s.settings().hangMillis());
    }

    private static void free(BackendSlot slot) {
        InFlight calls = slot.home.calls();
        int token = calls.enter();
        try {
            if (!slot.isDeparted()) {
                slot.home.freeUnreachable();
            }
        } finally {
            calls.exit(token);
        }
    }

    /** Has garbage collected where it fills a device: the collector sees small handles, not what they hold. */
    private void collect(BackendSlot slot) {
        boolean full = slot.home.bufferCount() > MANY_BUFFERS || slot.home.bufferBytes() > slot.memoryBytes / 4 * 3;
        long now = System.nanoTime();
        if (full && now - lastCollection > COLLECTION_NANOS) {
            lastCollection = now;
            System.gc();
        }
    }

    private void watch(BackendSlot slot, long limitMillis) {
        if (slot.lastResort) {
            return;
        }
        boolean call = hangs(slot.home.calls(), limitMillis);
        boolean compilation = hangs(slot.compiles, limitMillis);
        if (!call && !compilation) {
            hanging.remove(slot);
        } else if (hanging.put(slot, true) == null || !slot.health.isQuarantined()) {
            rebinding.faults().reportHang(slot, (call ? "a call" : "a compilation") + " has been running for more than "
                    + limitMillis + " ms");
        }
    }

    /** Waits, in steps, for the calls that run now: if they take longer than the limit, one of them hangs. */
    private static boolean hangs(InFlight calls, long limitMillis) {
        if (calls.waitingNanos() == 0) {
            if (!calls.isIdle()) {
                calls.afterCalls(() -> { });
            }
        } else {
            calls.advance();
        }
        return limitMillis > 0 && calls.waitingNanos() / 1_000_000 > limitMillis;
    }
}
