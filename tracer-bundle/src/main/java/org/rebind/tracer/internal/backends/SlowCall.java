package org.rebind.tracer.internal.backends;

import java.util.HashSet;
import java.util.Set;
import org.rebind.tracer.internal.tensor.ConcreteTensor;
import org.rebind.tracer.internal.tensor.InFlight;

/**
 * A call that could not simply run: nothing was bound, its backend went away or failed, or its inputs are on another
 * device. Tries the best backend, once more after making room if memory is short, then once the next best, then the
 * interpreter. Used by one thread, once. Between attempts it is counted nowhere, so it may wait for other devices
 * without keeping any from departing.
 */
final class SlowCall {
    private static final int MOST_FAULTS = 2;

    private final BoundGraph bound;
    private final Rebinding rebinding;
    private final ConcreteTensor[] values; // see BoundGraph.run
    private final long[] symbols;
    private final Set<BackendSlot> failed = new HashSet<>();
    private boolean madeRoom;

    SlowCall(BoundGraph bound, Rebinding rebinding, ConcreteTensor[] values, long[] symbols) {
        this.bound = bound;
        this.rebinding = rebinding;
        this.values = values;
        this.symbols = symbols;
    }

    void run(BackendFault first) {
        BackendFault fault = first;
        while (true) {
            if (fault != null) {
                recover(fault);
                fault = null;
            }
            BackendSlot slot = failed.size() >= MOST_FAULTS ? rebinding.snapshot().lastResort()
                    : rebinding.snapshot().best(bound.graph(), bound.explicit, failed);
            for (int i = 0; i < bound.graph().params().size(); i++) {
                if (!values[i].isAtHand(slot.home)) {
                    values[i].borrow().release();
                }
            }
            try {
                if (attempt(slot)) {
                    return;
                }
            } catch (BackendFault f) {
                fault = f;
            }
        }
    }

    private void recover(BackendFault fault) {
        if (fault.slot.lastResort) {
            throw Faults.unchecked(fault.getCause());
        }
        if (fault.slot.isDeparted()) {
            return; // no fault of its own, and it is not chosen again
        }
        if (fault.kind == BackendFault.Kind.MEMORY && !madeRoom) {
            madeRoom = true;
            rebinding.faults().makeRoom(fault.slot, fault.getMessage());
        } else {
            failed.add(fault.slot);
            rebinding.faults().report(bound.graph(), fault);
        }
    }

    /** False if the slot has departed, the binding has changed or an input has moved: then all starts afresh. */
    private boolean attempt(BackendSlot slot) {
        int compiling = slot.compiles.enter();
        try {
            if (slot.isDeparted()) {
                return false;
            }
            Binding b = bound.anchor.binding();
            boolean shared = b != null && b.slot() == slot;
            if (!shared) {
                Binding old = b;
                b = rebinding.compile(slot, bound);
                shared = rebinding.publish(bound, old, b);
            }
            InFlight calls = slot.home.calls();
            int token = calls.enter();
            try {
                boolean usable = !slot.isDeparted() && (!shared || bound.anchor.binding() == b);
                return usable && bound.execute(b, values, symbols);
            } finally {
                calls.exit(token);
                if (!shared) {
                    b.lease().close(); // it was for this call alone
                }
            }
        } finally {
            slot.compiles.exit(compiling);
        }
    }
}
