package org.rebind;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.rebind.internal.EngineHolder;

/**
 * The way in for programs without a service registry, and the home of declared effects. In a container prefer an
 * injected {@link Compiler} service; both lead to the same runtime.
 */
public final class Rebind {
    private Rebind() {
    }

    /** The compiler. @throws RebindException if no tracer is on the class path or in the container */
    public static Compiler compiler() {
        return engine().compiler();
    }

    /**
     * Declares that an effect may happen each time the surrounding function is traced, or run eagerly, and not when a
     * compiled entry runs: logging of shapes, for instance. Not counted as a side effect.
     */
    public static void onTrace(Runnable effect) {
        engine().onTrace(effect);
    }

    /**
     * Keeps an effect in a compiled function: {@code effect} is called on each execution, after it, with the values the
     * tensors have in that execution, in the order of the calls of this method. Exceptions of the effect reach the
     * caller of the function. Outside a compiled function it is called at once.
     */
    public static void onExecute(Consumer<List<Tensor>> effect, Tensor... tensors) {
        engine().onExecute(tensors == null ? null : Arrays.asList(tensors), effect);
    }

    static Engine engine() {
        Engine engine = EngineHolder.current();
        if (engine == null) {
            throw new RebindException("no Rebind engine: put tracer-bundle (and cache-bundle) on the class path, or, in a"
                    + " container, start them before using tensors");
        }
        return engine;
    }
}
