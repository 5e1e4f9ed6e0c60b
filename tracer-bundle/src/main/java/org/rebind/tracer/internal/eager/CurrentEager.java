package org.rebind.tracer.internal.eager;

import java.util.concurrent.atomic.AtomicReference;

/** The one eager mode of this bundle: tensors belong to no runtime, so their operators have to find it statically. */
final class CurrentEager {
    static final Eager INTERPRETED = new InterpretedEager();
    private static final AtomicReference<Eager> NOW = new AtomicReference<>(INTERPRETED);

    private CurrentEager() {
    }

    static Eager get() {
        return NOW.get();
    }

    static void use(Eager eager) {
        NOW.set(eager);
    }

    static void withdraw(Eager eager) {
        NOW.compareAndSet(eager, INTERPRETED);
    }
}
