package org.rebind.tracer.internal.backends;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Where the runtime holds a bound graph: weakly, with its binding strongly, so that the executable of a forgotten bound
 * graph is given back. The binding is read by every call without a lock, and written under this object's.
 */
final class Anchor extends WeakReference<BoundGraph> {
    private volatile Binding binding;
    private boolean closed; // guarded by this
    /** Whether a background task will look at it: one is enough. */
    final AtomicBoolean queued = new AtomicBoolean();

    Anchor(BoundGraph owner, ReferenceQueue<BoundGraph> queue) {
        super(owner, queue);
    }

    Binding binding() {
        return binding;
    }

    /** Puts a binding in place of the expected one. @return false, with nothing changed, if another is there */
    synchronized boolean replace(Binding expected, Binding with) {
        if (closed || binding != expected) {
            return false;
        }
        binding = with;
        return true;
    }

    /** Takes the binding out if it is on that slot. @return it, or null */
    synchronized Binding takeFrom(BackendSlot slot) {
        Binding b = binding;
        if (b == null || b.slot() != slot) {
            return null;
        }
        binding = null;
        return b;
    }

    /** Takes the binding out for good. @return it, or null */
    synchronized Binding close() {
        Binding b = binding;
        binding = null;
        closed = true;
        return b;
    }
}
