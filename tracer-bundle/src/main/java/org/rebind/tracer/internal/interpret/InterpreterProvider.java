package org.rebind.tracer.internal.interpret;

import java.util.List;
import org.rebind.backend.BackendProvider;
import org.rebind.backend.Discovery;

/** Finds the interpreter on a plain class path; in a container the runtime has it built in. */
public final class InterpreterProvider implements BackendProvider {
    @Override
    public String name() {
        return InterpreterBackend.NAME;
    }

    @Override
    public Discovery discover() {
        return new Discovery(List.of(new InterpreterBackend()), List.of());
    }
}
