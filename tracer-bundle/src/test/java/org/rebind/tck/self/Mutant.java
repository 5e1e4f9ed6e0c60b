package org.rebind.tck.self;

import java.util.function.Supplier;
import org.rebind.backend.BackendProvider;

/**
 * A backend that is wrong in one way.
 *
 * @param part the part of the contract that must find it
 */
record Mutant(Class<?> part, Supplier<? extends Wrapper> maker, BackendProvider provider) {
    static Mutant of(Class<?> part, Supplier<? extends Wrapper> maker) {
        return new Mutant(part, maker, new Wrapper.Provider());
    }
}
